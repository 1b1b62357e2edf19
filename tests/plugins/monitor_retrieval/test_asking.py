"""Questions to an index whose distances are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import MonitorError
from monitor_retrieval.answer import Answer
from monitor_retrieval.asking import Among, ask_emotion, ask_like, ask_unusual
from monitor_retrieval.index import MomentIndex
from monitor_retrieval.moment import LIBRARY
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


def places(answer: Answer) -> list[tuple[int, float]]:
    return [(moment.session, moment.seconds) for moment in answer.moments]


def test_moments_like_a_moment_leave_out_its_own_surroundings(index: MomentIndex) -> None:
    like = index.near(1, 30.2)
    answer = ask_like(index, like, Among(count=4, min_gap_seconds=10))
    assert places(answer) == [(2, 4), (1, 20), (1, 41), (1, 10)]
    assert [answer.value(moment) for moment in answer.moments] == pytest.approx(
        [cosine_distance(30, angle) for angle in (31, 20, 41, 10)], abs=1e-5
    )
    assert (answer.asked, answer.measure, answer.like) == ("Moments like session 1, talk.mp4 at 0:30", "distance", like)


def test_moments_like_a_picture(index: MomentIndex) -> None:
    picture = at_angle(88, 0, LIBRARY, "", file="beach.jpg")
    answer = ask_like(index, picture, Among(count=2))
    assert places(answer) == [(2, 3), (1, 59)]
    assert answer.asked == "Moments like beach.jpg"


def test_one_session_alone(index: MomentIndex) -> None:
    answer = ask_like(index, at_angle(88, 0, LIBRARY, "", file="beach.jpg"), Among(session=1, count=3))
    assert places(answer) == [(1, 59), (1, 54), (1, 49)]


def test_a_library_alone_and_every_picture_of_it(index: MomentIndex) -> None:
    answer = ask_like(index, index.near(1, 20), Among(library="sea"))
    assert [moment.file for moment in answer.moments] == ["20.jpg", "21.jpg", "100.jpg"]


def test_all_sessions_leave_libraries_out(index: MomentIndex) -> None:
    answer = ask_like(index, index.near(1, 20), Among(count=1000, min_gap_seconds=0))
    assert len(answer.moments) == 59 - 1 + 2
    assert LIBRARY not in {moment.session for moment in answer.moments}


def test_the_most_of_an_emotion(index: MomentIndex) -> None:
    answer = ask_emotion(index, "awe", Among(count=3, min_gap_seconds=20))
    assert places(answer) == [(2, 3), (1, 59), (1, 39)]
    assert [answer.value(moment) for moment in answer.moments] == pytest.approx([90 / 180, 59 / 180, 39 / 180])
    assert places(ask_emotion(index, "awe", Among(session=1, count=1))) == [(1, 59)]


def test_the_most_novel_moments_of_a_session(index: MomentIndex) -> None:
    answer = ask_unusual(index, Among(session=1, count=2, min_gap_seconds=30))
    assert places(answer) == [(1, 59), (1, 29)]
    assert [answer.value(moment) for moment in answer.moments] == pytest.approx([59 / 180, 29 / 180])
    assert answer.measure == "novelty"


@pytest.mark.parametrize(
    ("among", "message"),
    [
        (Among(session=7), r"session 7 has no moments in \S+, which has those of: 1, 2; `monitor run"),
        (Among(library="see"), "unknown library 'see'; did you mean 'sea'"),
        (Among(session=1, library="sea"), "in a session or in a library, not in both"),
    ],
)
def test_what_is_not_there_is_named(index: MomentIndex, among: Among, message: str) -> None:
    with pytest.raises(MonitorError, match=message):
        ask_like(index, at_angle(0), among)


def test_an_emotion_is_not_looked_for_in_a_library(index: MomentIndex) -> None:
    with pytest.raises(MonitorError, match="an emotion is looked for in sessions"):
        ask_emotion(index, "awe", Among(library="sea"))


def test_an_index_without_sessions_says_how_to_fill_it(tmp_path: Path) -> None:
    index = made_index(tmp_path)
    index.remove(session=1)
    index.remove(session=2)
    with pytest.raises(MonitorError, match="holds no moments of any session; `monitor run VIDEO --analyzers"):
        ask_emotion(index, "awe", Among())
    assert len(ask_like(index, at_angle(0), Among(library="sea")).moments) == 3
