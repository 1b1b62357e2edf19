"""A transaction as data."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from monitor.store import Store, tables
from monitor.store.batch import Batch
from tests.made_up_session import MadeUpSession

BATCH = Batch(
    1,
    1000,
    {"faults": [{"source_id": 1, "seconds": 1.5, "analyzer": "a", "samples": 2, "message": "naïve"}]},
    {"thumbnails": [{"source_id": 1, "subject": 1, "quality": 0.5, "jpeg": b"\xff\xd8\x00"}]},
    {1: {"state": "failed", "error": None}},
    {"stages_ms": {"decode": 1.25}},
    [{"source_id": 1, "start_seconds": 30.0, "end_seconds": 45.0}],
)


def test_text_brings_it_back() -> None:
    line = BATCH.text()
    assert "\n" not in line
    assert Batch.of_text(line) == BATCH


@pytest.mark.parametrize("length", [0, 1, 50, -1])
def test_a_line_that_was_cut_short_is_an_error(length: int) -> None:
    with pytest.raises(json.JSONDecodeError):
        Batch.of_text(BATCH.text()[:length])


def test_it_is_written_once(store: Store) -> None:
    MadeUpSession(store).play(5)

    def faults() -> int:
        return len(store.rows(sa.select(tables.faults)))

    before = faults()
    for batch in (BATCH, BATCH, Batch(1, 999, BATCH.inserted)):
        with store.engine.begin() as connection:
            batch.write(connection)
    assert faults() == before + 1
    assert store.sources(1)[0].state == "failed"
    assert store.session(1).stages_ms == {"decode": 1.25}
