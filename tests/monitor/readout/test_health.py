"""The health of a source in words."""

from dataclasses import replace

import pytest

from monitor.readout import health
from monitor.store import Session, Source

SESSION = Session(1, "s", "running", 0.0, 0.0, None, 0.5, 5.0, {}, None, None, 0.0, 0.0)
SOURCE = Source(1, 1, "door", "live", "running", 100, 10, {"newer": 4, "broken": 1200}, 5.0, None, 2.0, 0.1, 1.0, None)


@pytest.mark.parametrize(
    ("session", "source", "expected"),
    [
        ("running", "reconnecting", "reconnecting"),
        ("interrupted", "running", "interrupted"),
        ("interrupted", "finished", "finished"),
        ("failed", "waiting", "failed"),
    ],
)
def test_a_source_cannot_outlive_its_session(session: str, source: str, expected: str) -> None:
    assert health.state(replace(SESSION, state=session), replace(SOURCE, state=source)) == expected


def test_dropped_frames_are_told_by_reason() -> None:
    assert dict(health.facts(SOURCE))["Frames dropped"] == "1,204 (1,200 broken, 4 newer)"
    assert dict(health.facts(replace(SOURCE, frames_dropped={})))["Frames dropped"] == "none"
