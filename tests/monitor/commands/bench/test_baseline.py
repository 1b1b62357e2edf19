"""What counts as slower than an earlier measurement."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from monitor.commands.bench.baseline import read_baseline, slower
from monitor.errors import ConfigError

MEASURED: dict[str, Any] = {
    "file": "talk.mp4",
    "every_seconds": 0.5,
    "until_seconds": None,
    "analyzers": ["auto"],
    "streams": 1,
    "ratios": {"decode": {"speed": {"median": 0.8}, "thrift": {"median": 0.4}}, "fer": {"speed": {"median": 5.0}}},
    "stages_alone": {"decode": {"processor_ms": 20.0}, "faces": {"processor_ms": 30.0}, "gone": {"processor_ms": 1.0}},
}


def changed(**stages_and_ratios: float) -> dict[str, Any]:
    now = copy.deepcopy(MEASURED)
    del now["ratios"]["fer"], now["stages_alone"]["gone"]  # what only one of the two has is not compared
    for name, value in stages_and_ratios.items():
        if name in ("speed", "thrift"):
            now["ratios"]["decode"][name]["median"] = value
        else:
            now["stages_alone"][name]["processor_ms"] = value
    return now


@pytest.mark.parametrize(
    "now",
    [
        changed(),
        changed(speed=0.69, thrift=0.35),  # 14 and 13 % worse
        changed(speed=2.0, thrift=2.0, faces=1.0),  # better
        changed(decode=40.0, faces=60.0),  # another machine, half as fast
        changed(faces=34.0),
    ],
)
def test_up_to_fifteen_per_cent_and_another_machine_are_no_loss(now: dict[str, Any]) -> None:
    assert slower(MEASURED, now) == []


def test_each_ratio_that_got_worse_is_named() -> None:
    assert slower(MEASURED, changed(speed=0.6, thrift=0.3, faces=40.0)) == [
        "speed against decode 0.60, was 0.80",
        "processor time against decode 0.30, was 0.40",
        "faces takes 2.00 of decoding, was 1.50",
    ]


def test_a_baseline_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(MEASURED))
    assert read_baseline(path, MEASURED)["ratios"] == MEASURED["ratios"]
    with pytest.raises(ConfigError, match=r"was measured with streams 1, not 16"):
        read_baseline(path, {**MEASURED, "streams": 16})
    for text in ("[]", "no JSON", "{}"):
        path.write_text(text)
        with pytest.raises(ConfigError, match="is not what `monitor bench --json` prints"):
            read_baseline(path, MEASURED)
    with pytest.raises(ConfigError, match="FileNotFoundError"):
        read_baseline(tmp_path / "nothing.json", MEASURED)
