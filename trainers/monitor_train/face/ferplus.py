"""FER+: the faces of FER2013 with the votes of ten annotators (Barsoum et al., "Training deep networks for facial
expression recognition with crowd-sourced label distribution", 2016).

The layout is the one Microsoft publishes: `fer2013new.csv` with the votes, and the pictures as 48x48 grey PNG files in
`FER2013Train`, `FER2013Valid` and `FER2013Test`. Where `test_duplicates.txt` lies beside them, the test pictures it
names are left out, because the same picture is also in the training or validation set.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.emotions import FACES
from monitor.mistakes import unknown_name
from monitor_train.face.data import Faces
from monitor_train.pictures.layouts import all_there, rows, text_lines
from monitor_train.pictures.splits import DataError, Split

LABELS = FACES
"""The eight classes, in the order of the csv file and of the model's outputs."""
COLUMNS = ("Usage", "Image name", *LABELS, "unknown", "NF")
FOLDERS = {"train": "FER2013Train", "valid": "FER2013Valid", "test": "FER2013Test"}
USAGES = {"Training": "train", "PublicTest": "valid", "PrivateTest": "test"}
VOTES = "fer2013new.csv"
DUPLICATES = "test_duplicates.txt"


def read(data: Path, split: Split) -> Faces:
    """The faces of one split in which one of the eight classes has most votes.

    Shares are among the votes for any of the eight, the majority is one of all votes: Barsoum et al. evaluate on those
    pictures only. Pictures where "unknown" or "not a face" has most votes are counted as unusable. Raises DataError
    that names the file, and the line or picture, that is wrong.
    """
    path = data / VOTES
    folder = data / FOLDERS[split]
    duplicates = read_duplicates(data) if split == "test" else frozenset()
    files, votes, agreed, left_out, unusable = [], [], [], 0, 0
    for number, row in rows(path, COLUMNS, "--data must name the unpacked FER+ folder"):
        name = row["Image name"]
        if row["Usage"] not in USAGES:
            raise DataError(f"{path}, line {number}: {unknown_name('usage', str(row['Usage']), USAGES)}")
        if USAGES[row["Usage"]] != split or not name:  # FER+ dropped the names of pictures that show no face
            continue
        counts = vote_counts(row, path, number)
        if name in duplicates:
            left_out += 1
        elif counts.argmax() >= len(LABELS):
            unusable += 1
        else:
            files.append(folder / name)
            votes.append(counts[: len(LABELS)] / counts[: len(LABELS)].sum())
            agreed.append(counts.max() > counts.sum() / 2)
    if not files:
        raise DataError(f"{path}: no usable picture for {folder.name}; is this the csv file of FER+?")
    all_there(files, f"{path} names them; unpack the pictures of FER2013 into {folder}")
    table = np.array(votes, np.float32)
    return Faces(
        LABELS,
        tuple(files),
        table,
        table.argmax(axis=1),
        np.array(agreed),
        duplicates_left_out=left_out,
        unusable=unusable,
    )


def vote_counts(row: dict[str, str], path: Path, number: int) -> NDArray[np.float32]:
    """The votes (10,) for the eight classes, "unknown" and "not a face", single votes removed as noise.

    The published loader removes them too; where every vote is single, all are kept.
    """
    try:
        counts = np.array([int(row[column]) for column in COLUMNS[2:]], np.float32)
    except (TypeError, ValueError):
        raise DataError(f"{path}, line {number}: votes must be ten whole numbers") from None
    if counts.min() < 0 or counts.sum() == 0:
        raise DataError(f"{path}, line {number}: votes must be at least 0 and not all 0")
    return np.where(counts > 1, counts, 0) if counts.max() > 1 else counts


def read_duplicates(data: Path) -> frozenset[str]:
    """File names in the list of duplicates, one a line; empty where there is no such list."""
    path = data / DUPLICATES
    if not path.is_file():
        return frozenset()
    return frozenset(Path(line).name for _, line in text_lines(path) if not line.startswith("#"))
