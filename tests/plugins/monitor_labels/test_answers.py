"""Answers: which count, and what is said about those that do not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from monitor_labels.answers import Answers, RawAnswer, collect, is_answers, remarks
from monitor_labels.task import Task
from monitor_labels.text_file import LabelsError
from tests.plugins.monitor_labels.made_answers import LABELS, made_answers

TASK = Task("csv", "faces", LABELS, tuple(f"{number}.png" for number in range(12)))


def raw(line: int, task: str, worker: str, label: str, seconds: str = "", refused: str = "") -> RawAnswer:
    return RawAnswer(f"line {line}", task, worker, label, seconds, refused)


def test_each_fault_is_reported_with_its_line_and_nothing_is_guessed() -> None:
    given = [
        raw(2, "0.png", "ann", "fear", "2.5"),
        raw(3, "0.png", "bob", "Happy", "soon"),
        raw(4, "0.png", "cid", "happi"),
        raw(5, "99.png", "ann", "fear"),
        raw(6, "1.png", "", "fear"),
        raw(7, "1.png", "ann", " "),
        raw(8, "0.png", "ann", "neutral"),
        raw(9, "2.png", "dan", "fear", "", "rejected by the requester"),
    ]
    answers, problems = collect(given, TASK)
    assert answers.table[["task", "worker", "label"]].to_numpy().tolist() == [
        ["0.png", "ann", "fear"],
        ["0.png", "bob", "happiness"],
    ]
    assert answers.table["seconds"].iloc[0] == 2.5
    assert answers.table["seconds"].isna().tolist() == [False, True]
    assert [(each.place, each.kind) for each in problems] == [
        ("line 3", "no time"),
        ("line 4", "unknown label"),
        ("line 5", "unknown picture"),
        ("line 6", "no worker"),
        ("line 7", "no answer"),
        ("line 8", "second answer"),
        ("line 9", "rejected by the requester"),
    ]
    assert problems[1].words == "unknown label 'happi'; did you mean 'happiness'?"
    assert "at line 2 already" in problems[5].words


def test_no_answer_that_counts_is_an_error() -> None:
    with pytest.raises(LabelsError, match="no answer can be used; line 2: unknown label"):
        collect([raw(2, "0.png", "ann", "joyless")], TASK)
    with pytest.raises(LabelsError, match="no answer can be used; there is none"):
        collect([], TASK)


def test_remarks_speak_of_pictures_with_few_answers_and_workers_of_one_label() -> None:
    rows = [(f"{number}.png", "ann", LABELS[number % 3]) for number in range(11)]
    rows += [(f"{number}.png", "bob", "fear") for number in range(10)]
    said = "\n".join(remarks(made_answers(rows), TASK))
    assert "1 of 12 pictures have no answer, 11.png" in said
    assert "1 pictures have one answer only, 10.png" in said
    assert "bob gave all 10 pictures the same label, fear" in said
    assert "ann" not in said


def test_a_table_keeps_its_labels_and_other_tables_are_refused(tmp_path: Path) -> None:
    made_answers([("0.png", "ann", "fear")]).write(tmp_path / "answers.parquet")
    assert is_answers(tmp_path / "answers.parquet")
    read = Answers.read(tmp_path / "answers.parquet")
    assert read.labels == LABELS
    assert read.table["label"].tolist() == ["fear"]
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    (tmp_path / "text.parquet").write_text("no table")
    for name, words in (("other", "another kind; `monitor labels import`"), ("text", "cannot be read"), ("no", "read")):
        assert not is_answers(tmp_path / f"{name}.parquet")
        with pytest.raises(LabelsError, match=words):
            Answers.read(tmp_path / f"{name}.parquet")
