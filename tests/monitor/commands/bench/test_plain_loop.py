"""The loop without an engine looks at the same moments as the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.commands.bench.plain_loop import frames_due
from monitor.sources import open_source


@pytest.mark.parametrize(("every", "until"), [(0.5, None), (0.3, None), (1.0, 2.5)])
def test_the_same_frames_are_due(clip: Path, every: float, until: float | None) -> None:
    due = [round(seconds, 3) for seconds, _ in frames_due(str(clip), every, until)]
    source = open_source(str(clip), every_seconds=every, until_seconds=until)
    assert due == [round(frame.seconds, 3) for frame in source.samples()]
    source.close()
