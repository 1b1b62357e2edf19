"""`monitor bench-store` on a session short enough to test with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.commands import bench_store
from monitor.store import Store


def test_it_measures_a_session_that_is_always_the_same_and_its_exports(
    monitor: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_store, "EXPORTS", {"csv, smoothed": bench_store.EXPORTS["csv, smoothed"]})
    path = tmp_path / "door.db"
    assert monitor("bench-store", "--hours", "0.2", "--people", "20", "--store", path, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["samples"] == 1440
    assert result["memory_at_the_end_mb"] > 0
    assert result["refresh_ms"]["slowest"] >= result["refresh_ms"]["median"] > 0
    assert 1 <= result["thumbnails_written_per_person"] < 8
    assert min(result["exports"]["csv, smoothed"].values()) > 0
    with Store(path) as store:
        session = store.session("door")
        assert session.state == "finished"
        assert store.counts(session)["people"] == 20
        assert store.totals(session, "faces")["samples"].sum() + 1440 == result["observations"]
        assert store.people(session, newest=2)["subject"].tolist() == [19, 20]
    bench_store.print_table(result)
    text = capsys.readouterr().out
    for words in ("0.2 hours, 20 people", "memory at the end", "one refresh of the live page", "export, csv, smoothed"):
        assert words in text


def test_without_exports_it_prints_a_table_of_the_rest(
    monitor: Callable[..., int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = {
        "observations": 1234,
        "recording_ms_per_sample": 2.5,
        "memory_after_ten_minutes_mb": 100.0,
        "memory_at_the_end_mb": 101.0,
        "thumbnails_written_per_person": 4.0,
    }
    monkeypatch.setattr(bench_store, "recording", lambda *_: recorded)
    monkeypatch.setattr(bench_store, "refreshes_ms", lambda *_: {"median": 12.3, "slowest": 45.6})
    assert monitor("bench-store", "--hours", "0.2", "--people", "5", "--no-exports") == 0
    text = capsys.readouterr().out
    for words in ("0.2 hours, 5 people, 1,234 observations", "101 MB (+1)", "12.3 ms, slowest 45.6"):
        assert words in text
    assert "export" not in text
