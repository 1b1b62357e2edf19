"""The status line of a stream, and what a terminal sees of a run."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.commands.progress import status
from tests.conftest import make_clip


def stream(**facts: object) -> SimpleNamespace:
    source = SimpleNamespace(kind="file", duration_seconds=120.0, frames_dropped=Counter(), name="x")
    source.__dict__.update({key: facts.pop(key) for key in list(facts) if key in source.__dict__})
    known = {"slow_stage": None, "seconds": 61.0, "realtime_factor": 12.34, "frames_sampled": 20, "wall_seconds": 10.0}
    return SimpleNamespace(source=source, state="running", lag_seconds=0.25, **known | facts)


def test_a_file_shows_its_position_and_speed() -> None:
    assert status(stream()) == "1:01 of 2:00  12.3x real time"


def test_a_stage_that_holds_the_run_up_is_named() -> None:
    slow = stream(slow_stage="brightness is the slowest step with 1,000 ms for each sample")
    assert status(slow) == "1:01 of 2:00  12.3x real time, brightness is the slowest step with 1,000 ms for each sample"


def test_a_live_stream_shows_its_rate_lag_and_drops() -> None:
    live = stream(kind="live", duration_seconds=None, frames_dropped=Counter({"engine busy": 3}))
    assert status(live) == "running, 1:01, 2.0 samples/s, 0.2 s behind, 3 dropped (engine busy)"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_terminal_sees_each_file_move_and_end(tmp_path: Path) -> None:
    import pty

    clips = [make_clip(tmp_path / name, 4) for name in ("door.mp4", "hall.mp4")]
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "monitor", "run", *map(str, clips), "--analyzers", "scene-sentiment"]
    process = subprocess.Popen(
        [*command, "--no-dashboard"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "200", "TERM": "xterm"},
    )
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # on Linux, what a terminal without processes answers
        while part := os.read(ours, 65536):
            seen += part
    os.close(ours)
    process.communicate()
    assert process.returncode == 0
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen.decode()).splitlines()
    for name in ("door.mp4", "hall.mp4"):
        moments = [line for line in lines if name in line]
        assert any("0:03 of 0:04" in line and "x real time" in line for line in moments), lines


def test_without_a_terminal_nothing_is_shown(
    monitor: Callable[..., int], clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitor("run", clip, "--analyzers", "scene-sentiment", "--no-dashboard") == 0
    assert capsys.readouterr().err == ""
