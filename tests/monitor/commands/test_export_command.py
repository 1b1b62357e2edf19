"""`monitor export`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest


def test_csv_goes_to_standard_output_and_nothing_else_does(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("export", "first", "--store", recorded_store) == 0
    output = capsys.readouterr()
    assert output.out.startswith("session,source,sample,file,seconds,faces,analyzer,subject,")
    assert {line.split(",")[0] for line in output.out.splitlines()[1:]} == {"1"}
    assert output.err == ""


@pytest.mark.parametrize(("kind", "read"), [("csv", pd.read_csv), ("parquet", pd.read_parquet)])
def test_files_are_written_and_named(
    monitor: Callable[..., int],
    recorded_store: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    read: Callable[[str], pd.DataFrame],
) -> None:
    assert monitor("export", "latest", "--format", kind, "-o", f"out.{kind}", "--store", recorded_store) == 0
    output = capsys.readouterr()
    assert output.out == ""
    assert f"out.{kind} and out.windows.{kind}" in output.err
    assert set(read(f"out.{kind}")["session"]) == {2}
    assert set(read(f"out.windows.{kind}")["end_seconds"]) == {5.0, 10.0}


def test_json_is_one_object_on_standard_output(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("export", "2", "--format", "json", "--store", recorded_store) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"session", "observations", "windows", "events"}


def test_options_show_it_smoothed_and_calibrated_in_this_output_only(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, half_life, calibrate in (
        (("--half-life", "2"), 2.0, 0.0),
        (("--calibrate", "10", "--half-life", "0.5"), 0.5, 10.0),
    ):
        assert monitor("export", "first", "--format", "json", *options, "--store", recorded_store) == 0
        everything = json.loads(capsys.readouterr().out)
        known = everything["session"]
        assert (known["half_life_seconds"], known["calibrate_seconds"]) == (half_life, calibrate)
        for table in ("observations", "windows"):
            assert "shown_happiness" in everything[table][0]
    assert monitor("export", "first", "--store", recorded_store) == 0
    assert "shown" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--half-life", "-1"), "shown.half_life_seconds: input should be greater than or equal to 0, not -1.0"),
        (("--calibrate", "nan"), "shown.calibrate_seconds: input should be a finite number, not nan"),
        (("--calibrate", "long"), "'--calibrate': Input should be a valid number"),
        (("--format", "parquet"), "parquet is not text"),
        (("-o", "no/such/folder.csv"), "no/such/folder.csv cannot be written: No such file or directory"),
        (("--format", "xlsx"), "xlsx"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    monitor: Callable[..., int],
    recorded_store: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    assert monitor("export", "1", *arguments, "--store", recorded_store) == 2
    output = capsys.readouterr()
    assert output.out == ""
    (line,) = output.err.splitlines()
    assert words in line


def test_an_unknown_session_is_named(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("export", "9", "--store", recorded_store) == 2
    assert "no session '9'" in capsys.readouterr().err
