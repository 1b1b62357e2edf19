"""The page "Archive"."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor.store import Recorder, Store, pieces, queue
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


def bar(drawn: AppTest) -> tuple[int, str]:
    """How far it is, in per cent, and its words."""
    (progress,) = drawn.get("progress")
    return progress.proto.value, progress.proto.text


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
    assert running[["Recording", "Folder", "Worker", "Session"]].values.tolist() == [
        ["c.mp4", "/archive", "here:1", "/session?session=1"]
    ]
    assert failed[["Recording", "Folder", "Reason"]].values.tolist() == [["b.mp4", "/archive", "it is damaged"]]
    assert done[["Recording", "Folder", "Session"]].values.tolist() == [["a.mp4", "/archive", "/session?session=1"]]
    assert bar(drawn) == (25, "25 % of 0.0 MB done")
    assert running[["At", "Of", "Speed"]].values.tolist() == [["0:04", "1:00:00", "9.4 x"]]


def test_where_all_failed_nothing_is_done(store: Store) -> None:
    queue.enqueue(store, [File("/archive/a.mp4", 0, "a"), File("/archive/b.mp4", 0, "b")], "recipe")
    for _ in "ab":
        taken = queue.take(store, "recipe", "here:1")
        assert taken is not None
        queue.end(store, taken.id, "here:1", "it is empty")
    assert bar(shown()) == (0, "0 % of 2 recordings done")


def test_a_short_clip_that_runs_is_told_in_tenths_and_without_a_speed_that_it_does_not_have(store: Store) -> None:
    queue.enqueue(store, [File("/archive/short.gif", 1000, "short")], "recipe")
    recorder = Recorder(store, name="short", every_seconds=0.5, window_seconds=5, labels={"mood": ["glad", "sad"]})
    source = recorder.add_source("short.gif", "file", duration_seconds=0.9)
    taken = queue.take(store, "recipe", "here:1")
    assert taken is not None
    with store.engine.begin() as connection:
        queue.begin(connection, recorder.session_id, number=taken.id, worker="here:1")
    columns = ["At", "Of", "Speed"]
    assert shown().dataframe[0].value[columns].values.tolist() == [["about to begin", "0:00.9", "\N{EN DASH}"]]
    recorder.update_source(source, seconds=0.5, frames_sampled=2, realtime_factor=3.0)
    recorder.flush(force=True)
    assert shown().dataframe[0].value[columns].values.tolist() == [["0:00.5", "0:00.9", "3.0 x"]]
    recorder.finish("finished")


def test_passwords_of_addresses_are_not_shown(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    address = "https://reader:secret@archive.example/{}.mp4?token=secret"
    queue.enqueue(store, [File(address.format(name), 1000, name) for name in "abc"], "recipe")
    for error in (None, "it is damaged"):
        taken = queue.take(store, "recipe", "here:1")
        assert taken is not None
        queue.end(store, taken.id, "here:1", error)
    queue.take(store, "recipe", "here:1")
    tables = [table.value[["Recording", "Folder"]].values.tolist() for table in shown().dataframe]
    folder = "https://reader:***@archive.example"
    assert tables == [[[f"{each}.mp4?token=***", folder]] for each in "cba"]
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
        "long.mp4, from 0:00 to 10:00",
        "long.mp4, from 10:00 to 20:00",
        "long.mp4, from 20:00",
    ]
    assert metrics(drawn)["Waiting"] == "1"
