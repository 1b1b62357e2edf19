"""`monitor bench-sessions` on a store small enough to test with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from monitor.commands import bench_sessions
from monitor.store import Store, queue


def test_sessions_that_it_makes_are_alike_and_are_read(
    monitor: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench_sessions, "TIMES", 2)
    path = tmp_path / "many.db"
    for count in (2, 3):  # the second time, two of the three are there
        words = ("bench-sessions", "--sessions", count, "--hours", "0.05", "--store", path, "--json")
        assert monitor(*words) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["samples"] == 3 * 360
    pages = {"Live", "Sessions", "Archive", "People", "Compare", "Similar moments", "Labels", "Annotate"}
    lists = {"list of sessions, as pages have it", "monitor sessions"}
    assert set(result["read_ms"]) == {f"page {name}" for name in pages} | lists
    for name in ("Live", "Sessions", "Archive", "People", "Compare"):
        measured = result["read_ms"][f"page {name}"]
        assert 0 < measured["reading"] < measured["processor"]
    with Store(path) as store:
        newest, *_, oldest = store.sessions()
        assert [newest.name, oldest.name] == ["made-up 3", "made-up 1"]
        for read in (store.people, lambda each: store.windows(each, "faces"), store.observations, store.samples):
            first, last = (read(each).drop(columns="source_id") for each in (oldest, newest))
            pd.testing.assert_frame_equal(first, last)
        assert {each.session_id for each in queue.newest(store, 10)} == {each.id for each in store.sessions()}
