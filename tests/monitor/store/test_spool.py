"""What is recorded while the database is away is in it, in order and once, when it is back."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from monitor.engine.run import Run
from monitor.errors import StoreError
from monitor.plugin.registry import Plugins
from monitor.sample import Face, Frame, Observation, Sample
from monitor.settings import SPOOL, Settings, load_settings
from monitor.shares import REMEMBERED_SECONDS
from monitor.store import Recorder, Store, database, recorder, spool, tables
from tests.conftest import make_clip
from tests.postgresql_server import PostgresqlServer

SAMPLES = 60


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every batch is a transaction, and nobody waits long."""
    monkeypatch.setattr(recorder, "FLUSH_SECONDS", 0.0)
    monkeypatch.setattr(recorder, "BACK_SECONDS", 0.0)
    monkeypatch.setattr(recorder, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(spool, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(spool, "LOCKED_MS", 10)
    monkeypatch.setattr(database, "LOCKED_MS", 10)


@pytest.fixture
def recording(tmp_path: Path) -> str:
    return str(make_clip(tmp_path / "recording.mp4", SAMPLES / 2))


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Another process writes all the time."""
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Callable[[], Any]]:
    """A store's address, and a context in which it cannot be written."""
    if request.param == "sqlite":
        path = str(tmp_path / "locked.db")
        return path, lambda: locked(path)
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.new_database(), server.stopped


def settings(address: str, **more: object) -> Settings:
    return load_settings(analyzers=["brightness"], store=address, batch_size=1, **more)


def analyse(
    recording: str, settings: Settings, plugins: Plugins, make_away: Callable[[], Any], first: int, last: int
) -> None:
    """A run whose store goes away after sample `first` and comes back after sample `last`."""
    with ExitStack() as outage:

        def watch(streams: Sequence[Any]) -> None:
            if streams[0].frames_sampled == first and not outages:
                outages.append(outage.enter_context(make_away()))
            if streams[0].frames_sampled == last:
                outage.close()

        outages: list[Any] = []
        Run([recording], settings, plugins)(watch)


def read(address: str, session: int | str = "latest") -> dict[str, pd.DataFrame]:
    with Store(address) as store:
        found = store.session(session)
        return {
            "observations": store.observations(found),
            "samples": store.samples(found),
            "windows": store.windows(found, "brightness"),
            "totals": store.totals(found, "brightness"),
            "state": pd.DataFrame([{"state": found.state, "sources": store.sources(found.id)[0].frames_sampled}]),
        }


def assert_same(tables: dict[str, pd.DataFrame], others: dict[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        pd.testing.assert_frame_equal(
            table.drop(columns="source_id", errors="ignore"),
            others[name].drop(columns="source_id", errors="ignore"),
            obj=name,
        )


def test_a_run_goes_on_while_its_store_is_away_and_loses_nothing(
    recording: str, plugins: Plugins, away: tuple[str, Callable[[], Any]]
) -> None:
    Run([recording], settings("calm.db"), plugins)()
    address, make_away = away
    analyse(recording, settings(address), plugins, make_away, 10, 40)
    assert_same(read("calm.db"), read(address))
    assert list(SPOOL.iterdir()) == []


def test_what_a_run_had_to_leave_is_written_by_the_next(
    recording: str, plugins: Plugins, away: tuple[str, Callable[[], Any]], caplog: pytest.LogCaptureFixture
) -> None:
    Run([recording], settings("calm.db"), plugins)()
    address, make_away = away
    if address.startswith("postgresql"):  # what was recorded is safe, but cannot be summed up
        with pytest.raises(StoreError, match="refused") as caught:
            analyse(recording, settings(address), plugins, make_away, 10, 1000)
        assert "\n" not in str(caught.value)
    else:
        analyse(recording, settings(address), plugins, make_away, 10, 1000)
    (left,) = SPOOL.iterdir()
    assert f"are in {left}; the next run writes them" in caplog.text
    assert len(read(address)["samples"]) == 10
    Run([recording], settings(address), plugins)()
    assert list(SPOOL.iterdir()) == []
    assert_same(read("calm.db"), read(address, 1))


def test_a_full_spool_ends_the_run_and_keeps_what_is_in_it(
    recording: str, plugins: Plugins, away: tuple[str, Callable[[], Any]]
) -> None:
    address, make_away = away
    with pytest.raises(StoreError, match=r"is full \(0 MB\).*spool_megabytes"):
        analyse(recording, settings(address, spool_megabytes=0.01), plugins, make_away, 10, 1000)
    assert len(list(SPOOL.iterdir())) == 1
    Run([recording], settings(address), plugins)()
    samples = read(address, 1)["samples"]
    assert 10 < len(samples) < SAMPLES
    assert samples.number.tolist() == list(range(len(samples)))


def test_a_batch_that_was_cut_short_is_left_out(recording: str, plugins: Plugins) -> None:
    analyse(recording, settings("locked.db"), plugins, lambda: locked("locked.db"), 10, 1000)
    (left,) = SPOOL.iterdir()
    content = left.read_bytes().splitlines(keepends=True)
    left.write_bytes(b"".join(content[:6]) + content[6][:-20])
    with Store("locked.db") as store:
        spool.write_leftovers(store, SPOOL)
    assert list(SPOOL.iterdir()) == []
    assert read("locked.db")["samples"].number.tolist() == list(range(15))


def test_a_spool_whose_session_is_gone_is_set_aside_and_told_of_once(
    recording: str, plugins: Plugins, caplog: pytest.LogCaptureFixture
) -> None:
    analyse(recording, settings("locked.db"), plugins, lambda: locked("locked.db"), 10, 1000)
    (left,) = SPOOL.iterdir()
    with Store("locked.db") as store:
        with store.engine.begin() as connection:  # as whoever goes on with it does
            connection.execute(tables.sessions.update().values(started_at=1.0))
        for _ in range(2):
            spool.write_leftovers(store, SPOOL)
    (aside,) = SPOOL.iterdir()
    assert aside.suffix == ".unclaimed"
    told = [each.message for each in caplog.records if "cannot be written" in each.message]
    reason = "store locked.db has no session 1 of that time"
    assert told == [
        f"what a run left in {left} cannot be written ({reason}); it is kept as {aside}, which you may delete"
    ]


def test_a_spool_that_holds_nothing_is_set_aside(caplog: pytest.LogCaptureFixture) -> None:
    SPOOL.mkdir()
    (SPOOL / "session-1-1-1.spool").write_text('{"sess')
    with Store("new.db", create=True) as store:
        spool.write_leftovers(store, SPOOL)
    assert "session-1-1-1.spool was cut short in its first line" in caplog.text
    assert [path.name for path in SPOOL.iterdir()] == ["session-1-1-1.unclaimed"]


def test_the_spool_of_another_store_stays(recording: str, plugins: Plugins, caplog: pytest.LogCaptureFixture) -> None:
    analyse(recording, settings("locked.db"), plugins, lambda: locked("locked.db"), 10, 1000)
    (left,) = SPOOL.iterdir()
    with Store("other.db", create=True) as store:
        spool.write_leftovers(store, SPOOL)
    assert left.exists()
    assert "cannot be written" not in caplog.text
    Path("locked.db").rename("moved.db")
    with Store("moved.db") as store:  # the session is there, wherever the file lies
        spool.write_leftovers(store, SPOOL)
    assert list(SPOOL.iterdir()) == []
    assert len(read("moved.db")["samples"]) == SAMPLES


def test_the_spool_of_a_run_that_goes_on_is_left_to_it(recording: str, plugins: Plugins) -> None:
    Run([recording], settings("calm.db"), plugins)()

    @contextmanager
    def away_beside_another() -> Iterator[None]:
        with locked("locked.db"):
            yield
        with Store("locked.db") as other:  # as a worker does that begins meanwhile
            spool.write_leftovers(other, SPOOL)
        assert [path.suffix for path in sorted(SPOOL.iterdir())] == [".lock", ".spool"]

    analyse(recording, settings("locked.db"), plugins, away_beside_another, 10, 40)
    assert_same(read("calm.db"), read("locked.db"))
    assert list(SPOOL.iterdir()) == []


@contextmanager
def full(store: Store) -> Iterator[None]:
    """The database cannot grow beyond what it is, as on a full disk."""
    most = [1]

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most[0]}")

    sa.event.listen(store.engine, "checkout", limit)
    try:
        yield
    finally:
        most[0] = 1_000_000


def test_a_full_disk_is_waited_for_and_one_that_takes_no_spool_either_ends_the_run(
    tmp_path: Path, recording: str, plugins: Plugins
) -> None:
    long = str(make_clip(tmp_path / "long.mp4", 150))  # more than fits into what pages have left
    Run([long], settings("calm.db"), plugins)()
    run = Run([long], settings("full.db"), plugins)
    with ExitStack() as outage:

        def watch(streams: Sequence[Any]) -> None:
            if streams[0].frames_sampled == 10 and not outages:
                outages.append(outage.enter_context(full(run.store)))
            if streams[0].frames_sampled == 290:
                assert list(SPOOL.glob("*.spool"))
                outage.close()

        outages: list[None] = []
        run(watch)
    assert_same(read("calm.db"), read("full.db"))
    (tmp_path / "file").write_text("")
    with pytest.raises(
        StoreError, match=r"is away, and file/.*\.spool cannot be written \((Not a directory|File exists)"
    ):
        analyse(recording, settings("away.db", spool="file"), plugins, lambda: locked("away.db"), 10, 1000)


def test_who_comes_back_while_the_store_is_away_is_counted_on(away: tuple[str, Callable[[], Any]]) -> None:
    """Two newcomers in one sample, the later number first, and again after they would have been forgotten."""
    address, make_away = away
    with Store(address, create=True) as store:
        recorder = Recorder(store, name="r", every_seconds=1.0, window_seconds=5.0, labels={"faces": ["glad", "sad"]})
        source = recorder.add_source("door", "live")
        with make_away():
            for number, tracks in enumerate([(2, 1), (3,), (1, 2)]):
                seconds = 2 * number * REMEMBERED_SECONDS
                faces = tuple(Face((0.2, 0.2, 0.8, 0.8), 0.5, None, track) for track in tracks)
                sample = Sample(Frame(np.zeros((90, 90, 3), np.uint8), seconds, 1, number), faces)
                recorder.add_sample(source, sample, faces_looked_for=True)
                scores = {"glad": 1.0, "sad": 0.0}
                recorder.add_observations(
                    source, number, [Observation("faces", 1, seconds, track, scores) for track in tracks]
                )
                recorder.flush(force=True)
        recorder.finish("finished")
        session = store.session("r")
        assert store.totals(session, "faces", subjects=[1, 2]).samples.tolist() == [2, 2]
        people = store.people(session).sort_values("subject")
        assert people.samples.tolist() == [2, 2, 1]
        assert people.first_seconds.tolist() == [0.0, 0.0, 2 * REMEMBERED_SECONDS]


@contextmanager
def full_disk(left_bytes: int, folder: Path) -> Iterator[None]:
    """No file of this process can grow by more than that beyond those in a folder."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max((path.stat().st_size for path in folder.glob("*")), default=0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + left_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("kept", [0, 2])
def test_a_spool_whose_disk_was_full_for_a_moment_has_whole_batches(
    kept: int, caplog: pytest.LogCaptureFixture
) -> None:
    with Store("locked.db", create=True) as store:
        recorder = Recorder(store, name="r", every_seconds=1.0, window_seconds=5.0, labels={"brightness": []})
        source = recorder.add_source("door", "live")

        def record(number: int) -> None:
            frame = Frame(np.zeros((90, 90, 3), np.uint8), float(number), 1, number)
            recorder.add_sample(source, Sample(frame, ()), faces_looked_for=True)
            recorder.flush(force=True)

        with locked("locked.db"):
            for number in range(kept):
                record(number)
            with (
                full_disk(20, SPOOL),
                pytest.raises(StoreError, match=r"\.spool cannot be written \((File too|No space)"),
            ):
                record(kept)
            recorder.finish("failed")
        spool.write_leftovers(store, SPOOL)
        session = store.session("r")
        assert (session.state, store.samples(session).number.tolist()) == ("failed", list(range(kept + 1)))
    assert "cut short" not in caplog.text
    assert list(SPOOL.iterdir()) == []
