"""SFEW 2.0 in the two layouts in which it is handed out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from monitor.emotions import SEVEN, emotion
from monitor_train.face import layouts
from monitor_train.pictures.splits import DataError

NAMES = ("Angry", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise")


def write_sfew(folder: Path, count: int = 10, inner: str = "{split}") -> Path:
    """`count` pictures of each class to train on, and two in Val; Test has pictures without labels."""
    for split, number in (("Train", count), ("Val", 2)):
        for index, name in enumerate(NAMES):
            place = folder / inner.format(split=split) / name
            place.mkdir(parents=True)
            for picture in range(number):
                level = np.full((12, 16, 3), 20 * index + picture, np.uint8)
                cv2.imwrite(str(place / f"Film_{split}_{name}_{picture:03d}.png"), level)
    (folder / "Test").mkdir()
    return folder


@pytest.mark.parametrize("inner", ["{split}", "{split}_Aligned_Faces", "{split}_Aligned_Faces/{split}_Aligned_Faces"])
def test_val_is_the_test_and_a_tenth_of_every_class_validates(tmp_path: Path, inner: str) -> None:
    data = write_sfew(tmp_path / "SFEW", inner=inner)
    splits = {split: layouts.read(data, "sfew", split) for split in ("train", "valid", "test")}  # type: ignore[arg-type]
    assert {split: len(faces) for split, faces in splits.items()} == {"train": 63, "valid": 7, "test": 14}
    assert not set(splits["train"].files) & set(splits["valid"].files)
    for faces in splits.values():
        assert faces.names == SEVEN
        for file, label in zip(faces.files, faces.labels, strict=True):
            assert emotion(file.parent.name) == SEVEN[label]


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Train is missing; --data must name the folder of SFEW 2\.0"):
        layouts.read(tmp_path, "sfew", "train")
    data = write_sfew(tmp_path / "SFEW")
    (data / "Train" / "Bored").mkdir()
    with pytest.raises(DataError, match="Bored is no emotion of SFEW; known: Angry"):
        layouts.read(data, "sfew", "train")
