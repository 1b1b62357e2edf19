"""Tables of a study in terminals of several widths, and in a file."""

from __future__ import annotations

import sys

import pandas as pd
import pytest
from rich.text import Text

from monitor_studies.commands.tables import print_frame

FRAME = pd.DataFrame(
    {
        "where": ["whole session", "an interview that was marked with many words"],
        "label": ["happiness", "contempt"],
        "share": [0.4031, 0.052],
        "low": [0.0, 0.0231],
        "high": [1.0, 0.209],
        "samples": [21000, 210],
        "effective_samples": [15.0, 19.0],
        "false_positives": [0.0161, 0.0025],
    }
)
CELLS = ("40.31 %", "5.20 %", "0.00 to 100.00 %", "2.31 to 20.90 %", "21,000", "1.61 %", "0.25 %")


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_number_and_no_label_is_cut_in_a_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    print_frame(FRAME)
    shown = Text.from_ansi(capsys.readouterr().out).plain  # without bold
    assert "…" not in shown
    assert all(len(line) <= width for line in shown.splitlines())
    for cell in (*CELLS, "happiness", "contempt", "Effective samples", "From false positives alone"):
        assert cell in shown
    headings = [line.split() for line in shown.splitlines() if "Where" in line]
    assert len(headings) > 1, "it was wide enough"
    assert all(each[:2] == ["Where", "Label"] for each in headings)


def test_what_is_no_terminal_gets_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_frame(FRAME)
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[-4:] == ["From", "false", "positives", "alone"]
    assert len(rows) == len(FRAME)
    assert all(cell in "".join(rows) for cell in CELLS)
