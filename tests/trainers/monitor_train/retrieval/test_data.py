"""Splits by files, by folders and by chance, with every emotion in proportion."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.splits import DataError, DataSet
from monitor_train.retrieval.data import emotions_of, numbers, read


def write(folder: Path, **counts: int) -> Path:
    """Folders of empty files."""
    for emotion, count in counts.items():
        (folder / emotion).mkdir(parents=True)
        for index in range(count):
            (folder / emotion / f"{index:03d}.jpg").touch()
    return folder


def test_chance_splits_every_emotion_in_proportion(tmp_path: Path) -> None:
    found = read(DataSet(write(tmp_path, awe=100, anger=10, fear=50), "folders"))
    assert Counter(found["test"].classes) == {"awe": 20, "anger": 2, "fear": 10}
    assert Counter(found["valid"].classes) == {"awe": 8, "anger": 1, "fear": 4}
    names = [name for scenes in found.values() for name in scenes.names]
    assert len(names) == len(set(names)) == 160
    assert read(DataSet(tmp_path, "folders")) == found


def test_a_list_of_splits_is_kept(tmp_path: Path) -> None:
    data = write(tmp_path, awe=3, fear=3)
    marks = dict(zip(range(3), ("train", "val", "test"), strict=True))
    lines = [f"{emotion}/{index:03d}.jpg,{mark}" for emotion in ("awe", "fear") for index, mark in marks.items()]
    (data / "split.csv").write_text("\n".join(["path,split", *lines]))
    found = read(DataSet(data, "folders"))
    assert found["valid"].names == ("awe/001.jpg", "fear/001.jpg")
    assert found["test"].names == ("awe/002.jpg", "fear/002.jpg")


def test_folders_of_splits_are_kept(tmp_path: Path) -> None:
    for split, count in (("train", 20), ("test", 4)):
        write(tmp_path / split, awe=count, sadness=count)
    found = read(DataSet(tmp_path, "folders"))
    assert {name.split("/")[0] for name in found["test"].names} == {"test"}
    assert Counter(found["valid"].classes) == {"awe": 2, "sadness": 2}


def test_too_few_pictures_or_emotions_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too few pictures to split"):
        read(DataSet(write(tmp_path / "one", awe=30, fear=1), "folders"))
    with pytest.raises(DataError, match="the train split has 1 emotions; it needs two or more"):
        read(DataSet(write(tmp_path / "alone", awe=30), "folders"))
    (tmp_path / "twice").mkdir()
    (tmp_path / "twice" / "a.jpg").touch()
    (tmp_path / "twice" / "labels.csv").write_text("path,emotion\na.jpg,awe\na.jpg,fear\n")
    with pytest.raises(DataError, match=r"a\.jpg is listed twice"):
        read(DataSet(tmp_path / "twice", "list"))


def scenes(*classes: str) -> LabelledPictures:
    return LabelledPictures(Path("set"), tuple(f"{index}.jpg" for index in range(len(classes))), classes)


def test_emotions_come_in_one_order() -> None:
    train = scenes(*["sadness"] * 8, *["joy"] * 9, *["awe"] * 8)
    assert emotions_of(train, 8) == ("awe", "sadness", "joy")
    np.testing.assert_array_equal(numbers(scenes("joy", "awe"), ("awe", "sadness", "joy")), [2, 0])


def test_an_emotion_with_few_pictures_is_named() -> None:
    with pytest.raises(DataError, match="set: anger has 7 training pictures, and every batch needs 8 of them"):
        emotions_of(scenes(*["awe"] * 8, *["anger"] * 7), 8)


def test_an_emotion_that_a_model_does_not_know_is_named() -> None:
    with pytest.raises(DataError, match="set has pictures of joy, which is not among awe, sadness"):
        numbers(scenes("awe", "joy"), ("awe", "sadness"))
