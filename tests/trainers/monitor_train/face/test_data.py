"""What every data set has in common: pictures, single labels, a fixed split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_train.face import data as face_data
from monitor_train.face import ferplus, layouts
from monitor_train.pictures.splits import DataError


def test_the_layout_is_chosen_by_name(make_ferplus: Callable[..., Path]) -> None:
    data = make_ferplus(train=[[10, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
    assert layouts.read(data, "ferplus", "train").files == ferplus.read(data, "train").files
    for layout, message in (
        ("rafdb", "list_patition_label.txt is missing"),
        ("folders", "at least two classes, and has 1"),
    ):
        with pytest.raises(DataError, match=message):
            layouts.read(data, layout, "train")


def test_an_unknown_layout_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="unknown data format 'rafbd'; did you mean 'rafdb'"):
        layouts.read(tmp_path, "rafbd", "train")


def test_single_labels_are_one_hot_votes() -> None:
    faces = face_data.single_labels(("a", "b", "c"), [Path("0"), Path("1"), Path("2"), Path("3")], [2, 0, 1, 2], "here")
    np.testing.assert_array_equal(faces.votes, [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert faces.labels.tolist() == [2, 0, 1, 2]
    assert faces.majority.all()
    assert (faces.votes.dtype, faces.labels.dtype, len(faces)) == (np.float32, np.int64, 4)


def test_a_class_without_pictures_is_named() -> None:
    with pytest.raises(DataError, match=r"labels\.txt: no picture of the class 'b'"):
        face_data.single_labels(("a", "b"), [Path("0")], [0], "labels.txt")


@given(st.lists(st.integers(0, 3), max_size=150), st.randoms(use_true_random=False))
def test_tenths_are_even_in_every_class_and_do_not_depend_on_the_order(labels: list[int], random: object) -> None:
    names = [f"{index:04d}.jpg" for index in range(len(labels))]
    parts = face_data.tenths(names, labels).tolist()
    for label in set(labels):
        counts = Counter(part for part, other in zip(parts, labels, strict=True) if other == label)
        sizes = [counts[part] for part in range(10)]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] - sizes[9] <= 1
    order = list(range(len(labels)))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = face_data.tenths([names[index] for index in order], [labels[index] for index in order])
    assert again.tolist() == [parts[index] for index in order]


def test_tenths_stay_what_they_are() -> None:
    """A picture that once was held out must never be trained on by a later version. `sha256sum` is the reference."""
    names = [f"train_{number:05d}" for number in range(1, 31)]
    held_out = [name for name, part in zip(names, face_data.tenths(names, [0] * 30), strict=True) if part == 0]
    assert held_out == ["train_00005", "train_00010", "train_00022"]
