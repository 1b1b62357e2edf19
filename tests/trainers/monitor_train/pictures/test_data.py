"""Splits are given or drawn, and always the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from monitor_train.pictures.layouts import MIKELS
from monitor_train.pictures.splits import DataError, DataSet
from monitor_train.scene.data import is_positive, read
from tests.trainers.monitor_train.made_scenes import SIZE, write_scenes

POLARITIES = ("positive", "negative")


def test_four_fifths_to_train_on_of_which_a_tenth_validates(tmp_path: Path) -> None:
    splits = read(DataSet(write_scenes(tmp_path, POLARITIES, 50), "folders"))
    assert {split: len(scenes) for split, scenes in splits.items()} == {"train": 72, "valid": 8, "test": 20}
    for scenes in splits.values():
        assert is_positive(scenes).mean() == 0.5
    names = [name for scenes in splits.values() for name in scenes.names]
    assert len(set(names)) == 100
    again = read(DataSet(tmp_path, "folders"))
    assert {split: scenes.names for split, scenes in again.items()} == {s: scenes.names for s, scenes in splits.items()}


def test_a_given_split_is_kept(tmp_path: Path) -> None:
    write_scenes(tmp_path, MIKELS, 4)
    marks = ["train", "train", "val", "test"]
    lines = [f"{each}/{index:03d}.png,{each},{marks[index]}" for each in MIKELS for index in range(4)]
    (tmp_path / "split.csv").write_text("path,emotion,split\n" + "\n".join(lines) + "\n")
    splits = read(DataSet(tmp_path, "fi"))
    assert {Path(name).name for name in splits["valid"].names} == {"002.png"}
    assert {Path(name).name for name in splits["test"].names} == {"003.png"}
    assert Counter(splits["train"].classes) == dict.fromkeys(MIKELS, 2)
    assert is_positive(splits["train"]).tolist() == [each in MIKELS[:4] for each in splits["train"].classes]


def test_folders_may_name_the_splits(tmp_path: Path) -> None:
    for split, count in (("train", 10), ("test", 3)):
        write_scenes(tmp_path / split, POLARITIES, count)
    splits = read(DataSet(tmp_path, "folders"))
    assert {split: len(scenes) for split, scenes in splits.items()} == {"train": 18, "valid": 2, "test": 6}
    assert {name.split("/")[0] for name in splits["valid"].names} == {"train"}


def test_a_picture_can_be_read(tmp_path: Path) -> None:
    train = read(DataSet(write_scenes(tmp_path, POLARITIES, 10), "folders"))["train"]
    picture = train.read(0)
    assert (picture.shape, picture.dtype) == ((SIZE, SIZE, 3), np.uint8)
    (tmp_path / train.names[1]).write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"\.png is not a picture that can be read"):
        train.read(1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [*lines, "gone.png,train"], r"names 1 pictures that are not there, gone\.png among them"),
        (lambda lines: lines[1:], "is not listed in"),
        (lambda lines: [lines[0].replace("train", "trian"), *lines[1:]], "line 2: unknown split 'trian'; did you mean"),
        (lambda lines: [line.replace("test", "train") for line in lines], "the test split has no positive picture"),
        (lambda lines: [lines[0].split(",")[0], *lines[1:]], "line 2: too few columns"),
    ],
)
def test_a_wrong_split_is_named(tmp_path: Path, change, message: str) -> None:
    write_scenes(tmp_path, POLARITIES, 3)
    lines = [f"{each}/{i:03d}.png,{split}" for each in POLARITIES for i, split in enumerate(("train", "val", "test"))]
    (tmp_path / "split.csv").write_text("path,split\n" + "\n".join(change(lines)) + "\n")
    with pytest.raises(DataError, match=message):
        read(DataSet(tmp_path, "folders"))


def test_a_picture_listed_twice_is_named(tmp_path: Path) -> None:
    write_scenes(tmp_path, ["images"], 2)
    (tmp_path / "five_agree.txt").write_text("000.png 1\n001.png 0\n000.png 1\n")
    with pytest.raises(DataError, match=r"images/000\.png is listed twice"):
        read(DataSet(tmp_path, "twitter"))


def test_too_few_pictures_to_split(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too few pictures to split"):
        read(DataSet(write_scenes(tmp_path, POLARITIES, 1), "folders"))
