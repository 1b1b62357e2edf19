"""What `monitor run` prints at its end."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.commands.run_tables import print_summary

HEAD: dict[str, Any] = {"name": "door.mp4", "seconds": 60.0, "frames_sampled": 120, "realtime_factor": 8.0}
EVEN = {"calm": 0.75, "angry": 0.25}


def printed(capsys: pytest.CaptureFixture[str], **source: Any) -> list[str]:
    print_summary([{**HEAD, "shares": {}, "measures": {}, **source}], 3, "emotion-monitor.db")
    return capsys.readouterr().out.splitlines()


def test_a_crowd_is_cut_after_those_seen_most(capsys: pytest.CaptureFixture[str]) -> None:
    crowd = {"all": EVEN, **{str(number): EVEN for number in range(400, 0, -1)}}
    lines = printed(capsys, shares={"faces": crowd})
    rows = [line.split()[0] for line in lines if line.endswith("75.0  25.0") or " 75.0 " in line]
    assert rows == ["all", *(str(number) for number in range(400, 381, -1))]
    assert "and 381 others, seen more briefly; `monitor export 3` has all" in lines
    assert lines[-1] == "session 3; `monitor report 3` writes it as a page"


def test_few_people_are_all_there(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, shares={"faces": {"all": EVEN, "7": EVEN}})
    assert not any("other" in line for line in lines)


@pytest.mark.parametrize(("samples", "words"), [(1, "1 sample,"), (1200, "1,200 samples,")])
def test_samples_are_counted_in_words(capsys: pytest.CaptureFixture[str], samples: int, words: str) -> None:
    assert words in printed(capsys, frames_sampled=samples)[0]


def test_measures_of_all_together_are_a_row_each(capsys: pytest.CaptureFixture[str]) -> None:
    yaw = {"count": 9, "mean": 12.345678, "std": 2.0, "low": -8.0, "high": 30.0}
    single = {"count": 1, "mean": 0.5, "low": 0.5, "high": 0.5}
    lines = printed(capsys, measures={"heads": {"all": {"head_yaw": yaw, "smile": single}, "1": {"head_yaw": single}}})
    assert [line.split() for line in lines if "head yaw" in line] == [["head", "yaw", "12.35", "2", "-8", "30"]]
    assert [line.split() for line in lines if "smile" in line] == [["smile", "0.5", "0.5", "0.5"]]
    assert printed(capsys, measures={"heads": {}}) == [lines[0], lines[-1]]
