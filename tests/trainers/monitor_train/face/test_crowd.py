"""The layout `crowd`: cleaned labels beside their pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor_labels.cleaning import clean
from monitor_labels.text_file import LabelsError
from monitor_train.face.crowd import read
from monitor_train.pictures.splits import DataError
from tests.plugins.monitor_labels.made_answers import LABELS, answers_of_made_workers, write_csv, write_pictures


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Sixty pictures with the labels of six made-up workers."""
    answers, truth = answers_of_made_workers(60, 4)
    clean(answers, "majority").write(write_pictures(tmp_path / "faces", list(truth)))
    return tmp_path / "faces"


def test_probabilities_take_the_place_of_votes_and_splits_do_not_overlap(data: Path) -> None:
    faces = {split: read(data, split) for split in ("train", "valid", "test")}
    assert [len(each) > 0 for each in faces.values()] == [True] * 3
    files = [file for each in faces.values() for file in each.files]
    assert len(set(files)) == len(files) == 60
    train = faces["train"]
    assert train.names == LABELS
    assert train.votes.sum(axis=1) == pytest.approx(np.ones(len(train)))
    assert (train.votes[np.arange(len(train)), train.labels] == train.votes.max(axis=1)).all()
    assert (train.majority == (train.votes.max(axis=1) > 0.5)).all()


def test_known_truth_is_the_test_split_and_nothing_else(data: Path) -> None:
    write_csv(data / "test.csv", ("task", "label"), [("0.png", "Neutral"), ("1.png", "Happy"), ("2.png", "fear")])
    test = read(data, "test")
    assert [(file.name, test.names[label]) for file, label in zip(test.files, test.labels, strict=True)] == [
        ("0.png", "neutral"),
        ("1.png", "happiness"),
        ("2.png", "fear"),
    ]
    others = [file.name for split in ("train", "valid") for file in read(data, split).files]  # type: ignore[arg-type]
    assert len(others) == 57
    assert not {"0.png", "1.png", "2.png"} & set(others)


def test_missing_pictures_classes_and_labels_are_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match=r"labels\.parquet cannot be read"):
        read(tmp_path, "train")
    (read(data, "train").files[0]).unlink()
    with pytest.raises(DataError, match=r"is missing, and 0 more of .*: monitor labels clean ANSWERS -o PICTURES"):
        read(data, "train")
    answers, truth = answers_of_made_workers(60, 4)
    write_pictures(data, list(truth))
    table = answers.table.assign(label="neutral")
    clean(type(answers)(table, LABELS), "majority").write(data)
    with pytest.raises(DataError, match="all training pictures probably show neutral; label some of another kind"):
        read(data, "train")
