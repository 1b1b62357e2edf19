"""What makes two sessions of one recording the same, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.plugin.registry import Plugins
from monitor.settings import load_settings
from monitor_archive.recipe import live_recipe, recipe


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"store": "elsewhere.db"}, True),
        ({"batch_size": 3}, True),
        ({"every_seconds": 1.0}, False),
        ({"window_seconds": 1.0}, False),
        ({"analyzers": ["scene-sentiment"]}, False),
        ({"precision": "fp32"}, False),
        ({"options": {"runtimes": {"openvino": {"precision": "fp32"}}}}, False),
        ({"quality": {"smallest_face": 50.0}}, False),
        ({"options": {"analyzers": {"face-fusion": {"runtime": "onnxruntime"}}}}, False),
        ({"options": {"face_detectors": {"yunet": {}}}}, False),
    ],
)
def test_it_changes_with_what_changes_the_answers(plugins: Plugins, changed: dict[str, object], same: bool) -> None:
    first = recipe(load_settings(analyzers=["face-fusion"]), plugins)
    second = recipe(load_settings(**{"analyzers": ["face-fusion"], **changed}), plugins)
    assert (first == second) == same


def test_it_changes_with_the_version_of_a_plugin(plugins: Plugins) -> None:
    settings = load_settings(analyzers=["face-fusion"])
    before = recipe(settings, plugins)
    plugins.plugins["face"].version += ".1"
    assert recipe(settings, plugins) != before


def test_it_changes_with_a_model(plugins: Plugins, tmp_path: Path) -> None:
    settings = load_settings(
        analyzers=["face-fusion"], options={"analyzers": {"face-fusion": {"artifact": str(tmp_path)}}}
    )
    without = recipe(settings, plugins)
    digests = set()
    for version in ("1", "2"):
        (tmp_path / "manifest.json").write_text(version)
        digests.add(recipe(settings, plugins))
    assert len(digests | {without}) == 3
    plugins.plugins["face"].folder = tmp_path
    assert recipe(settings, plugins) not in digests


def test_streams_have_another_for_each_set_of_them() -> None:
    made = live_recipe("a recipe", ["rtsp://a/1", "rtsp://a/2"])
    assert made == live_recipe("a recipe", ["rtsp://a/2", "rtsp://a/1"])
    others = {live_recipe("a recipe", ["rtsp://a/1"]), live_recipe("another", ["rtsp://a/1", "rtsp://a/2"]), "a recipe"}
    assert made not in others
    assert len(others) == 3
