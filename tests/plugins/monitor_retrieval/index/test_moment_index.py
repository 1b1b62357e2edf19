"""The index against slow and obvious answers in numpy; killed, damaged, and read while it is written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import MonitorError
from monitor_retrieval.analyzer import AffectiveRetrieval
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import LIBRARY, Moment
from tests.plugins.monitor_retrieval.conftest import quadrants, seen_by
from tests.plugins.monitor_retrieval.made_moments import LABELS, MODEL
from tests.plugins.monitor_retrieval.random_moments import key, keys, moments, nearest, unit


@pytest.fixture
def index(tmp_path: Path) -> MomentIndex:
    """Two sessions, the first with two sources, and a library."""
    index = MomentIndex(tmp_path / "a.moments", model=MODEL, create=True)
    for part in (moments(40), moments(30, source="it's.mp4", seed=1), moments(20, 2, seed=2)):
        index.append(part)
    index.append(moments(10, LIBRARY, "pictures", seed=3))
    index.append(moments(5, LIBRARY, "others", seed=4))
    return index


def everything() -> list[Moment]:
    """What the fixture appended."""
    of_runs = [*moments(40), *moments(30, source="it's.mp4", seed=1), *moments(20, 2, seed=2)]
    return [*of_runs, *moments(10, LIBRARY, "pictures", seed=3), *moments(5, LIBRARY, "others", seed=4)]


def test_what_is_appended_comes_back_as_it_was(tmp_path: Path) -> None:
    index = MomentIndex(tmp_path / "a.moments", model=MODEL, create=True)
    (given,) = moments(1)
    index.append([given])
    index.append([])
    (found,) = MomentIndex(tmp_path / "a.moments").search(given.vector, count=5)
    for name in ("session", "source", "seconds", "file", "novelty", "thumbnail"):
        assert getattr(found, name) == getattr(given, name)
    assert found.vector.dtype == np.float32
    assert found.vector.tolist() == given.vector.tolist()
    assert list(found.scores) == list(LABELS)
    assert found.scores == pytest.approx(given.scores, abs=1e-7)
    assert found.distance == pytest.approx(0, abs=1e-6)
    assert given.distance is None


def test_search_is_the_order_of_cosine_distances(index: MomentIndex) -> None:
    sessions = [moment for moment in everything() if moment.session != LIBRARY]
    for vector in unit(5, seed=9):
        found = index.search(vector, count=7)
        assert keys(found) == nearest(vector, sessions, 7)
        for moment in found:
            assert moment.distance == pytest.approx(1 - float(vector @ moment.vector), abs=1e-6)


def test_search_in_one_session_or_one_library(index: MomentIndex) -> None:
    vector = unit(1, seed=9)[0]
    for number in (1, 2):
        of_session = [moment for moment in everything() if moment.session == number]
        assert keys(index.search(vector, count=100, session=number)) == nearest(vector, of_session, 100)
    for name, count in (("pictures", 10), ("others", 5)):
        found = index.search(vector, count=100, library=name)
        assert {(moment.session, moment.source) for moment in found} == {(LIBRARY, name)}
        assert len(found) == count
    assert index.search(vector, count=3, session=99) == []
    assert index.search(vector, count=3, library="none") == []


def test_near_is_the_nearest_frame_in_time(index: MomentIndex) -> None:
    assert key(index.near(2, 3.3)) == (2, "clip.mp4", 3.5)
    assert key(index.near(1, 14.4, "it's.mp4")) == (1, "it's.mp4", 14.5)
    assert key(index.near(1, 20.2)) == (1, "clip.mp4", 19.5)  # a little after the last frame is near enough
    assert index.near(1, 5.0, "clip.mp4").thumbnail == b"10"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((7, 1.0), "has no moments of session 7; it has those of: 1, 2"),
        ((1, 1.0, "cilp.mp4"), "session 1 has no moments of a source 'cilp.mp4'; it has those of: clip.mp4, it's.mp4"),
        ((2, 99.0), "session 2 was sampled from 0.0 s to 9.5 s, not at 99.0 s"),
        ((2, -5.0), "session 2 was sampled from 0.0 s to 9.5 s, not at -5.0 s"),
    ],
)
def test_near_says_what_there_is(index: MomentIndex, asked: tuple[int, float], message: str) -> None:
    with pytest.raises(MonitorError, match=message):
        index.near(*asked)


def test_by_emotion_is_the_order_of_its_probability(index: MomentIndex) -> None:
    sessions = [moment for moment in everything() if moment.session != LIBRARY]
    for label in LABELS:
        expected = sorted(sessions, key=lambda moment: -moment.scores[label])
        assert keys(index.by_emotion(label, count=9)) == keys(expected[:9])
        of_second = [moment for moment in expected if moment.session == 2]
        assert keys(index.by_emotion(label, count=100, session=2)) == keys(of_second)
    with pytest.raises(MonitorError, match="unknown emotion 'joy'; the index knows amusement, awe"):
        index.by_emotion("joy", count=1)


def test_unusual_is_the_order_of_novelty(index: MomentIndex) -> None:
    of_second = [moment for moment in moments(20, 2, seed=2) if moment.novelty is not None]
    expected = sorted(of_second, key=lambda moment: -(moment.novelty or 0))
    assert keys(index.unusual(2, count=6)) == keys(expected[:6])
    assert len(index.unusual(2, count=100)) == 18  # those without novelty are left out
    assert index.unusual(99, count=3) == []


def test_novelty_over_time(index: MomentIndex) -> None:
    rows = index.novelty(1, "it's.mp4")
    assert rows.columns.tolist() == ["seconds", "novelty"]
    given = moments(30, source="it's.mp4", seed=1)
    assert rows.seconds.tolist() == [moment.seconds for moment in given]
    expected = [np.nan if moment.novelty is None else moment.novelty for moment in given]
    np.testing.assert_allclose(rows.novelty, expected, atol=1e-6)
    assert index.novelty(1, "none").empty


def test_what_there_is_can_be_counted_and_removed(index: MomentIndex) -> None:
    assert index.sessions() == {1: 70, 2: 20}
    assert index.libraries() == {"others": 5, "pictures": 10}
    assert len(index) == 105
    assert index.remove(session=1) == 70
    assert index.remove(library="pictures") == 10
    assert index.remove(library="pictures") == 0
    assert (index.sessions(), index.libraries(), len(index)) == ({2: 20}, {"others": 5}, 25)
    index.optimize()
    assert (index.sessions(), index.libraries()) == ({2: 20}, {"others": 5})
    with pytest.raises(ValueError, match="either a session or a library"):
        index.remove()


def test_every_moment_comes_once_in_stream_order(index: MomentIndex) -> None:
    batches = list(index.all(8))
    assert max(map(len, batches)) == 8
    found = [key(moment) for batch in batches for moment in batch]
    assert sorted(found) == sorted(keys(everything()))
    assert [session for session, _, _ in found] == [LIBRARY] * 15 + [1] * 70 + [2] * 20
    for source in ("clip.mp4", "it's.mp4"):
        times = [seconds for session, name, seconds in found if (session, name) == (1, source)]
        assert times == sorted(times)


def test_the_made_index_finds_alike_hues(made_index: MomentIndex, made_model: Path) -> None:
    analyzer = AffectiveRetrieval(made_model, "onnxruntime")
    asked = seen_by(analyzer, quadrants(91), 9, "", seconds=0.0)
    first, second = made_index.search(asked.vector, count=2)
    assert {key(first), key(second)} == {(1, "morning.mp4", 3.0), (2, "evening.mp4", 1.5)}  # both of hue 90
    assert [moment.file for moment in made_index.search(asked.vector, count=1, library="wheel")] == ["90.png"]


# -- opening


def test_before_the_first_run_there_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(MonitorError, match=r"no index of moments in .*none yet; `monitor run --analyzers affective-"):
        MomentIndex(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_new_index_is_empty(tmp_path: Path) -> None:
    index = MomentIndex(tmp_path / "deep" / "new", model=MODEL, create=True)
    assert (len(index), index.sessions(), index.libraries(), index.labels, index.model) == (0, {}, {}, (), MODEL)
    index.optimize()
    assert not index.exists
    with pytest.raises(ValueError, match="made for a model"):
        MomentIndex(tmp_path / "new", create=True)


def test_the_vectors_of_another_model_are_refused_with_the_way_out(index: MomentIndex) -> None:
    assert MomentIndex(index.folder, model=MODEL).model == MODEL
    for create in (False, True):
        with pytest.raises(
            MonitorError, match=r"by the model 'made up 1 0123456789ab', now it is 'made up 2 fff'.*reb"
        ):
            MomentIndex(index.folder, model="made up 2 fff", create=create)
    assert len(index) == 105


def test_a_vector_of_another_length_is_refused(index: MomentIndex) -> None:
    longer = Moment(unit(1, 9)[0], 3, "clip.mp4", 0.0, dict.fromkeys(LABELS, 1 / 8))
    with pytest.raises(
        MonitorError, match=r"have 8 numbers, the one of Moment\(session 3, clip.mp4 at 0.000 s\) has 9"
    ):
        index.append([moments(1, 3)[0], longer])
    assert len(index) == 105


@pytest.mark.parametrize("what", ["manifest", "data"])
def test_a_damaged_index_is_one_line_that_names_the_folder(index: MomentIndex, what: str) -> None:
    for file in (index.folder / "moments.lance").rglob("*"):
        if file.suffix == (".manifest" if what == "manifest" else ".lance") and file.is_file():
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(MonitorError, match=r"a\.moments cannot be read \(.*delete that folder") as caught:
        MomentIndex(index.folder).search(unit(1)[0], count=1)
    assert "\n" not in str(caught.value)


# -- writing while others read, and being killed


def test_a_reader_sees_what_was_just_appended(index: MomentIndex) -> None:
    reader = MomentIndex(index.folder)
    assert len(reader) == 105
    index.append(moments(7, 3, seed=7))
    assert len(reader) == 112
    assert reader.sessions() == {1: 70, 2: 20, 3: 7}
    assert key(reader.search(moments(7, 3, seed=7)[4].vector, count=1)[0]) == (3, "clip.mp4", 2.0)
    index.optimize()
    assert reader.near(3, 1.0).thumbnail == b"2"


APPENDING = """
import sys
import threading
from pathlib import Path
from monitor_retrieval.index.moment_index import MomentIndex
from tests.plugins.monitor_retrieval.index.test_moment_index import MODEL, moments

index = MomentIndex(Path(sys.argv[1]), model=MODEL, create=True)
session = 0
while True:
    session += 1
    index.append(moments(20, session, seed=session))
    if session % 7 == 0:
        index.optimize()
    print(session, flush=True)
"""


@pytest.mark.parametrize("appends", [1, 6, 23])
def test_a_process_that_is_killed_loses_at_most_its_last_batch(tmp_path: Path, appends: int) -> None:
    folder = tmp_path / "killed.moments"
    writer = subprocess.Popen(
        [sys.executable, "-c", APPENDING, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[4],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert writer.stdout is not None
    with writer.stdout:
        for line in writer.stdout:
            if int(line) == appends:
                writer.send_signal(signal.SIGKILL)  # while the next append, or joining, is under way
                break
        told = [appends, *map(int, writer.stdout.read().split())]
    assert writer.wait() == -signal.SIGKILL
    index = MomentIndex(folder)
    counts = index.sessions()
    assert set(counts.values()) == {20}  # no batch is there in part
    assert list(counts) in ([*range(1, told[-1] + 1)], [*range(1, told[-1] + 2)])
    for session in counts:
        asked = moments(20, session, seed=session)[11]
        assert key(index.search(asked.vector, count=1, session=session)[0]) == key(asked)
    after = MomentIndex(folder, model=MODEL, create=True)  # and a new run goes on
    after.append(moments(20, 1000, seed=5))
    after.optimize()
    assert index.sessions() == {**counts, 1000: 20}


def test_a_process_killed_before_its_first_row_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    folder = tmp_path / "early.moments"
    (folder / "moments.lance" / "data").mkdir(parents=True)
    (folder / "moments.lance" / "_versions").mkdir()
    index = MomentIndex(folder, model=MODEL, create=True)
    assert len(index) == 0
    index.append(moments(3))
    assert len(index) == 3


def test_machines_that_share_the_folder_append_at_the_same_time(tmp_path: Path) -> None:
    """As workers of a cluster do, whose folder lies on storage that all of them reach."""
    sessions = (1, 2, 3)
    start, faults = threading.Barrier(len(sessions), timeout=120), []

    def record(session: int) -> None:
        try:
            own = MomentIndex(tmp_path / "shared.moments", model=MODEL, create=True)
            given = moments(60, session, seed=session)
            start.wait()
            for first in range(0, 60, 5):
                own.append(given[first : first + 5])
                if first == 30:
                    own.optimize()
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=record, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    index = MomentIndex(tmp_path / "shared.moments")
    assert index.sessions() == dict.fromkeys(sessions, 60)
    for session in sessions:
        (found,) = index.of_session(session, 100)
        assert keys(found) == keys(sorted(moments(60, session, seed=session), key=lambda each: each.seconds))
