"""`monitor bench-moments` on small indexes, which are searched exactly."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.plugins.monitor_retrieval.command_line import monitor


def test_exact_answers_have_full_recall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor("bench-moments", "--frames", "300", "--queries", "5", "--folder", tmp_path, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    for figures in result["queries"].values():
        assert figures["recall"] == 1.0
        assert 0 < figures["median_ms"] <= figures["percentile_95_ms"]
    assert result["frames"] == 300
    assert result["disk_mb"] > result["thumbnails_mb"] == 1.2
    assert list(tmp_path.glob("monitor-bench-*")) == []


def test_scenes_can_be_those_of_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    words = ("bench-moments", "--frames", "120", "--queries", "3", "--json", "--pictures", pictures)
    for number in range(3):
        noise = np.random.default_rng(number).integers(0, 255, (40, 40, 3), np.uint8)
        Image.fromarray(noise).save(pictures / f"{number}.png")
        if number == 0:
            assert monitor(*words) == 2
            assert "has 1 pictures; it takes two" in capsys.readouterr().err
    assert monitor(*words) == 0
    assert all(figures["recall"] == 1.0 for figures in json.loads(capsys.readouterr().out)["queries"].values())


def test_the_table_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor("bench-moments", "--frames", "100", "--queries", "2") == 0
    printed = capsys.readouterr().out
    for words in (
        "100 frames, 2 searches",
        "a new scene, in all",
        "in its session",
        "1.000",
        "appended in",
        "on disk",
    ):
        assert words in printed
