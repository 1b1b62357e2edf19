"""Simulated workers: drawn from votes, of known quality, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor_labels.cleaning import clean
from monitor_labels.comparison import compare, read_confusions
from monitor_labels.simulation import answer_shares, expected_accuracy, interval, simulate
from monitor_labels.text_file import LabelsError
from monitor_labels.votes import read_votes
from tests.plugins.monitor_labels.made_answers import LABELS, made_answers, write_csv

HEADING = ("Usage", "Image name", "neutral", "happiness", "fear", "NF")


def written_votes(folder: Path, pictures: int = 90) -> Path:
    """Ten votes a picture: eight for one label, one or two for the next."""
    rows = []
    for number in range(pictures):
        counts = [0, 0, 0]
        counts[number % 3], counts[(number + 1) % 3] = 8, 2
        rows.append(("Training" if number % 2 else "PublicTest", f"{number}.png", *counts, 0))
    rows.append(("Training", "undecided.png", 5, 0, 0, 5))
    return write_csv(folder / "votes.csv", HEADING, rows)


def test_votes_are_read_where_most_agree(tmp_path: Path) -> None:
    votes = read_votes(written_votes(tmp_path), LABELS)
    assert len(votes.pictures) == 90
    expected = np.array([[0.8, 0.2, 0.0], [0.0, 0.8, 0.2], [0.2, 0.0, 0.8]])
    assert votes.confusion() == pytest.approx(expected)
    assert len(read_votes(tmp_path / "votes.csv", LABELS, "Training").pictures) == 45


@pytest.mark.parametrize(
    ("heading", "row", "words"),
    [
        (HEADING[:4], ("Training", "1.png", 3, 2), "lacks fear"),
        (("file", *HEADING[2:]), ("1.png", 3, 2, 1, 0), "lacks task or Image name"),
        (HEADING, ("Training", "1.png", 3, "many", 1, 0), "line 2: votes must be whole numbers"),
        (HEADING, ("Training", "1.png", 9, 1, 0, 0), "on no picture do most votes agree on 'happiness'"),
    ],
)
def test_votes_that_cannot_be_used_are_named(
    tmp_path: Path, heading: tuple[str, ...], row: tuple[object, ...], words: str
) -> None:
    with pytest.raises(LabelsError, match=words):
        read_votes(write_csv(tmp_path / "votes.csv", heading, [row]), LABELS)


def test_workers_answer_by_their_quality() -> None:
    typical = np.array([0.8, 0.2, 0.0])
    assert answer_shares(typical, "typical", 2).tolist() == [0.8, 0.2, 0.0]
    assert answer_shares(typical, "careful", 2) == pytest.approx([0.64 / 0.68, 0.04 / 0.68, 0])
    assert answer_shares(typical, "hasty", 2) == pytest.approx([0.4 + 1 / 6, 0.1 + 1 / 6, 1 / 6])
    assert answer_shares(typical, "spammer", 2).tolist() == [0, 0, 1]


@pytest.mark.parametrize("draw", ["labels", "votes"])
def test_answers_follow_the_confusion_and_the_seed(tmp_path: Path, draw: str) -> None:
    votes = read_votes(written_votes(tmp_path, 600), LABELS)
    made = simulate(votes, votes.confusion(), 5, 20, 1, draw)  # type: ignore[arg-type]
    table = made.answers.table
    assert len(table) == 3000
    assert not table.duplicated(["task", "worker"]).any()
    own = table[table["worker"].map(made.kinds) == "typical"]
    right = np.mean([made.truth[row.task] == row.label for row in own.itertuples()])
    assert right == pytest.approx(0.8, abs=0.03)
    spam = table[table["worker"].map(made.kinds) == "spammer"].groupby("worker")["label"].nunique()
    assert (spam == 1).all()
    assert simulate(votes, votes.confusion(), 5, 20, 1, draw).answers.table.equals(table)  # type: ignore[arg-type]
    assert not simulate(votes, votes.confusion(), 5, 20, 2, draw).answers.table.equals(table)  # type: ignore[arg-type]


def test_a_tie_counts_by_chance_and_intervals_are_students() -> None:
    cleaned = clean(made_answers([("1", "a", "fear"), ("1", "b", "neutral"), ("2", "a", "fear")]), "majority")
    assert expected_accuracy(cleaned, {"1": "fear", "2": "fear"}) == 0.75
    middle, low, high = interval([0.1, 0.2, 0.3])
    assert middle == pytest.approx(0.2)
    assert [high - middle, middle - low] == pytest.approx([4.302653 * 0.1 / np.sqrt(3)] * 2)


def test_published_confusions_take_the_place_of_the_votes(tmp_path: Path) -> None:
    rows = [("fear", 1, 1, 2), ("neutral", 9, 1, 0), ("happiness", 0, 5, 0)]
    path = write_csv(tmp_path / "confusions.csv", ("truth", *LABELS), rows)
    expected = np.array([[0.9, 0.1, 0], [0, 1, 0], [0.25, 0.25, 0.5]])
    assert read_confusions(path, LABELS) == pytest.approx(expected)
    with pytest.raises(LabelsError, match="no row whose truth is 'happiness'"):
        read_confusions(write_csv(path, ("truth", *LABELS), rows[:2]), LABELS)
    with pytest.raises(LabelsError, match="line 2: shares must be at least 0"):
        read_confusions(write_csv(path, ("truth", *LABELS), [("fear", 0, 0, 0)]), LABELS)


def test_comparison_gives_accuracy_and_difference_per_number_of_answers(tmp_path: Path) -> None:
    found = compare(
        written_votes(tmp_path),
        LABELS,
        usage=None,
        answers=[3],
        methods=["dawid-skene"],
        draw="labels",
        pictures=60,
        workers=6,
        draws=2,
        out=tmp_path / "first",
    )
    majority, cleaned = found["results"]
    assert (majority["method"], cleaned["method"]) == ("majority", "dawid-skene")
    assert cleaned["above_majority"][0] == pytest.approx(cleaned["accuracy"][0] - majority["accuracy"][0])
    assert {path.name for path in (tmp_path / "first").iterdir()} == {"answers.parquet", "truth.csv", "workers.csv"}
