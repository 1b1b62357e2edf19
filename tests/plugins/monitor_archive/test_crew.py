"""A crew keeps workers on the queue, whatever becomes of them or of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from monitor.errors import MonitorError, StoreAway
from monitor.store import Store, queue
from monitor_archive import crew
from monitor_archive.crew import Crew, Ended

RECIPE = "a recipe"


class Scripted:
    """One worker at a time, which takes a recording and ends as the next of `faults` says: dead, or with it done."""

    def __init__(self, store: Store, faults: Sequence[str | None]) -> None:
        self._store, self._faults = store, list(faults)
        self.at_work: list[tuple[str, int]] = []
        self.begun = 0

    def __len__(self) -> int:
        return len(self.at_work)

    def room(self) -> int:
        return 1 - len(self.at_work)

    def begin(self) -> None:
        self.begun += 1
        taken = queue.take(self._store, RECIPE, f"worker {self.begun}")
        assert taken is not None
        self.at_work.append((f"worker {self.begun}", taken.id))

    def ended(self) -> list[Ended]:
        gone = []
        for name, number in self.at_work:
            fault = self._faults.pop(0)
            if fault is None:
                queue.end(self._store, number, name)
            gone.append(Ended(name, fault))
        self.at_work.clear()
        return gone

    def stop(self) -> list[str]:
        return [name for name, _ in self.at_work]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A queue of three recordings that nobody waits long for."""
    monkeypatch.setattr(crew, "LOOK_SECONDS", 0.0)
    with Store(tmp_path / "archive.db", create=True) as store:
        queue.enqueue(store, [queue.File(f"/{name}.mp4", 1, name) for name in "abc"], RECIPE)
        yield store


def states(store: Store) -> list[str]:
    return [each.state for each in queue.recordings(store)]


def test_another_takes_up_what_one_that_died_left(store: Store) -> None:
    workers = Scripted(store, [None, "killed", None, None])
    Crew(workers, RECIPE)(store, lambda: None)
    assert states(store) == ["done"] * 3
    assert workers.begun == 4


def test_a_recording_that_kills_is_given_up_and_the_others_go_on(store: Store) -> None:
    Crew(Scripted(store, ["killed"] * queue.MOST_TRIES + [None, None]), RECIPE)(store, lambda: None)
    assert states(store) == ["failed", "done", "done"]


def test_where_all_die_before_they_take_one_it_is_not_the_recordings(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scripted, "begin", lambda workers: workers.at_work.append(("somebody", 0)))
    with pytest.raises(MonitorError, match=r"7 workers died one after the other, the last of exit code -9"):
        Crew(Scripted(store, ["exit code -9"] * 20), RECIPE)(store, lambda: None)
    assert states(store) == ["waiting"] * 3


def test_deaths_far_apart_are_no_series(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scripted, "begin", lambda workers: workers.at_work.append(("somebody", 0)))
    monkeypatch.setattr(crew, "APART_SECONDS", -1.0)
    looks = iter(range(20))

    def interrupt() -> None:
        if next(looks, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Crew(Scripted(store, ["exit code -9"] * 21), RECIPE)(store, interrupt)


def test_while_the_database_is_away_it_waits_and_forgets_nobody(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    release, outage = queue.release, [True] * 5

    def released(database: Store, worker: str) -> None:
        if outage:
            outage.pop()
            raise StoreAway("store archive.db: the server is restarted")
        release(database, worker)

    monkeypatch.setattr(queue, "release", released)
    Crew(Scripted(store, ["killed", None, None, None]), RECIPE)(store, lambda: None)
    assert states(store) == ["done"] * 3
    assert caplog.text.count("the server is restarted; workers keep what they record, and go on") == 1


def test_where_there_is_no_room_for_a_moment_it_waits(store: Store) -> None:
    class Crowded(Scripted):
        looks = 0

        def room(self) -> int:
            self.looks += 1
            return 0 if self.looks % 2 else super().room()

    Crew(Crowded(store, ["killed", None, None, None]), RECIPE)(store, lambda: None)
    assert states(store) == ["done"] * 3


def test_it_waits_for_what_others_analyse_and_takes_it_up_when_they_vanish(store: Store) -> None:
    theirs = queue.take(store, RECIPE, "another machine")
    assert theirs is not None
    workers = Scripted(store, [None, None, None])

    def vanish() -> None:
        if queue.progress(store, RECIPE).ended == 2 and not workers.at_work:
            queue.release(store, "another machine")

    Crew(workers, RECIPE)(store, vanish)
    assert states(store) == ["done"] * 3
    assert workers.begun == 3


def test_what_those_at_work_had_is_given_back_when_it_is_stopped(store: Store) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    workers = Scripted(store, [])
    with pytest.raises(KeyboardInterrupt):
        Crew(workers, RECIPE)(store, interrupt)
    assert queue.free(store, RECIPE) == 3
