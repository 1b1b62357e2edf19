"""The engine names no plugin: what is registered is chosen by settings, and by what plugins say of themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from monitor.plugin.registry import OWN, Plugins

ROOT = Path(__file__).parents[2]
WORDS = {"people", "outlets"}
"""Registered names that are words of the engine's own as well."""


def packages() -> set[str]:
    """Names of the packages in plugins, trainers and dashboards."""
    return {path.parent.name for part in ("plugins", "trainers", "dashboards") for path in (ROOT / part).glob("*/*.py")}


def registered(*kinds: str) -> set[str]:
    """What plugins other than the engine itself register of those kinds."""
    plugins = Plugins()
    things = (each for kind in kinds for each in getattr(plugins, kind).values())
    return {
        each.name for each in things if each.plugin != "monitor" and plugins.plugins[each.plugin].distribution == OWN
    }


def mentions(folder: Path, names: Collection[str]) -> Iterator[str]:
    """Lines of the files in `folder` that hold one of `names` as a word."""
    words = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, sorted(names)))})(?![\w-])")
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1):
            if found := words.search(line):
                yield f"{path.relative_to(folder)}:{number} names {found[0]}"


def strings(folder: Path, names: Collection[str]) -> Iterator[str]:
    """String constants of the code in `folder` that are one of `names`, which may be common words elsewhere."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in names:
                yield f"{path.relative_to(folder)}:{node.lineno} names {node.value}"


def test_no_package_analyzer_sink_or_trainer_is_named() -> None:
    names = packages() | registered("analyzers", "sinks", "trainers") - WORDS
    assert {"monitor_face", "face-fusion", "scene-sentiment", "similar-moments"} <= names
    assert list(mentions(ROOT / "monitor", names)) == []


def test_no_face_detector_is_named() -> None:
    names = registered("face_detectors")
    assert {"mediapipe", "yunet"} <= names
    assert list(strings(ROOT / "monitor", names)) == []


@pytest.mark.parametrize(
    "code", ["import monitor_face\n", '"""Such as face-fusion."""\n', 'get("analyzers", "face-fusion")\n']
)
def test_a_name_would_be_found(tmp_path: Path, code: str) -> None:
    (tmp_path / "run.py").write_text("import os\n" + code)
    (found,) = mentions(tmp_path, {"monitor_face", "face-fusion"})
    assert found.startswith("run.py:2 names ")
    assert list(mentions(tmp_path, {"monitor_fac", "face", "fusion"})) == []


def test_a_constant_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text("import mediapipe\nget('face_detectors', 'mediapipe')\n")
    assert list(strings(tmp_path, {"mediapipe"})) == ["run.py:2 names mediapipe"]
