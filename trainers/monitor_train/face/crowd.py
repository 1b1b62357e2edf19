"""Faces with the labels of a crowd, as `monitor labels clean ANSWERS -o DATA` puts them beside the pictures.

    DATA/labels.parquet   the probability of each label for each picture, the pictures by their paths below DATA
    DATA/test.csv         `task,label`, may be missing: pictures whose truth is known, to measure on

Probabilities take the place of votes. With `test.csv` the pictures it names are the test split, and every tenth of the
others is for validation; without it they are split here, 80 : 10 : 10 in every class, and the test truths are only as
good as the crowd's labels. A label that no picture has is not learnt.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from monitor_labels.cleaning import LABELS as FILE
from monitor_labels.cleaning import Cleaned
from monitor_labels.text_file import read_labels
from monitor_train.face.data import Faces, split_rows
from monitor_train.pictures.layouts import all_there
from monitor_train.pictures.splits import DataError, Split

TEST = "test.csv"


def read(data: Path, split: Split) -> Faces:
    """The faces of one split. Raises LabelsError for files that cannot be read, DataError for a missing picture."""
    cleaned = Cleaned.read(data)
    names, known = cleaned.labels, {}
    if (data / TEST).is_file():
        known = read_labels(data / TEST, names)
    if split == "test" and known:
        truth = np.array([names.index(each) for each in known.values()], np.int64)
        files = there(data, list(known))
        return Faces(names, files, np.eye(len(names), dtype=np.float32)[truth], truth, np.ones(len(truth), np.bool_))
    faces = labelled(
        replace(cleaned, table=cleaned.table[~cleaned.table["task"].isin(known)]), data, split, bool(known)
    )
    if split == "train" and len(present := set(faces.labels.tolist())) < 2:
        only = ", ".join(names[label] for label in present) or "nothing"
        raise DataError(f"{data / FILE}: all training pictures probably show {only}; label some of another kind")
    return faces


def labelled(cleaned: Cleaned, folder: Path, split: Split, tested: bool) -> Faces:
    """The faces of one split of the pictures below `folder`; `tested`: whether others are the test."""
    names, table = cleaned.labels, cleaned.table
    labels = [names.index(label) for label in table["label"]]
    rows = split_rows(split, list(table["task"]), labels, tested=tested)
    votes = table[list(names)].to_numpy(np.float32)[rows]
    files = there(folder, list(table["task"].iloc[rows]))
    return Faces(names, files, votes, np.array(labels, np.int64)[rows], votes.max(axis=1) > 0.5)


def there(data: Path, tasks: list[str]) -> tuple[Path, ...]:
    """The files of pictures. Raises DataError where one is missing."""
    files = tuple(data / task for task in tasks)
    all_there(files, "write the labels into the folder of their pictures: monitor labels clean ANSWERS -o PICTURES")
    return files
