"""What several machines have in indexes of their own is, brought together, what one machine would have."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.errors import MonitorError
from monitor_retrieval.index.inbox import Inbox
from monitor_retrieval.index.merge import merge
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.index.novelty import Novelty
from monitor_retrieval.moment import LIBRARY, Moment
from tests.plugins.monitor_retrieval.command_line import made_store, monitor
from tests.plugins.monitor_retrieval.made_moments import MODEL, at_angle

SOURCES = {1: {"talk.mp4"}, 2: {"talk.mp4"}, 3: {"talk.mp4"}}


def stretch(first: int, last: int, session: int = 1, past: int | None = None) -> list[Moment]:
    """Moments of a session every half second, from number `first` to before `last`; as by a machine that had seen it
    since number `past`."""
    novelty, seen = Novelty(), []
    for number in range(first if past is None else past, last):
        moment = at_angle(37 * number % 180, 0.5 * number, session)
        seen.append(at_angle(37 * number % 180, 0.5 * number, session, novelty=novelty(moment.vector, moment.seconds)))
    return seen[-(last - first) :]


def index(folder: str, *parts: Sequence[Moment]) -> MomentIndex:
    made = MomentIndex(folder, model=MODEL, create=True)
    for part in parts:
        made.append(part)
    return made


def rows(made: MomentIndex) -> list[tuple]:
    """All that is told of every moment."""
    found = [moment for moments in made.all(100) for moment in moments]
    return [
        (each.session, each.source, each.seconds, each.novelty, each.vector.tolist(), each.scores, each.thumbnail)
        for each in found
    ]


def test_it_is_what_one_machine_would_have() -> None:
    index("a", stretch(0, 20, session=1), stretch(0, 8, session=2))
    index("b", stretch(0, 12, session=3))
    assert merge("all", ["a", "b"], SOURCES) == 40
    one = index("one", *(stretch(0, last, session) for session, last in ((1, 20), (2, 8), (3, 12))))
    assert rows(MomentIndex("all")) == rows(one)


def test_folders_are_only_read_and_may_be_copied_again_and_again() -> None:
    """Nobody asks on the other machine at first, so that all waits there; then somebody does."""
    other = Inbox(Path("b"))
    for day in range(1, 4):
        other.write(stretch(0, 12, session=day), MODEL)
        shutil.copytree("b", "copy", dirs_exist_ok=True)
        before = sorted(path for path in Path("copy").rglob("*") if path.is_file())
        assert merge("all", ["copy"], SOURCES) == 12
        assert sorted(path for path in Path("copy").rglob("*") if path.is_file()) == before
        if day == 2:
            assert len(MomentIndex("b")) == 24
    assert rows(MomentIndex("all")) == rows(index("one", *(stretch(0, 12, session) for session in range(1, 4))))
    assert not list(Path("all").glob("merging-*"))


def test_a_session_that_another_machine_went_on_with_is_one_again() -> None:
    index("a", stretch(0, 15))
    index("b", stretch(12, 30))  # a had written three that the store did not have when b began, and b knew no past
    merge("all", ["b", "a"], SOURCES)
    assert rows(MomentIndex("all")) == rows(index("one", stretch(0, 30)))


def test_again_it_changes_nothing_and_what_is_new_comes() -> None:
    a = index("a", stretch(0, 10))
    index("all", stretch(0, 5))
    assert merge("all", ["a"], SOURCES) == 5
    version = MomentIndex("all").version
    assert merge("all", ["a"], SOURCES) == 0
    assert MomentIndex("all").version == version
    a.append(stretch(10, 14, past=0))
    assert merge("all", ["a"], SOURCES) == 4
    assert rows(MomentIndex("all")) == rows(index("one", stretch(0, 14)))


def test_deleted_sessions_and_libraries_stay_behind() -> None:
    index("a", stretch(0, 3, session=9), [at_angle(1, session=LIBRARY, source="moods", file="1.png")], stretch(0, 2))
    merge("all", ["a"], SOURCES)
    assert (MomentIndex("all").sessions(), MomentIndex("all").libraries()) == ({1: 2}, {})


def test_an_index_of_another_store_or_model_is_refused() -> None:
    index("a", [at_angle(1, source="else.mp4")])
    with pytest.raises(MonitorError, match=r"^a has moments of a source 'else\.mp4' in session 1, .* another store"):
        merge("all", ["a"], SOURCES)
    MomentIndex("other", model="another 2 abc", create=True).append(stretch(0, 2))
    index("all", stretch(0, 2))
    with pytest.raises(MonitorError, match="made by the model"):
        merge("all", ["other"], SOURCES)
    with pytest.raises(MonitorError, match="there is no index of moments in nowhere"):
        merge("all", ["nowhere"], SOURCES)
    assert MomentIndex("all").sessions() == {1: 2}


def test_the_command_merges_into_the_index_of_the_store(capsys: pytest.CaptureFixture[str]) -> None:
    made_store(Path("made.db"))
    index("node", [at_angle(20, 1.0, source="morning.mp4"), at_angle(40, 2.0, 2, source="evening.mp4")])
    assert monitor("merge-moments", "node", "--store", "made.db") == 0
    assert "2 moments came into made.moments" in capsys.readouterr().out
    assert MomentIndex("made.moments").sessions() == {1: 1, 2: 1}
