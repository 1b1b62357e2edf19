"""A worker empties the queue, and leaves it so that another can go on."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import pytest
import sqlalchemy as sa

from monitor.engine.run import Run
from monitor.errors import StoreAway
from monitor.plugin.registry import Plugins, Registration
from monitor.sample import Observation, Sample
from monitor.settings import SPOOL, Settings, load_settings
from monitor.store import Recorder, Store, database, queue, recorder, tables
from monitor.store.spool import write_leftovers
from monitor_archive import lease
from monitor_archive import worker as worker_module
from monitor_archive.division import divide_long
from monitor_archive.files import find
from monitor_archive.worker import Worker
from tests.conftest import Brightness, make_clip

RECIPE = "a recipe"


@pytest.fixture
def settings() -> Settings:
    return load_settings(analyzers=["brightness"], store="archive.db", batch_size=1)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store(settings.store, create=True) as store:
        yield store


def add(store: Store, *paths: Path) -> None:
    found = find(paths)
    assert found.problems == []
    queue.enqueue(store, found.files, RECIPE)


def stop_at_the_fifth_batch(plugins: Plugins, stop: Callable[[], None]) -> None:
    """Put an analyzer into `plugins` that calls `stop` once, in the middle of a recording."""

    class Stopper(Brightness):
        seen = 0

        def analyze(self, samples: list[Sample]) -> list[list[Observation]]:  # type: ignore[override]
            Stopper.seen += 1
            if Stopper.seen == 5:
                stop()
            return super().analyze(samples)

    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Stopper, "tests")


class LongStep(Brightness):
    """Its first step takes until somebody has renewed the lease of what is under way for the third time."""

    wait: Callable[[], None]

    def analyze(self, samples: list[Sample]) -> list[list[Observation]]:  # type: ignore[override]
        LongStep.wait()
        return super().analyze(samples)


@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_lease_is_renewed_within_a_step_that_takes_long(
    tmp_path: Path,
    settings: Settings,
    store: Store,
    plugins: Plugins,
    monkeypatch: pytest.MonkeyPatch,
    in_pieces: bool,
) -> None:
    monkeypatch.setattr(lease, "RENEWED_SECONDS", 0.01)
    renewals, renew, enough = [], queue.renew, threading.Event()

    def counted(*given: Any, **named: Any) -> bool:
        renewals.append(given)
        if len(renewals) >= 3:
            enough.set()
        return renew(*given, **named)

    def wait() -> None:
        assert enough.wait(60.0), "nobody renews it"

    monkeypatch.setattr(queue, "renew", counted)
    LongStep.wait = wait  # type: ignore[assignment]
    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", LongStep, "tests")
    add(store, make_clip(tmp_path / "a.mp4", 4))
    if in_pieces:
        divide_long(store, settings, RECIPE, 2.0)
    Worker(settings, plugins, RECIPE)()
    assert {each.state for each in queue.recordings(store)} == {"done"}


def test_every_recording_gets_a_session_of_its_own(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins
) -> None:
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(b"no video")
    add(store, make_clip(tmp_path / "a.mp4", 2), damaged, make_clip(tmp_path / "b.mp4", 3))
    Worker(settings, plugins, RECIPE)()
    recordings = queue.recordings(store)
    assert [each.state for each in recordings] == ["done", "failed", "done"]
    assert "not a video" in (recordings[1].error or "")
    sessions = [store.session(each.session_id or 0) for each in recordings if each.state == "done"]
    assert [(each.name, each.state) for each in sessions] == [("a", "finished"), ("b", "finished")]
    assert [len(store.samples(each)) for each in sessions] == [4, 6]


def test_one_that_is_stopped_gives_back_and_another_goes_on_in_the_same_session(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins
) -> None:
    stop_at_the_fifth_batch(plugins, lambda: worker.stop())
    add(store, make_clip(tmp_path / "a.mp4", 6))
    worker = Worker(settings, plugins, RECIPE)
    worker()
    (left,) = queue.recordings(store)
    assert (left.state, left.tries) == ("waiting", 0)
    assert 1 <= len(store.samples(store.session("latest"))) < 12
    Worker(settings, plugins, RECIPE)()
    (session,) = store.sessions()
    assert session.state == "finished"
    assert store.samples(session).number.tolist() == list(range(12))
    assert queue.recordings(store)[0].state == "done"


def test_one_that_is_stopped_while_it_opens_a_recording_stops_with_its_first_step(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Worker._begin

    def stopped(worker: Worker, *arguments: Any) -> Run:
        worker.stop()
        return begin(worker, *arguments)

    monkeypatch.setattr(Worker, "_begin", stopped)
    add(store, make_clip(tmp_path / "a.mp4", 6))
    Worker(settings, plugins, RECIPE)()
    (left,) = queue.recordings(store)
    assert (left.state, left.tries) == ("waiting", 0)
    assert store.session("latest").state == "stopped"


def test_one_that_lost_its_lease_leaves_the_recording_to_the_other(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, make_clip(tmp_path / "a.mp4", 2))
    monkeypatch.setattr(queue, "renew", lambda *_, **__: False)
    monkeypatch.setattr(queue, "give_back", lambda *_: None)  # which would do nothing to another's
    Worker(settings, plugins, RECIPE)()
    assert queue.recordings(store)[0].state == "running"
    assert store.session("latest").state == "stopped"


def test_an_analyzer_that_fails_all_the_time_is_the_reason(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins
) -> None:
    class Broken(Brightness):
        def analyze(self, samples: list[Sample]) -> list[list[Observation]]:  # type: ignore[override]
            raise ValueError("out of order")

    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Broken, "tests")
    add(store, make_clip(tmp_path / "a.mp4", 6))
    Worker(settings, plugins, RECIPE)()
    (failed,) = queue.recordings(store)
    assert failed.state == "failed"
    assert "out of order" in (failed.error or "")


class Killed(BaseException):
    """In the place of SIGKILL: nobody notes how the recording ended."""


@pytest.mark.parametrize(
    "point",
    ["before the session is noted", "as it is noted", "before its source is there", "before the queue knows the end"],
)
@pytest.mark.parametrize("is_server", [False, True])
def test_wherever_a_worker_is_killed_there_is_one_session(
    tmp_path: Path,
    settings: Settings,
    plugins: Plugins,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    is_server: bool,
) -> None:
    def kill(*_: Any, **__: Any) -> None:
        raise Killed

    def begin_and_kill(*arguments: Any, begin: Callable[..., None] = queue.begin, **options: Any) -> None:
        begin(*arguments, **options)
        raise Killed

    replaced = {
        "before the session is noted": (queue, "begin", kill),
        "as it is noted": (queue, "begin", begin_and_kill),
        "before its source is there": (Recorder, "add_source", kill),
        "before the queue knows the end": (queue, "end", kill),
    }
    address = request.getfixturevalue("postgresql").new_database() if is_server else "one.db"
    settings = settings.model_copy(update={"store": address})
    with Store(address, create=True) as store:
        add(store, make_clip(tmp_path / "a.mp4", 2))
        with monkeypatch.context() as patched:
            patched.setattr(*replaced[point])
            with pytest.raises(Killed):
                Worker(settings, plugins, RECIPE, name="first")()
        (left,) = queue.recordings(store)
        assert [each.id for each in store.sessions()] == ([] if left.session_id is None else [left.session_id])
        queue.release(store, "first")
        Worker(settings, plugins, RECIPE, name="second")()
        (session,) = store.sessions()
        (done,) = queue.recordings(store)
        assert (session.state, done.state, done.session_id) == ("finished", "done", session.id)
        assert store.samples(session).number.tolist() == [0, 1, 2, 3]
        assert len(store.sources(session.id)) == 1


@pytest.mark.parametrize("state", ["running", "finished"])
def test_a_recording_that_was_analysed_to_its_end_is_not_analysed_again(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins, state: str
) -> None:
    add(store, make_clip(tmp_path / "a.mp4", 2))
    Worker(settings, plugins, RECIPE)()
    ended = tables.sessions.update().values(state=state, ended_at=None, process=2**22 + 1)  # of a process that is gone
    with store.engine.begin() as connection:
        connection.execute(ended)
        connection.execute(tables.queue.update().values(state="running", lease_until=0.0))
    Worker(settings, plugins, RECIPE)()
    (session,) = store.sessions()
    assert session.state == "finished"
    assert [each.state for each in queue.recordings(store)] == ["done"]
    assert len(store.samples(session)) == 4


def test_pieces_of_a_long_recording_are_looked_at_first_and_then_joined(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins
) -> None:
    class Counting(Brightness):
        asked = 0

        def analyze(self, samples: list[Sample]) -> list[list[Observation]]:  # type: ignore[override]
            Counting.asked += len(samples)
            return super().analyze(samples)

    plugins.analyzers["brightness"] = Registration("analyzers", "brightness", Counting, "tests")
    long, short = make_clip(tmp_path / "long.mp4", 12), make_clip(tmp_path / "short.mp4", 3)
    Run([str(long)], settings.model_copy(update={"store": "whole.db"}), plugins)()
    add(store, long, short)
    Counting.asked = 0
    for _ in range(2):  # the second time all is in pieces that was to be
        divide_long(store, settings, RECIPE, 5.0)
    assert [(each.start_seconds, each.until_seconds) for each in queue.recordings(store)] == [
        (None, None),
        (None, None),
        (0.0, 4.0),
        (4.0, 8.0),
        (8.0, None),
    ]
    assert queue.free(store, RECIPE) == 4  # the whole waits for its pieces
    Worker(settings, plugins, RECIPE)()
    assert Counting.asked == 24 + 6
    assert [(Path(each.path).name, each.state) for each in queue.recordings(store)] == [
        ("long.mp4", "done"),
        ("short.mp4", "done"),
    ]
    assert store.row(sa.select(tables.findings)) is None
    with Store("whole.db") as whole:
        expected = whole.observations(whole.session(1)).drop(columns=["source_id", "source"])
    observed = store.observations(store.session("long")).drop(columns=["source_id", "source"])
    pd.testing.assert_frame_equal(observed, expected)


def test_a_recording_at_an_address_is_analysed_and_gone_on_with(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins
) -> None:
    stop_at_the_fifth_batch(plugins, lambda: worker.stop())
    local = make_clip(tmp_path / "a.mp4", 6)
    system = fsspec.filesystem("memory")
    system.pipe("/archive/a.mp4", local.read_bytes())
    try:
        queue.enqueue(store, find(["memory://archive"]).files, RECIPE)
        worker = Worker(settings, plugins, RECIPE)
        worker()
        worker = Worker(settings, plugins, RECIPE)
        worker()
    finally:
        system.rm("/archive", recursive=True)
    (session,) = store.sessions()
    assert (session.name, session.state) == ("a", "finished")
    assert store.sources(session.id)[0].name == "memory:///archive/a.mp4"
    assert store.samples(session).number.tolist() == list(range(12))


def test_a_file_that_vanished_is_a_failure_until_it_is_found_again_under_another_name(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins
) -> None:
    path = make_clip(tmp_path / "a.mp4", 2)
    add(store, path)
    moved = path.rename(tmp_path / "b.mp4")
    Worker(settings, plugins, RECIPE)()
    (failed,) = queue.recordings(store)
    assert (failed.state, failed.error) == ("failed", "no such file or folder; check the path")
    queue.enqueue(store, find([moved]).files, RECIPE, failed=True)
    Worker(settings, plugins, RECIPE)()
    (done,) = queue.recordings(store)
    assert (done.state, done.path) == ("done", str(moved))


def test_while_the_database_is_away_a_worker_waits_with_what_it_has_to_say(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Counter[str]()

    def flaky(name: str) -> Callable[..., Any]:
        change = getattr(queue, name)

        def asked_twice(*arguments: Any, **options: Any) -> Any:
            asked[name] += 1
            if asked[name] % 2:
                raise StoreAway("store archive.db: the server is restarted")
            return change(*arguments, **options)

        return asked_twice

    for name in ("take", "renew", "end"):
        monkeypatch.setattr(queue, name, flaky(name))
    monkeypatch.setattr(worker_module, "RETRY_SECONDS", 0.0)
    add(store, make_clip(tmp_path / "a.mp4", 2), make_clip(tmp_path / "b.mp4", 3))
    Worker(settings, plugins, RECIPE)()
    assert [each.state for each in queue.recordings(store)] == ["done", "done"]
    assert {each.name: len(store.samples(each)) for each in store.sessions()} == {"a": 4, "b": 6}


def test_a_recording_whose_spool_was_full_is_gone_on_with_when_the_database_is_back(
    tmp_path: Path, settings: Settings, store: Store, plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(store.address, check_same_thread=False)

    left: list[int] = []

    def unlocked(*arguments: Any) -> None:
        left.append(len(list(SPOOL.glob("*.spool"))))
        other.close()
        write_leftovers(*arguments)

    monkeypatch.setattr(database, "LOCKED_MS", 10)
    monkeypatch.setattr(recorder, "FLUSH_SECONDS", 0.0)
    monkeypatch.setattr(recorder, "BACK_SECONDS", 0.0)
    monkeypatch.setattr(worker_module, "write_leftovers", unlocked)
    stop_at_the_fifth_batch(plugins, lambda: other.execute("BEGIN IMMEDIATE"))
    add(store, make_clip(tmp_path / "a.mp4", 30))
    Worker(settings.model_copy(update={"spool_megabytes": 0.01}), plugins, RECIPE)()
    (session,) = store.sessions()
    assert (session.state, queue.recordings(store)[0].state) == ("finished", "done")
    assert store.samples(session).number.tolist() == list(range(60))
    assert left == [1, 0]  # once when it was full, once at the end
