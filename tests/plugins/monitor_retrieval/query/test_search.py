"""Questions to an index whose distances are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import MonitorError
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import LIBRARY
from monitor_retrieval.query.result import SearchResult
from monitor_retrieval.query.search import Scope, search_emotion, search_like, search_unusual
from tests.plugins.monitor_retrieval.made_moments import MODEL, at_angle, cosine_distance


def made_index(folder: Path) -> MomentIndex:
    """Session 1 turns from 0 to 59 degrees in a minute but lacks 40, session 2 has two sources, the library `sea`
    three pictures."""
    made = MomentIndex(folder / "moments", model=MODEL, create=True)
    turn = [at_angle(second, second) for second in range(60) if second != 40]
    other = [at_angle(90, 3, 2, "door.mp4"), at_angle(31, 4, 2, "hall.mp4")]
    sea = [at_angle(angle, 0, LIBRARY, "sea", file=f"{angle}.jpg", novelty=None) for angle in (20, 100, 21)]
    made.append([*turn, *other, *sea])
    return made


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> MomentIndex:
    """An index to read."""
    return made_index(tmp_path_factory.mktemp("asking"))


def places(result: SearchResult) -> list[tuple[int, float]]:
    return [(moment.session, moment.seconds) for moment in result.moments]


def test_moments_like_a_moment_leave_out_its_own_surroundings(index: MomentIndex) -> None:
    like = index.near(1, 30.2)
    result = search_like(index, like, Scope(count=4, min_gap_seconds=10))
    assert places(result) == [(2, 4), (1, 20), (1, 41), (1, 10)]
    assert [result.value(moment) for moment in result.moments] == pytest.approx(
        [cosine_distance(30, angle) for angle in (31, 20, 41, 10)], abs=1e-5
    )
    assert (result.query, result.measure, result.like) == ("Moments like session 1, talk.mp4 at 0:30", "distance", like)


def test_moments_like_a_picture(index: MomentIndex) -> None:
    picture = at_angle(88, 0, LIBRARY, "", file="beach.jpg")
    result = search_like(index, picture, Scope(count=2))
    assert places(result) == [(2, 3), (1, 59)]
    assert result.query == "Moments like beach.jpg"


def test_one_session_alone(index: MomentIndex) -> None:
    result = search_like(index, at_angle(88, 0, LIBRARY, "", file="beach.jpg"), Scope(session=1, count=3))
    assert places(result) == [(1, 59), (1, 54), (1, 49)]


def test_a_library_alone_and_every_picture_of_it(index: MomentIndex) -> None:
    result = search_like(index, index.near(1, 20), Scope(library="sea"))
    assert [moment.file for moment in result.moments] == ["20.jpg", "21.jpg", "100.jpg"]


def test_all_sessions_leave_libraries_out(index: MomentIndex) -> None:
    result = search_like(index, index.near(1, 20), Scope(count=1000, min_gap_seconds=0))
    assert len(result.moments) == 59 - 1 + 2
    assert LIBRARY not in {moment.session for moment in result.moments}


def test_the_most_of_an_emotion(index: MomentIndex) -> None:
    result = search_emotion(index, "awe", Scope(count=3, min_gap_seconds=20))
    assert places(result) == [(2, 3), (1, 59), (1, 39)]
    assert [result.value(moment) for moment in result.moments] == pytest.approx([90 / 180, 59 / 180, 39 / 180])
    assert places(search_emotion(index, "awe", Scope(session=1, count=1))) == [(1, 59)]


def test_the_most_novel_moments_of_a_session(index: MomentIndex) -> None:
    result = search_unusual(index, Scope(session=1, count=2, min_gap_seconds=30))
    assert places(result) == [(1, 59), (1, 29)]
    assert [result.value(moment) for moment in result.moments] == pytest.approx([59 / 180, 29 / 180])
    assert result.measure == "novelty"


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (Scope(session=7), r"session 7 has no moments in \S+, which has those of: 1, 2; `monitor run"),
        (Scope(library="see"), "unknown library 'see'; did you mean 'sea'"),
        (Scope(session=1, library="sea"), "over a session or over a library, not over both"),
    ],
)
def test_what_is_not_there_is_named(index: MomentIndex, scope: Scope, message: str) -> None:
    with pytest.raises(MonitorError, match=message):
        search_like(index, at_angle(0), scope)


def test_an_emotion_is_not_looked_for_in_a_library(index: MomentIndex) -> None:
    with pytest.raises(MonitorError, match="not with an emotion"):
        search_emotion(index, "awe", Scope(library="sea"))


def test_an_index_without_sessions_says_how_to_fill_it(tmp_path: Path) -> None:
    index = made_index(tmp_path)
    index.remove(session=1)
    index.remove(session=2)
    with pytest.raises(MonitorError, match="holds no moments of any session; `monitor run VIDEO --analyzers"):
        search_emotion(index, "awe", Scope())
    assert len(search_like(index, at_angle(0), Scope(library="sea")).moments) == 3
