from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.sample import Box, Face, Frame, Sample
from monitor.settings import SPOOL, load_settings
from monitor.store import Recorder, Store, database, spool
from monitor.store.identities import Identities
from monitor.store.spool import write_leftovers
from monitor_people.alike import alike, mixed_models
from monitor_people.identity import sink as sink_module
from monitor_people.identity.sink import PeopleSink

BOX = (0.4, 0.4, 0.6, 0.6)


class Colour:
    """Looks at the colour in the middle: people in tests are plain colours."""

    model = "colour 1"
    looked = 0

    def __call__(self, image: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
        Colour.looked += 1
        colour = image[image.shape[0] // 2, image.shape[1] // 2].astype(np.float32)
        return colour / np.linalg.norm(colour)


def sample(number: int, colour: tuple[int, int, int], tracks: Sequence[int], file: str | None = None) -> Sample:
    """In shots of four samples."""
    image = np.full((60, 80, 3), colour, np.uint8)
    faces = tuple(Face(BOX, 0.9, None, track) for track in tracks)
    return Sample(Frame(image, number / 2, 1, number, file, shot_start_seconds=number // 4 * 2.0), faces)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[tuple[Recorder, Store]]:
    with Store(tmp_path / "people.db", create=True) as store:
        recorder = Recorder(
            store, name="colours", every_seconds=0.5, window_seconds=5.0, labels={"faces": ["happiness"]}
        )
        recorder.add_source("colours.mp4", "file")
        yield recorder, store


RED, GREEN = (200, 20, 20), (20, 200, 20)
SHOTS = [(RED, [1]), (GREEN, [2]), (RED, [3])]


def play(
    recorder: Recorder, store: Store, shots: Sequence[tuple[tuple[int, int, int], list[int]]], number: int = 0
) -> PeopleSink:
    """Four samples of each shot, counted from `number`."""
    sink = PeopleSink(Colour, 0.9)
    sink.begin(recorder.session_id, load_settings(store=store.address))
    for colour, tracks in shots:
        for _ in range(4):
            seen = sample(number, colour, tracks)
            recorder.add_sample(1, seen, faces_looked_for=True)
            sink.write(seen, [])
            number += 1
    recorder.flush(force=True)
    return sink


def people(store: Store) -> list[tuple[int, tuple[int, ...]]]:
    return [(each.number, each.tracks) for each in Identities(store, store.session("latest")).people()]


def test_who_comes_back_after_a_cut_is_the_same_person(recorder: tuple[Recorder, Store]) -> None:
    play(*recorder, SHOTS).close()
    assert people(recorder[1]) == [(1, (1, 3)), (2, (2,))]
    vectors, models = Identities(recorder[1], recorder[1].session("latest")).vectors(1)
    assert set(vectors) == {1, 2, 3}
    assert models == {"colour 1"}
    assert np.linalg.norm(vectors[1]) == pytest.approx(1, abs=1e-6)


def test_people_are_in_the_store_while_it_runs(
    recorder: tuple[Recorder, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink_module, "WRITE_SECONDS", 0.0)
    sink = play(*recorder, SHOTS)
    assert people(recorder[1]) == [(1, (1, 3)), (2, (2,))]
    sink.close()


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is new is written at once, and nobody waits long."""
    monkeypatch.setattr(sink_module, "WRITE_SECONDS", 0.0)
    monkeypatch.setattr(spool, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(spool, "LOCKED_MS", 10)
    monkeypatch.setattr(database, "LOCKED_MS", 10)


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Another process writes all the time."""
    with closing(sqlite3.connect(store.address)) as other_process:
        other_process.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.usefixtures("_impatient")
def test_who_is_who_is_on_disk_while_the_store_is_away(
    recorder: tuple[Recorder, Store], caplog: pytest.LogCaptureFixture
) -> None:
    sink = PeopleSink(Colour, 0.9)
    sink.begin(recorder[0].session_id, load_settings(store=recorder[1].address))
    with locked(recorder[1]):
        for number in range(12):
            colour, tracks = SHOTS[number // 4]
            seen = sample(number, colour, tracks)
            recorder[0].add_sample(1, seen, faces_looked_for=True)
            sink.write(seen, [])
        (kept,) = SPOOL.glob("*people*.spool")
    assert caplog.text.count("is away") == 1
    assert "people are kept in" in caplog.text
    recorder[0].flush(force=True)
    assert people(recorder[1]) == [(1, (1,)), (2, (2,)), (3, (3,))]
    sink.write(sample(12, RED, [3]), [])
    assert "is back" in caplog.text
    assert not kept.exists()
    assert people(recorder[1]) == [(1, (1, 3)), (2, (2,))]
    sink.close()


@pytest.mark.usefixtures("_impatient")
def test_what_a_store_that_was_away_at_the_end_does_not_have_is_written_by_the_next_run(
    recorder: tuple[Recorder, Store], caplog: pytest.LogCaptureFixture
) -> None:
    """Also of tracks that were forgotten meanwhile, and without a change to what a hand did since."""
    sink = PeopleSink(Colour, 0.9)
    sink.begin(recorder[0].session_id, load_settings(store=recorder[1].address))
    with locked(recorder[1]):
        for number in range(24):
            colour, tracks = (*SHOTS, (GREEN, [4]), (RED, [5]), (RED, [6]))[number // 4]
            seen = sample(number, colour, tracks)
            recorder[0].add_sample(1, seen, faces_looked_for=True)
            sink.write(seen, [])
            if number == 15:
                del sink._galleries[1].tracks[3]
        sink.close()
    assert "the next run writes them" in caplog.text
    recorder[0].flush(force=True)
    assert len(people(recorder[1])) == 6
    identities = Identities(recorder[1], recorder[1].session("latest"))
    identities.merge([person for person in identities.people() if person.number in (2, 6)])
    write_leftovers(recorder[1], SPOOL)
    assert not list(SPOOL.iterdir())
    assert people(recorder[1]) == [(1, (1, 3, 5)), (2, (2, 4, 6))]
    assert set(identities.vectors(1)[0]) == {1, 2, 3, 4, 5, 6}


@pytest.mark.usefixtures("_impatient")
def test_where_the_disk_does_not_take_it_either_that_is_told_with_what_to_do(
    recorder: tuple[Recorder, Store], caplog: pytest.LogCaptureFixture
) -> None:
    sink = PeopleSink(Colour, 0.9)
    settings = load_settings(store=recorder[1].address, spool_megabytes=1e-6)
    sink.begin(recorder[0].session_id, settings)
    with locked(recorder[1]):
        for number in range(8):
            sink.write(sample(number, RED, [1 + number // 4]), [])
        assert caplog.text.count("who is who waits in memory") == 1
    recorder[0].add_sample(1, sample(8, RED, [1, 2]), faces_looked_for=True)
    recorder[0].flush(force=True)
    sink.write(sample(8, RED, [3]), [])
    assert Identities(recorder[1], recorder[1].session("latest")).person_of_track() == {(1, 2): 1, (1, 3): 1}
    with locked(recorder[1]):
        sink.write(sample(12, GREEN, [4]), [])
        sink.close()
    assert "who is who stays as it was last written" in caplog.text
    assert "monitor people 1 vectors, monitor people 1 cluster" in caplog.text


def test_forgotten_tracks_follow_their_person(
    recorder: tuple[Recorder, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Track 3 is forgotten as of person 2, who turns out to be person 1."""
    monkeypatch.setattr(sink_module, "WRITE_SECONDS", 0.0)
    between, near = (200, 140, 0), (200, 60, 0)
    shots = [((200, 0, 0), [1]), (between, [2]), (between, [3])]
    sink = play(*recorder, shots)
    assert people(recorder[1]) == [(1, (1,)), (2, (2, 3))]
    gallery = sink._galleries[1]
    del gallery.tracks[3]
    for number in range(12, 20):
        seen = sample(number, near, [4])
        recorder[0].add_sample(1, seen, faces_looked_for=True)
        sink.write(seen, [])
    recorder[0].flush(force=True)
    assert people(recorder[1]) == [(1, (1, 2, 3, 4))]
    sink.close()


def test_an_edit_while_it_runs_stays(recorder: tuple[Recorder, Store], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_module, "WRITE_SECONDS", 0.0)
    sink = play(*recorder, SHOTS)
    identities = Identities(recorder[1], recorder[1].session("latest"))
    identities.split(identities.people()[0], [3])
    sink.write(sample(12, RED, [3]), [])
    sink.close()
    assert people(recorder[1]) == [(1, (1,)), (2, (2,)), (3, (3,))]


def test_a_session_that_goes_on_knows_who_was_there_before(recorder: tuple[Recorder, Store]) -> None:
    play(*recorder, SHOTS).close()
    play(*recorder, [(GREEN, [4]), ((20, 20, 200), [5])], 12).close()
    assert people(recorder[1]) == [(1, (1, 3)), (2, (2, 4)), (5, (5,))]


def test_a_store_that_is_away_at_the_first_face_does_not_lose_who_was_there_before(
    recorder: tuple[Recorder, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    play(*recorder, SHOTS).close()
    sink = PeopleSink(Colour, 0.9)
    sink.begin(recorder[0].session_id, load_settings(store=recorder[1].address))
    with monkeypatch.context() as away:
        away.setattr(Identities, "vectors", lambda *_: pytest.fail("the store is away"))
        for number in range(12, 16):
            seen = sample(number, GREEN, [4])
            recorder[0].add_sample(1, seen, faces_looked_for=True)
            sink.write(seen, [])
    recorder[0].flush(force=True)
    sink.close()
    assert people(recorder[1]) == [(1, (1, 3)), (2, (2, 4))]


def test_vectors_of_another_model_are_named_with_what_to_do(
    recorder: tuple[Recorder, Store], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    play(*recorder, SHOTS).close()
    monkeypatch.setattr(Colour, "model", "colour 2")
    play(*recorder, [(GREEN, [4])], 12).close()
    words = "models colour 1 and colour 2, whose vectors cannot be compared; compute them again with: monitor people 1"
    assert words in caplog.text
    assert people(recorder[1]) == [(1, (1, 3)), (2, (2,)), (4, (4,))]
    identities = Identities(recorder[1], recorder[1].session("latest"))
    assert words in str(mixed_models(identities))
    assert alike(identities, identities.people()) == []


def test_a_track_is_looked_at_a_few_times_only(recorder: tuple[Recorder, Store]) -> None:
    Colour.looked = 0
    play(*recorder, [(RED, [1])] * 10).close()
    assert Colour.looked == sink_module.FIRST_VIEWS


def test_the_next_moment_is_not_another_view(recorder: tuple[Recorder, Store]) -> None:
    Colour.looked = 0
    play(*recorder, [(RED, [1])] * 2).close()
    assert Colour.looked == 2, "at 0 and 2 of 0 to 3.5 s"


@pytest.mark.parametrize(("samples_before", "found"), [(2, [(1, (1, 2))]), (4, [(1, (1,)), (2, (2,))])])
def test_a_track_that_begins_in_the_place_of_another_is_of_the_same_person_unless_there_was_a_cut(
    samples_before: int, found: list[tuple[int, tuple[int, ...]]], recorder: tuple[Recorder, Store]
) -> None:
    """Less alike than it takes elsewhere. A shot is four samples."""
    nearly = (200, 140, 20)
    sink = PeopleSink(Colour, 0.9)
    sink.begin(recorder[0].session_id, load_settings(store=recorder[1].address))
    for number in range(8):
        seen = sample(number, *((RED, [1]) if number < samples_before else (nearly, [2])))
        recorder[0].add_sample(1, seen, faces_looked_for=True)
        sink.write(seen, [])
    recorder[0].flush(force=True)
    sink.close()
    assert people(recorder[1]) == found


def test_pictures_of_a_folder_have_no_people_in_common(recorder: tuple[Recorder, Store]) -> None:
    sink = PeopleSink(Colour, 0.9)
    sink.begin(recorder[0].session_id, load_settings(store=recorder[1].address))
    for number in range(4):
        sink.write(sample(number, RED, [number + 1], file=f"{number}.jpg"), [])
    sink.close()
    assert Identities(recorder[1], recorder[1].session("latest")).person_of_track() == {}


def test_closing_without_a_beginning_and_twice() -> None:
    sink = PeopleSink(Colour, 0.9)
    sink.close()
    sink.close()
