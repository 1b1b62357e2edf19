"""Folders of classes: their splits, and what may not lie in them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from monitor_train.face import folders as face_folders
from monitor_train.face import layouts
from monitor_train.pictures.layouts import read_picture
from monitor_train.pictures.splits import DataError, Split

SPLITS: tuple[Split, ...] = ("train", "valid", "test")


def fill(folder: Path, count: int, ending: str = ".png") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        cv2.imwrite(str(folder / f"{index:03d}{ending}"), np.full((8, 8, 3), index, np.uint8))
    return folder


@pytest.fixture
def split_data(tmp_path: Path) -> Path:
    """Three classes: 3, 1 and 2 pictures of each in train, val and test."""
    for split, count in (("train", 3), ("val", 1), ("test", 2)):
        for name in ("sad", "angry", "happy"):
            fill(tmp_path / split / name, count)
    return tmp_path


def test_the_folders_of_the_splits_are_read(split_data: Path) -> None:
    for split, folder, count in (("train", "train", 3), ("valid", "val", 1), ("test", "test", 2)):
        faces = layouts.read(split_data, "folders", split)
        assert faces.names == ("angry", "happy", "sad")
        assert faces.labels.tolist() == [label for label in range(3) for _ in range(count)]
        np.testing.assert_array_equal(faces.votes, np.eye(3)[faces.labels])
        assert faces.majority.all()
        assert faces.landmarks is None
        for file, label in zip(faces.files, faces.labels, strict=True):
            assert file.parent == split_data / folder / faces.names[label]
            assert read_picture(file).shape == (8, 8, 3)


@pytest.mark.parametrize("name", ["valid", "val", "validation", "Validation"])
def test_validation_has_several_names(split_data: Path, name: str) -> None:
    (split_data / "val").rename(split_data / name)
    assert len(face_folders.read(split_data, "valid")) == 3


@pytest.mark.parametrize("ending", sorted(face_folders.PICTURES))
def test_every_kind_of_picture_can_be_read(tmp_path: Path, ending: str) -> None:
    for name in ("a", "b"):
        fill(tmp_path / "test" / name, 1, ending)
        fill(tmp_path / "test" / name, 1, ending.upper())
    for file in face_folders.read(tmp_path, "test").files:
        assert read_picture(file).shape == (8, 8, 3)


def test_class_folders_alone_are_split(tmp_path: Path) -> None:
    fill(tmp_path / "b", 40)
    fill(tmp_path / "a", 25)
    parts = {split: face_folders.read(tmp_path, split) for split in SPLITS}
    assert {split: np.bincount(faces.labels).tolist() for split, faces in parts.items()} == {
        "train": [19, 32],
        "valid": [3, 4],
        "test": [3, 4],
    }
    files = [file for faces in parts.values() for file in faces.files]
    assert len(set(files)) == len(files) == 65
    assert all(faces.names == ("a", "b") for faces in parts.values())
    assert face_folders.read(tmp_path, "test").files == parts["test"].files


def test_one_more_picture_leaves_most_where_they_are(tmp_path: Path) -> None:
    fill(tmp_path / "a", 60)
    fill(tmp_path / "b", 60)
    before = {split: set(face_folders.read(tmp_path, split).files) for split in SPLITS}
    fill(tmp_path / "a", 61)
    for split in SPLITS:
        of_b = {file for file in before[split] if file.parent.name == "b"}
        assert of_b <= set(face_folders.read(tmp_path, split).files)


def test_a_class_too_small_to_split_is_named(tmp_path: Path) -> None:
    fill(tmp_path / "fear", 2)
    fill(tmp_path / "anger", 3)
    assert face_folders.read(tmp_path, "test").labels.tolist() == [0, 1]
    with pytest.raises(DataError, match="at least three pictures of each class: no picture of the class 'fear'"):
        face_folders.read(tmp_path, "train")


def test_hidden_files_and_notes_are_left_alone(split_data: Path) -> None:
    expected = face_folders.read(split_data, "train").files
    for place in (split_data, split_data / "train", split_data / "train" / "sad"):
        for name in (".DS_Store", "README.md", "labels.csv", "notes.TXT"):
            (place / name).write_text("")
        (place / ".cache").mkdir()
    assert face_folders.read(split_data, "train").files == expected


@pytest.mark.parametrize("split", SPLITS)
def test_classes_must_agree_between_the_splits(split_data: Path, split: Split) -> None:
    (split_data / "test" / "happy").rename(split_data / "test" / "hapy")
    with pytest.raises(DataError, match=r"test/hapy: unknown class 'hapy'; did you mean 'happy'"):
        face_folders.read(split_data, split)


def test_a_class_may_not_be_missing_from_a_split(split_data: Path) -> None:
    (split_data / "val" / "sad" / "000.png").unlink()
    with pytest.raises(DataError, match=r"val/sad has no pictures"):
        face_folders.read(split_data, "valid")
    (split_data / "val" / "sad").rmdir()
    with pytest.raises(DataError, match=r"val/sad is missing; every split needs each class of .*train"):
        face_folders.read(split_data, "valid")


def test_a_misspelt_split_is_named(split_data: Path) -> None:
    (split_data / "test").rename(split_data / "tset")
    with pytest.raises(DataError, match=r"tset: unknown split 'tset'; did you mean 'test'"):
        face_folders.read(split_data, "train")


def test_two_folders_for_one_split_are_named(split_data: Path) -> None:
    (split_data / "valid").mkdir()
    with pytest.raises(DataError, match=r"valid and .*val are both the split 'valid'"):
        face_folders.read(split_data, "train")


def test_a_split_that_is_not_there_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        fill(tmp_path / "train" / name, 1)
    assert len(face_folders.read(tmp_path, "train")) == 2
    with pytest.raises(DataError, match="has no folder 'valid' beside train"):
        face_folders.read(tmp_path, "valid")


def test_one_split_alone_can_be_measured(tmp_path: Path) -> None:
    for name in ("a", "b"):
        fill(tmp_path / "test" / name, 1)
    assert face_folders.read(tmp_path, "test").names == ("a", "b")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("stray.png", r"stray\.png lies in no class's folder"),
        ("train/stray.png", r"train/stray\.png lies in no class's folder"),
        ("train/sad/face.gif", r"train/sad/face\.gif is no picture by its ending"),
        ("train/sad/face", r"train/sad/face is no picture by its ending"),
        ("train/sad/Thumbs.db", r"Thumbs\.db is no picture by its ending"),
        ("train/sad/more/face.png", r"train/sad/more is a folder inside that of a class"),
    ],
)
def test_what_does_not_belong_is_named(split_data: Path, place: str, message: str) -> None:
    (split_data / place).parent.mkdir(exist_ok=True)
    (split_data / place).write_bytes(b"")
    with pytest.raises(DataError, match=message):
        face_folders.read(split_data, "train")


def test_too_few_folders_are_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="needs a folder for each of at least two classes, and has 0"):
        face_folders.read(tmp_path, "train")
    fill(tmp_path / "train" / "happy", 1)
    with pytest.raises(DataError, match="train needs a folder for each of at least two classes, and has 1"):
        face_folders.read(tmp_path, "train")
    with pytest.raises(DataError, match="nowhere is not a folder; --data must name"):
        face_folders.read(tmp_path / "nowhere", "train")
    (tmp_path / "file.zip").write_bytes(b"")
    with pytest.raises(DataError, match=r"file\.zip is not a folder"):
        face_folders.read(tmp_path / "file.zip", "train")
