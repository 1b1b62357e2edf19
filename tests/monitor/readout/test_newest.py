"""What a live page reads: the newest only, whatever lies behind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from monitor.readout.newest import newest
from monitor.readout.shown import Shown
from monitor.store import Store
from tests.made_up_session import MadeUpSession


@pytest.mark.parametrize("half_life_seconds", [0.0, 2.0])
def test_the_newest_people_come_with_their_sums(tmp_path: Path, half_life_seconds: float) -> None:
    with Store(tmp_path / "newest.db", create=True) as store:
        made_up = MadeUpSession(store, with_measures=True, half_life_seconds=half_life_seconds)
        made_up.play(100)
        session = store.session("latest")
        source, camera = store.sources(session.id)
        seen = newest(store, Shown(store), session, source, session.analyzers, 20.0)
        assert seen.since == 79.5
        assert all(own.windows["end_seconds"].min() > 79.5 for own in seen.found)
        assert seen.people["subject"].tolist() == [1, 2]
        assert list(seen.sums) == ["face-fusion"]
        if half_life_seconds:
            pd.testing.assert_frame_equal(seen.sums["face-fusion"], seen.found[0].windows)
        else:
            totals = store.totals(session, "face-fusion", source_id=source.id)
            pd.testing.assert_frame_equal(seen.sums["face-fusion"], totals)
        assert seen.gaps.empty
        of_camera = newest(store, Shown(store), session, camera, session.analyzers, 20.0)
        assert (len(of_camera.gaps), len(of_camera.faults)) == (1, 1)


@pytest.mark.parametrize(
    ("table", "index"), [("windows", "windows_by_time"), ("people", "people_by_last_seen"), ("totals", "PRIMARY KEY")]
)
def test_sqlite_finds_the_newest_by_an_index(tmp_path: Path, table: str, index: str) -> None:
    with Store(tmp_path / "newest.db", create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(20)
        session = store.session("latest")
        source = store.sources(session.id)[0]
        plans: list[str] = []

        @sa.event.listens_for(store.engine, "before_cursor_execute")
        def explain(_connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
            if f"FROM {table} " in statement:
                cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[attr-defined]
                plans.extend(row[3] for row in cursor.fetchall() if f" {table} " in f"{row[3]} ")  # type: ignore[attr-defined]

        newest(store, Shown(store), session, source, session.analyzers, 5.0)
        assert plans
        for plan in plans:
            assert plan.startswith(f"SEARCH {table} USING")
        assert any(index in plan or "sqlite_autoindex" in plan for plan in plans)
