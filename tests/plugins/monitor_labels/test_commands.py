"""`monitor labels` from the pictures to the cleaned labels, as a user types it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from monitor import cli
from monitor_labels.cleaning import Cleaned
from tests.plugins.monitor_labels.made_answers import LABELS, answers_of_made_workers, write_csv, write_pictures


def monitor(*arguments: str | Path) -> int:
    """Run `monitor labels ARGUMENTS`; its exit code."""
    with patch.object(sys, "argv", ["monitor", "labels", *map(str, arguments)]), pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_from_pictures_to_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers, truth = answers_of_made_workers(30, 4)
    pictures = write_pictures(tmp_path / "faces", list(truth))
    assert monitor("task", pictures, "--platform", "csv", "--labels", ",".join(LABELS), "-o", tmp_path / "task") == 0
    assert "30 pictures, 3 labels" in capsys.readouterr().out

    rows = [(row.task, row.worker, row.label) for row in answers.table.itertuples()]
    rows += [rows[0], ("0.png", "w9", "fera")]
    results = write_csv(tmp_path / "results.csv", ("task", "worker", "label"), rows)
    assert monitor("import", results, "--task", tmp_path / "task", "-o", "answers.parquet") == 0
    said = capsys.readouterr()
    assert "120 answers of 6 workers about 30 pictures" in said.out
    assert "w0 gave all" in said.out
    assert "line 123: unknown label: unknown label 'fera'; did you mean 'fear'?" in said.err
    assert len(Path("answers.problems.csv").read_text().splitlines()) == 3

    write_csv(tmp_path / "truth.csv", ("task", "label"), list(truth.items()))
    assert monitor("workers", "answers.parquet", "--truth", "truth.csv", "--html", "workers.html") == 0
    said = capsys.readouterr()
    assert "Krippendorff's alpha" in said.out
    assert "one label for all" in said.out
    assert "in doubt (1)" in Path("workers.html").read_text()
    assert monitor("workers", "answers.parquet", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert len(facts["workers"]) == 6
    assert facts["agreement"]["raters"] == 4

    assert monitor("clean", "answers.parquet", "--truth", "truth.csv") == 0
    said = capsys.readouterr()
    assert "Labels after dawid-skene" in said.out
    assert Path("cleaned/before-and-after.md").read_text() in said.out
    assert len(Cleaned.read(Path("cleaned")).table) == 30
    assert monitor("clean", "answers.parquet", "--method", "majority", "--json", "-o", "voted") == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 30


@pytest.mark.parametrize("platform", ["mturk", "labelstudio"])
def test_platforms_need_an_address(tmp_path: Path, platform: str, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = write_pictures(tmp_path / "faces", ["1.png"])
    assert monitor("task", pictures, "--platform", platform, "-o", tmp_path / "task") == 2
    assert "--url is missing" in capsys.readouterr().err
    command = ("task", pictures, "--platform", platform, "-o", tmp_path / "task", "--url", "https://pictures.example")
    assert monitor(*command) == 0
    assert "monitor labels import" in capsys.readouterr().out


def test_what_cannot_be_used_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert monitor("clean", tmp_path / "no.parquet") == 2
    assert monitor("simulate", tmp_path / "votes.csv", "--answers", "3,many") == 2
    pictures = write_pictures(tmp_path / "faces", ["1.png"])
    write_pictures(tmp_path / "examples", ["fear.png"])
    command = ("task", pictures, "--platform", "mturk", "--url", "https://x.example", "-o", "task", "--examples")
    assert monitor(*command, tmp_path / "examples") == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 3
    assert "no picture is called neutral" in lines[2]
