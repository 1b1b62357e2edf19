"""`monitor report`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


def test_a_report_is_written_where_asked(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("report", "first", "-o", "meeting.html", "--store", recorded_store) == 0
    assert "meeting.html" in capsys.readouterr().err
    assert "<h1>first</h1>" in Path("meeting.html").read_text()


def test_without_a_place_the_report_is_named_after_the_session(
    monitor: Callable[..., int], recorded_store: Path
) -> None:
    assert monitor("report", "--store", recorded_store) == 0
    assert "<h1>second</h1>" in Path("report-2.html").read_text()


def test_a_light_report_says_which_file_belongs_to_it(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("report", "--light", "--store", recorded_store) == 0
    (script,) = Path().glob("plotly-*.min.js")
    assert str(script) in capsys.readouterr().err
    assert f'src="{script}"' in Path("report-2.html").read_text()


@pytest.mark.parametrize("option", ["--half-life", "--calibrate"])
@pytest.mark.parametrize("value", ["-1", "nan", "inf", "long"])
def test_a_value_that_is_no_length_of_time_is_one_line(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert monitor("report", "1", option, value, "--store", recorded_store) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert option.strip("-").replace("-", "_") in line.replace("-", "_")
    assert not Path("report-1.html").exists()


def test_a_place_that_cannot_be_written_is_one_line(
    monitor: Callable[..., int], recorded_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("report", "1", "-o", "no/such/place.html", "--store", recorded_store) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no/such/place.html cannot be written: No such file or directory" in line
