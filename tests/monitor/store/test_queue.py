"""The queue of recordings: each is given out once, and comes back when its worker vanishes."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store import Store, pieces, queue
from monitor.store.database import migrate
from monitor.store.queue import File, Recording
from tests.postgresql_server import PostgresqlServer

RECIPE = "a recipe"


def file(name: str, content: str | None = None, size: int = 10) -> File:
    return File(f"/archive/{name}", size, content or name)


def taken(store: Store, worker: str = "w") -> Recording:
    recording = queue.take(store, RECIPE, worker)
    assert recording is not None
    return recording


def test_a_recording_is_taken_once_the_largest_first_and_done(store: Store) -> None:
    assert queue.enqueue(store, [file("b"), file("a", size=30)], RECIPE) == {"waiting": 2}
    first, second = taken(store, "one"), taken(store, "two")
    assert [(each.path, each.state, each.worker, each.tries) for each in (first, second)] == [
        ("/archive/a", "running", "one", 1),
        ("/archive/b", "running", "two", 1),
    ]
    assert queue.take(store, RECIPE, "three") is None
    queue.end(store, first.id, "one")
    queue.end(store, second.id, "two", "it is damaged")
    progress = queue.progress(store, RECIPE)
    assert (progress.counts, progress.sizes) == ({"done": 1, "failed": 1}, {"done": 30, "failed": 10})
    assert [each.error for each in queue.recordings(store, state="failed")] == ["it is damaged"]


def test_the_same_content_is_one_recording_under_its_newest_name(store: Store) -> None:
    queue.enqueue(store, [file("a"), file("copy of a", "a")], RECIPE)
    queue.end(store, taken(store).id, "w")
    assert queue.enqueue(store, [file("renamed", "a")], RECIPE) == {"done": 1}
    assert [(each.path, each.state) for each in queue.recordings(store)] == [("/archive/renamed", "done")]
    assert queue.enqueue(store, [file("renamed", "a")], "another recipe") == {"waiting": 1}


@pytest.mark.parametrize(
    ("options", "waiting"),
    [({}, []), ({"failed": True}, ["/archive/b"]), ({"again": True}, ["/archive/a", "/archive/b"])],
)
def test_what_has_ended_waits_again_when_asked(store: Store, options: dict[str, bool], waiting: list[str]) -> None:
    files = [file("a"), file("b")]
    queue.enqueue(store, files, RECIPE)
    queue.end(store, taken(store).id, "w")
    queue.end(store, taken(store).id, "w", "damaged")
    queue.enqueue(store, files, RECIPE, **options)
    again = queue.recordings(store, state="waiting")
    assert [each.path for each in again] == waiting
    assert all((each.tries, each.error, each.session_id) == (0, None, None) for each in again)


def test_who_does_not_renew_loses_the_recording(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("monitor.store.queue.time.time", lambda: now)
    queue.enqueue(store, [file("a")], RECIPE)
    first = taken(store, "sleeper")
    now += queue.LEASE_SECONDS - 1
    assert queue.free(store, RECIPE) == 0
    assert queue.renew(store, first.id, "sleeper")
    now += queue.LEASE_SECONDS + 1
    assert queue.free(store, RECIPE) == 1
    second = taken(store, "other")
    assert (second.id, second.tries) == (first.id, 2)
    assert not queue.renew(store, first.id, "sleeper")
    queue.end(store, first.id, "sleeper", "too late")
    assert queue.recording(store, first.id) == second


def test_a_recording_that_was_given_back_counts_as_not_tried(store: Store) -> None:
    queue.enqueue(store, [file("a")], RECIPE)
    for _ in range(2 * queue.MOST_TRIES):
        queue.give_back(store, taken(store).id, "w")
    assert taken(store).tries == 1


def test_a_recording_whose_workers_vanish_is_given_up(store: Store) -> None:
    queue.enqueue(store, [file("deadly"), file("harmless")], RECIPE)
    for _ in range(queue.MOST_TRIES):
        assert taken(store).path == "/archive/deadly"
        queue.release(store, "w")
    assert taken(store).path == "/archive/harmless"
    (failed,) = queue.recordings(store, state="failed")
    assert failed.error == "given up: its worker vanished 3 times, the last was w"


def _taken_by_many(address: str | Path) -> list[int]:
    """Numbers of what four threads with connections of their own took of forty recordings."""
    with Store(address, create=True) as store:
        queue.enqueue(store, [file(str(number)) for number in range(40)], RECIPE)
    numbers: list[int] = []

    def take_all(worker: str) -> None:
        with Store(address) as own:
            while (recording := queue.take(own, RECIPE, worker)) is not None:
                numbers.append(recording.id)

    threads = [threading.Thread(target=take_all, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(numbers)


def test_several_workers_never_take_the_same(tmp_path: Path) -> None:
    assert _taken_by_many(tmp_path / "queue.db") == list(range(1, 41))


def test_several_workers_never_take_the_same_of_a_server(postgresql: PostgresqlServer) -> None:
    assert _taken_by_many(postgresql.new_database()) == list(range(1, 41))


def test_several_calls_queue_and_divide_the_same_once(store_address: str) -> None:
    files = [file(str(number)) for number in range(40)]
    begin_together, problems = threading.Barrier(4), list[Exception]()

    def call(own: Store) -> None:
        try:
            begin_together.wait()
            queue.enqueue(own, files, RECIPE)
            for recording in pieces.undivided(own, RECIPE):
                pieces.divide(own, recording, RECIPE, [0.0, 10.0])
        except Exception as problem:
            problems.append(problem)

    with ExitStack() as stores:
        opened = [stores.enter_context(Store(store_address, create=True)) for _ in range(4)]
        threads = [threading.Thread(target=call, args=(own,)) for own in opened]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert Counter(each.piece_of is None for each in queue.recordings(opened[0])) == {True: 40, False: 80}


def test_what_somebody_has_begun_with_is_not_divided(store: Store) -> None:
    queue.enqueue(store, [file("a")], RECIPE)
    (waiting,) = pieces.undivided(store, RECIPE)
    taken(store)
    pieces.divide(store, waiting, RECIPE, [0.0, 10.0])
    assert len(queue.recordings(store)) == 1


def test_a_worker_that_goes_on_may_have_its_earlier_deaths_forgiven(store: Store) -> None:
    queue.enqueue(store, [file("a")], RECIPE)
    for _ in range(2 * queue.MOST_TRIES):
        recording = taken(store)
        assert queue.renew(store, recording.id, "w", forgive=True)
        queue.release(store, "w")
    assert taken(store).tries == 2


def test_what_is_held_is_taken_from_its_worker_and_gone_on_with_later(store: Store) -> None:
    queue.enqueue(store, [file("a"), file("b"), file("c")], RECIPE)
    queue.end(store, taken(store).id, "w")
    running = taken(store)
    queue.hold(store)
    assert queue.progress(store).counts == {"done": 1, "held": 2}
    assert not queue.renew(store, running.id, "w")
    queue.give_back(store, running.id, "w")  # as a worker does that was stopped: it has nothing to give
    assert queue.take(store, RECIPE, "w") is None
    queue.let_go(store)
    assert queue.progress(store).counts == {"done": 1, "waiting": 2}
    assert taken(store).id == running.id


def test_all_that_has_failed_can_be_tried_again(store: Store) -> None:
    queue.enqueue(store, [file("a"), file("b")], RECIPE)
    queue.end(store, taken(store).id, "w", "damaged")
    queue.try_again(store)
    assert [(each.state, each.error, each.tries) for each in queue.recordings(store)] == [("waiting", None, 0)] * 2


def test_a_queue_that_an_older_version_made_goes_on(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        migrate(connection, "0008")
        connection.exec_driver_sql(
            "insert into queue (path, size, digest, recipe, state, tries, queued_at, worker, lease_until) values "
            "('/a.mp4', 1, 'a', 'r', 'waiting', 0, 0, null, null), ('/b.mp4', 1, 'b', 'r', 'running', 1, 0, 'w', 0)"
        )
    engine.dispose()
    with Store(tmp_path / "old.db") as store:
        assert [queue.take(store, "r", "w").path for _ in range(2)] == ["/a.mp4", "/b.mp4"]  # type: ignore[union-attr]
        queue.end(store, 1, "w")
        assert queue.progress(store).counts == {"done": 1, "running": 1}
