"""Sessions and sources by the names that people use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import MonitorError
from monitor.settings import Settings
from monitor.store import Recorder, Store
from monitor.store.identities import Identities
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.query.parse import MomentQuery
from monitor_retrieval.query.result import SearchResult
from monitor_retrieval.query.sessions import moment_at, result_with_people, session_names, session_number, with_names
from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_retrieval.made_moments import MODEL, at_angle

SOURCES = {"monday": ["clips/talk.mp4"], "tuesday": ["a/door.mp4", "b/door.mp4", "hall.mp4"]}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A store with two sessions, whose sources each have a moment at 10 and one at 20 seconds."""
    folder = tmp_path_factory.mktemp("recorded")
    index = MomentIndex(folder / "made.moments", model=MODEL, create=True)
    with Store(folder / "made.db", create=True) as store:
        for session, (name, sources) in enumerate(SOURCES.items(), 1):
            recorder = Recorder(store, name=name, every_seconds=0.5, window_seconds=5, labels={"mood": ["glad"]})
            for number, source in enumerate(sources):
                recorder.add_source(source, "file")
                index.append([at_angle(number, seconds, session, source) for seconds in (10, 20)])
            recorder.finish("finished")
    return Settings(store=str(folder / "made.db"))


@pytest.fixture
def store_of_people(tmp_path: Path) -> Iterator[Store]:
    """Of the file's tracks 1 and 2, the second comes at 30 s."""
    with Store(tmp_path / "people.db", create=True) as store:
        MadeUpSession(store).play(40)
        yield store


@pytest.fixture
def index(settings: Settings) -> MomentIndex:
    return MomentIndex(Path(settings.store).with_suffix(".moments"))


@pytest.mark.parametrize(
    ("query", "place"),
    [
        (MomentQuery("1", None, 10.2), (1, "clips/talk.mp4", 10)),
        (MomentQuery("monday", "talk.mp4", 19), (1, "clips/talk.mp4", 20)),
        (MomentQuery("latest", "hall.mp4", 20), (2, "hall.mp4", 20)),
        (MomentQuery("tuesday", "b/door.mp4", 9.5), (2, "b/door.mp4", 10)),
    ],
)
def test_a_moment_is_found_by_names(
    query: MomentQuery, place: tuple[int, str, float], index: MomentIndex, settings: Settings
) -> None:
    found = moment_at(query, index, settings)
    assert (found.session, found.source, found.seconds) == place


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (MomentQuery("3", None, 10), "no session '3' in store"),
        (MomentQuery("2", None, 10), r"several such sources: a/door.mp4, b/door.mp4, hall.mp4; .* as in 2/door.mp4@10"),
        (MomentQuery("2", "door.mp4", 10), "several such sources: a/door.mp4, b/door.mp4"),
        (MomentQuery("2", "haul.mp4", 10), "unknown source of session 2 'haul.mp4'; did you mean 'hall.mp4'"),
        (MomentQuery("1", None, 99), r"session 1 was sampled from 10.0 s to 20.0 s, not at 99.0 s"),
    ],
)
def test_what_is_not_there_is_named(query: MomentQuery, message: str, index: MomentIndex, settings: Settings) -> None:
    with pytest.raises(MonitorError, match=message):
        moment_at(query, index, settings)


def test_names_and_numbers_of_sessions(settings: Settings) -> None:
    assert session_names(settings) == {1: "monday", 2: "tuesday"}
    assert [session_number(key, settings) for key in ("1", "monday", "latest")] == [1, 1, 2]


def test_an_index_without_a_store_has_no_names(tmp_path: Path) -> None:
    assert session_names(Settings(store=str(tmp_path / "gone.db"))) == {}


def test_moments_tell_the_names_of_who_was_there(store_of_people: Store) -> None:
    session = store_of_people.session("latest")
    identities = Identities(store_of_people, session)
    for number, name in ((1, "Ben"), (2, "Ann")):
        identities.name(next(each for each in identities.people() if each.number == number), name)
    moments = [replace(at_angle(0, seconds, session.id, "interview.mp4"), session=session.id) for seconds in (20, 35)]
    found = with_names(SearchResult("like this", "distance", moments), store_of_people)
    assert [moment.people for moment in found.moments] == [("Ben",), ("Ann", "Ben")]
    identities.ignore([next(each for each in identities.people() if each.name == "Ann")])
    (moment,) = with_names(replace(found, moments=found.moments[1:]), store_of_people).moments
    assert moment.people == ("Ben",)


def test_without_a_store_nobody_is_named(tmp_path: Path) -> None:
    result = SearchResult("like this", "distance", [at_angle(0, 10, 1, "talk.mp4")])
    assert result_with_people(result, Settings(store=str(tmp_path / "none.db"))) is result
