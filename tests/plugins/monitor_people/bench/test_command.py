from __future__ import annotations

import pytest

from monitor_people.bench.command import print_table
from monitor_people.bench.measure import Result


def test_a_table_is_whole_where_the_output_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    scores = (0.999, 0.998, 0.997, 0.396, 0.995, 1.0)
    results = [
        Result("street_crowd_1080p", 12, 13, 16, *scores, 1, 2, 12.34, 1.25),
        Result("0.25 h in other light", 12, 13, 16, *scores, 1, 2, 12.34, 1.25, growth_megabytes=-12.4),
    ]
    print_table(results)
    printed = capsys.readouterr().out
    row = "12 13 16 0.999 0.998 0.997 0.396 0.995 1.000 1 2 12.34 1.25"
    lines = [" ".join(line.replace("│", " ").split()) for line in printed.splitlines()]
    assert f"street_crowd_1080p {row}" in lines
    assert f"0.25 h in other light {row} -12" in lines
    words = {word for line in lines for word in line.replace("┃", " ").split()}
    assert {"recording", "precision", "recall", "people,", "measures,", "mixed", "IDF1", "tracks", "MB"} <= words
