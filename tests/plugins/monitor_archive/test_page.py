"""The page "Archive"."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor.store import Store, pieces, queue
from monitor.store.queue import File
from monitor_archive.progress import print_failures
from tests.made_up_session import MadeUpSession


def page() -> None:
    from monitor_archive import page

    page.draw()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    path = tmp_path / "archive.db"
    monkeypatch.setenv("MONITOR_STORE", str(path))
    store = Store(path, create=True)
    made_up = MadeUpSession(store)
    made_up.play(5)
    made_up.end("finished")
    return store


def shown() -> AppTest:
    drawn = AppTest.from_function(page, default_timeout=300).run()
    assert not drawn.exception
    return drawn


def metrics(drawn: AppTest) -> dict[str, str]:
    return {each.label: each.value for each in drawn.metric}


def press(drawn: AppTest, label: str) -> AppTest:
    (button,) = [each for each in drawn.button if each.label == label]
    pressed = button.click().run()
    assert not pressed.exception
    return pressed


def test_without_a_queue_it_says_what_to_type(store: Store) -> None:
    (hint,) = shown().info
    assert "monitor batch FOLDER" in hint.value


def test_it_shows_how_far_the_queue_is_and_what_failed_and_why(store: Store) -> None:
    files = [File(f"/archive/{name}.mp4", 1000, name) for name in "abcd"]
    queue.enqueue(store, files, "recipe")
    numbers = []
    for _ in range(3):
        taken = queue.take(store, "recipe", "here:1")
        assert taken is not None
        with store.engine.begin() as connection:
            queue.begin(connection, 1, number=taken.id, worker="here:1")
        numbers.append(taken.id)
    queue.end(store, numbers[0], "here:1")
    queue.end(store, numbers[1], "here:1", "it is damaged")
    drawn = shown()
    assert metrics(drawn) == {"Done": "1", "Running": "1", "Waiting": "1", "Held": "0", "Failed": "1"}
    running, failed, done = (table.value for table in drawn.dataframe)
    assert running[["Recording", "Worker", "Session"]].values.tolist() == [
        ["/archive/c.mp4", "here:1", "/session?session=1"]
    ]
    assert failed[["Recording", "Reason"]].values.tolist() == [["/archive/b.mp4", "it is damaged"]]
    assert done[["Recording", "Session"]].values.tolist() == [["/archive/a.mp4", "/session?session=1"]]


def test_passwords_of_addresses_are_not_shown(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    address = "https://reader:secret@archive.example/{}.mp4?token=secret"
    queue.enqueue(store, [File(address.format(name), 1000, name) for name in "abc"], "recipe")
    for error in (None, "it is damaged"):
        taken = queue.take(store, "recipe", "here:1")
        assert taken is not None
        queue.end(store, taken.id, "here:1", error)
    queue.take(store, "recipe", "here:1")
    tables = [table.value["Recording"].tolist() for table in shown().dataframe]
    shown_as = "https://reader:***@archive.example/{}.mp4?token=***"
    assert tables == [[shown_as.format(each)] for each in "cba"]
    print_failures(store, "recipe")
    printed = capsys.readouterr().out
    assert "it is damaged" in printed
    assert "secret" not in printed


def test_it_holds_goes_on_and_tries_again(store: Store) -> None:
    queue.enqueue(store, [File("/archive/a.mp4", 1000, "a"), File("/archive/b.mp4", 1000, "b")], "recipe")
    taken = queue.take(store, "recipe", "here:1")
    assert taken is not None
    queue.end(store, taken.id, "here:1", "it is damaged")
    drawn = press(shown(), "Hold")
    assert metrics(drawn)["Held"] == "1"
    drawn = press(drawn, "Go on")
    assert (metrics(drawn)["Held"], metrics(drawn)["Waiting"]) == ("0", "1")
    assert any("monitor batch" in hint.value for hint in drawn.caption)
    drawn = press(drawn, "Try again")
    assert (metrics(drawn)["Failed"], metrics(drawn)["Waiting"]) == ("0", "2")


def test_a_piece_that_runs_says_which_it_is_and_sizes_are_of_all(store: Store) -> None:
    queue.enqueue(store, [File("/archive/long.mp4", 3_000_000_000, "long")], "r")
    (long,) = queue.recordings(store)
    pieces.divide(store, long, "r", [0.0, 600.0, 1200.0])
    for _ in range(3):
        queue.take(store, "r", "w")
    drawn = shown()
    assert drawn.dataframe[0].value["Recording"].tolist() == [
        "/archive/long.mp4, from 0:00 to 10:00",
        "/archive/long.mp4, from 10:00 to 20:00",
        "/archive/long.mp4, from 20:00",
    ]
    assert metrics(drawn)["Waiting"] == "1"
