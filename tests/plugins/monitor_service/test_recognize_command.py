"""`monitor recognize` on real pictures, with the models that ship."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from tests.made_pictures import encoded
from tests.plugins.monitor_retrieval.command_line import monitor


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """A smiling astronaut, a cat, and half of the astronaut's file."""
    paths = [tmp_path / name for name in ("astronaut.jpg", "cat.png", "half.jpg")]
    portrait = encoded(np.asarray(data.astronaut()), "jpeg")
    for path, content in zip(paths, (portrait, encoded(np.asarray(data.chelsea())), portrait[:9000]), strict=True):
        path.write_bytes(content)
    return paths


def test_json_names_every_picture(pictures: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor("recognize", *pictures, "--json") == 2
    printed = capsys.readouterr()
    portrait, cat = json.loads(printed.out)
    assert "half.jpg cannot be read" in printed.err
    assert portrait["name"].endswith("astronaut.jpg")
    (seen,) = portrait["observations"]
    assert (seen["analyzer"], seen["subject"]) == ("face-fusion", 1)
    assert max(seen["scores"], key=seen["scores"].__getitem__) == "happiness"
    assert (cat["faces"], cat["observations"], cat["faults"]) == ([], [], {})


def test_a_table_for_people(pictures: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    names = [path.name for path in pictures[:2]]  # short ones, which fit into a line
    assert monitor("recognize", *names, "--analyzers", "scene-sentiment") == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["picture" in line and "positive" in line for line in lines] == [False, True, True]


def test_what_is_no_picture_is_one_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("notes.txt", "talk.mp4"):
        (tmp_path / name).write_text("hello")
    assert monitor("recognize", "notes.txt", "talk.mp4") == 2
    told = capsys.readouterr()
    assert told.out == ""
    notes, talk = told.err.splitlines()
    assert notes == "monitor: error: picture notes.txt cannot be read: it is damaged, or no picture"
    assert talk.endswith("talk.mp4 cannot be read: it is damaged, or no picture; `monitor run` analyses videos")


def test_an_unknown_analyzer_is_one_line(pictures: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor("recognize", pictures[0], "--analyzers", "face-fushion") == 2
    assert "did you mean 'face-fusion'?" in capsys.readouterr().err
