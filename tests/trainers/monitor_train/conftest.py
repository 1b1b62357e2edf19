"""A data set laid out as FER+, small and easy: faces are discs, the mouth tells the class."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_train.ferplus import COLUMNS, FOLDERS, LABELS, USAGES, VOTES

MOUTHS = {"neutral": (14, 1), "surprise": (6, 8)}
"""Half axes of the mouth, in pixels: a line, an open mouth."""


def draw_face(label: str, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Grey (48, 48): a bright disc with two eyes and a mouth, a little different every time."""
    picture = np.full((48, 48), int(generator.integers(20, 80)), np.uint8)
    x, y = (int(each) for each in generator.integers(-2, 3, 2))
    skin = int(generator.integers(160, 240))
    cv2.ellipse(picture, (24 + x, 24 + y), (20, 23), 0, 0, 360, skin, -1)
    for eye in (16, 32):
        cv2.circle(picture, (eye + x, 18 + y), 3, 40, -1)
    cv2.ellipse(picture, (24 + x, 35 + y), MOUTHS[label], 0, 0, 360, 30, -1)
    return picture


def votes(**counts: int) -> list[int]:
    """Ten numbers in the order of the csv file."""
    return [counts.get(column, 0) for column in COLUMNS[2:]]


def write_ferplus(
    folder: Path,
    pictures: dict[str, list[tuple[str, list[int], NDArray[np.uint8]]]],
    duplicates: list[str] | None = None,
) -> Path:
    """Write (file name, votes, picture) by split, the way Microsoft publishes FER+."""
    folder.mkdir(exist_ok=True)
    usages = {split: usage for usage, split in USAGES.items()}
    with (folder / VOTES).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for split, entries in pictures.items():
            (folder / FOLDERS[split]).mkdir(exist_ok=True)
            for name, counts, picture in entries:
                writer.writerow([usages[split], name, *counts])
                cv2.imwrite(str(folder / FOLDERS[split] / name), picture)
    if duplicates is not None:
        (folder / "test_duplicates.txt").write_text("".join(f"{name}\n" for name in duplicates))
    return folder


@pytest.fixture(scope="session")
def easy_ferplus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of the eight classes, 256 faces to train on, 48 to validate, 40 to test, 4 of them listed as duplicates."""
    generator = np.random.default_rng(0)
    pictures = {}
    for split, count in (("train", 256), ("valid", 48), ("test", 40)):
        entries = []
        for index in range(count):
            label = ("neutral", "surprise")[index % 2]
            other = LABELS[(LABELS.index(label) + 3) % 8]
            entries.append((f"{split}{index:04d}.png", votes(**{label: 8, other: 2}), draw_face(label, generator)))
        pictures[split] = entries
    return write_ferplus(tmp_path_factory.mktemp("ferplus"), pictures, [f"test{index:04d}.png" for index in range(4)])


@pytest.fixture
def make_ferplus(tmp_path: Path) -> Callable[..., Path]:
    """`make_ferplus(train=[votes, ...], duplicates=[...])` writes a data set, one picture per list of votes."""

    def make(duplicates: list[str] | None = None, **splits: list[list[int]]) -> Path:
        generator = np.random.default_rng(1)
        pictures = {
            split: [
                (f"{split}{index}.png", counts, draw_face("neutral", generator)) for index, counts in enumerate(rows)
            ]
            for split, rows in splits.items()
        }
        return write_ferplus(tmp_path / "data", pictures, duplicates)

    return make
