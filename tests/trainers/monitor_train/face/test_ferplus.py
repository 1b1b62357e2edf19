"""The loader of FER+ follows the published one, and names what is wrong with a data set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from monitor_train.face import ferplus
from monitor_train.face.ferplus import COLUMNS, DataError

Make = Callable[..., Path]


def counts(**given: int) -> list[int]:
    return [given.get(column, 0) for column in COLUMNS[2:]]


def published_rule(votes: list[int]) -> int | None:
    """The mode "majority" of the published loader, written down slowly: the class, or None."""
    kept = [vote if vote > 1 else 0 for vote in votes]
    for index, vote in enumerate(kept):
        if vote > 0.5 * sum(kept):
            return index if index < 8 else None
    return None


def test_votes_become_shares_without_single_votes(make_ferplus: Make) -> None:
    data = make_ferplus(train=[counts(neutral=5, sadness=3, fear=1, contempt=1), counts(happiness=10)])
    faces = ferplus.read(data, "train")
    np.testing.assert_allclose(faces.votes[0], [5 / 8, 0, 0, 3 / 8, 0, 0, 0, 0])
    np.testing.assert_allclose(faces.votes[1], [0, 1, 0, 0, 0, 0, 0, 0])
    assert faces.labels.tolist() == [0, 1]
    assert faces.names == ferplus.LABELS
    assert faces.landmarks is None
    assert faces.votes.dtype == np.float32
    assert [file.name for file in faces.files] == ["train0.png", "train1.png"]


def test_votes_for_unknown_count_in_the_majority_but_not_in_the_shares(make_ferplus: Make) -> None:
    faces = ferplus.read(make_ferplus(train=[counts(anger=4, unknown=3, NF=3)]), "train")
    assert faces.votes[0].tolist() == [0, 0, 0, 0, 1, 0, 0, 0]
    assert faces.majority.tolist() == [False]


def test_pictures_that_show_no_known_emotion_are_left_out_and_counted(make_ferplus: Make) -> None:
    data = make_ferplus(train=[counts(unknown=6, anger=4), counts(NF=10), counts(fear=6, unknown=4)])
    faces = ferplus.read(data, "train")
    assert [file.name for file in faces.files] == ["train2.png"]
    assert faces.unusable == 2


def test_the_majority_is_that_of_the_published_loader(make_ferplus: Make) -> None:
    generator = np.random.default_rng(0)
    rows = [generator.multinomial(10, generator.dirichlet(np.full(10, 0.3))).tolist() for _ in range(200)]
    faces = ferplus.read(make_ferplus(train=rows), "train")
    for file, label, majority in zip(faces.files, faces.labels, faces.majority, strict=True):
        expected = published_rule(rows[int(file.stem.removeprefix("train"))])
        assert (label if majority else None) == expected
    kept = {file.stem for file in faces.files}
    assert all(f"train{index}" in kept for index, row in enumerate(rows) if published_rule(row) is not None)


def test_listed_duplicates_are_left_out_of_the_test_set_only(make_ferplus: Make) -> None:
    row = counts(neutral=10)
    data = make_ferplus(duplicates=["test0.png", "test2.png"], train=[row], test=[row, row, row])
    assert [file.name for file in ferplus.read(data, "test").files] == ["test1.png"]
    assert ferplus.read(data, "test").duplicates_left_out == 2
    assert ferplus.read(data, "train").duplicates_left_out == 0
    (data / "test_duplicates.txt").unlink()
    assert len(ferplus.read(data, "test")) == 3


def test_rows_without_a_picture_are_skipped(make_ferplus: Make) -> None:
    data = make_ferplus(train=[counts(neutral=10)])
    with (data / "fer2013new.csv").open("a") as file:
        file.write("Training,,0,0,0,0,0,0,0,0,0,10\n")
    assert len(ferplus.read(data, "train")) == 1


def test_a_missing_picture_is_named(make_ferplus: Make) -> None:
    data = make_ferplus(train=[counts(neutral=10), counts(neutral=10), counts(anger=10)])
    (data / "FER2013Train" / "train0.png").unlink()
    (data / "FER2013Train" / "train2.png").unlink()
    with pytest.raises(DataError, match=r"FER2013Train/train0\.png is missing, and 1 more of 3"):
        ferplus.read(data, "train")


def test_a_missing_csv_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"fer2013new\.csv is missing; --data must name"):
        ferplus.read(tmp_path, "train")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Usage,Image name,neutral\nTraining,a.png,10\n", "lacks the column 'happiness'"),
        (b"", "lacks the column 'Usage'"),
        (b"\xff\xfe\x00\x01", "not a text file"),
        (f"{','.join(COLUMNS)}\nTraining,a.png,ten,0,0,0,0,0,0,0,0,0\n".encode(), "line 2: votes must be ten whole"),
        (f"{','.join(COLUMNS)}\nTraining,a.png,4,0,0\n".encode(), "line 2: too few columns"),
        (f"{','.join(COLUMNS)}\nTraining,a.png,-1,0,0,0,0,0,0,0,0,11\n".encode(), "line 2: votes must be at least 0"),
        (
            f"{','.join(COLUMNS)}\nTrainin,a.png,10,0,0,0,0,0,0,0,0,0\n".encode(),
            "line 2: unknown usage 'Trainin'; did you mean 'Training'",
        ),
        (
            f"{','.join(COLUMNS)}\nPublicTest,a.png,10,0,0,0,0,0,0,0,0,0\n".encode(),
            "no usable picture for FER2013Train",
        ),
    ],
)
def test_a_damaged_csv_file_is_explained(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "fer2013new.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        ferplus.read(tmp_path, "train")
