"""The index against slow and obvious answers in numpy; killed, damaged, and read while it is written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.artifact import Artifact
from monitor.errors import MonitorError
from monitor.settings import load_settings
from monitor_retrieval import upkeep
from monitor_retrieval.index import MomentIndex, index_folder, model_identity
from monitor_retrieval.moment import LIBRARY, Moment, thumbnail
from monitor_retrieval.retrieval import AffectiveRetrieval
from tests.plugins.monitor_retrieval.conftest import LABELS, quadrants, seen_by

MODEL = "made up 1 0123456789ab"


def unit(count: int, numbers: int = 8, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, numbers))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def moments(count: int, session: int = 1, source: str = "clip.mp4", seed: int = 0) -> list[Moment]:
    """Frames every half second; one in ten has no novelty."""
    random = np.random.default_rng(seed)
    return [
        Moment(
            vector,
            session,
            source,
            number / 2,
            dict(zip(LABELS, random.dirichlet(np.ones(8)).tolist(), strict=True)),
            novelty=None if number % 10 == 0 else float(random.uniform(0, 2)),
            thumbnail=b"%d" % number,
        )
        for number, vector in enumerate(unit(count, seed=seed))
    ]


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


def key(moment: Moment) -> tuple[int, str, float]:
    return moment.session, moment.source, moment.seconds


def keys(found: list[Moment]) -> list[tuple[int, str, float]]:
    return [key(moment) for moment in found]


def nearest(vector: NDArray[np.float32], among: list[Moment], count: int) -> list[tuple[int, str, float]]:
    return keys(sorted(among, key=lambda moment: 1 - float(vector @ moment.vector))[:count])


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


def test_a_stretch_of_one_source_can_be_left_out(index: MomentIndex) -> None:
    asked = moments(40)[20]
    without = [
        moment
        for moment in everything()
        if moment.session != LIBRARY
        and not ((moment.session, moment.source) == (1, "clip.mp4") and 8.0 <= moment.seconds <= 12.0)
    ]
    found = index.search(asked.vector, count=12, exclude=(1, "clip.mp4", 8.0, 12.0))
    assert keys(found) == nearest(asked.vector, without, 12)
    assert keys(index.search(asked.vector, count=100, exclude=(1, "clip.mp4", 8.0, 12.0))) == nearest(
        asked.vector, without, 100
    )


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


def test_a_model_is_known_by_name_version_and_digest(made_model: Path) -> None:
    artifact = Artifact.read(made_model)
    assert model_identity(artifact) == f"quadrants 1 {artifact.manifest.sha256[:12]}"


def test_a_vector_of_another_length_is_refused(index: MomentIndex) -> None:
    longer = Moment(unit(1, 9)[0], 3, "clip.mp4", 0.0, dict.fromkeys(LABELS, 1 / 8))
    with pytest.raises(
        MonitorError, match=r"have 8 numbers, the one of Moment\(session 3, clip.mp4 at 0.000 s\) has 9"
    ):
        index.append([moments(1, 3)[0], longer])
    assert len(index) == 105


@pytest.mark.parametrize(
    ("store", "folder"),
    [
        ("emotion-monitor.db", "emotion-monitor.moments"),
        ("deep/a.b.db", "deep/a.b.moments"),
        ("plain", "plain.moments"),
        ("other.sqlite", "other.sqlite.moments"),
        ("postgresql://someone:secret@host/feelings", "feelings.moments"),
    ],
)
def test_the_index_lies_beside_its_store(store: str, folder: str) -> None:
    assert index_folder(load_settings(store=store)) == Path(folder)


def test_the_index_lies_where_the_option_says() -> None:
    options = {"sinks": {"similar-moments": {"path": "elsewhere/moments"}}}
    assert index_folder(load_settings(options=options)) == Path("elsewhere/moments")


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
from pathlib import Path
from monitor_retrieval.index import MomentIndex
from tests.plugins.monitor_retrieval.test_index import MODEL, moments

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
        cwd=Path(__file__).parents[3],
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


# -- many rows


@pytest.fixture
def _small_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that happens to a million rows happens to two thousand."""
    monkeypatch.setattr(upkeep, "INDEXED_FROM", 1000)
    monkeypatch.setattr(upkeep, "PARTITIONS", 16)
    monkeypatch.setattr(upkeep, "PROBES", 6)
    monkeypatch.setattr(upkeep, "LOOSE_ROWS", 100)
    monkeypatch.setattr(upkeep, "MOST_PARTS", 3)
    monkeypatch.setattr(upkeep, "PIECES", 6)


def gathered(count: int, session: int, seed: int) -> list[Moment]:
    """Moments around a few moods, as frames are; independent noise no index could serve."""
    random = np.random.default_rng(seed)
    moods = np.random.default_rng(0).normal(size=(20, 8))
    vectors = moods[random.integers(20, size=count)] + 0.3 * random.normal(size=(count, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        Moment(np.asarray(vector, np.float32), session, "clip.mp4", number / 2, dict.fromkeys(LABELS, 1 / 8))
        for number, vector in enumerate(vectors)
    ]


def recall(index: MomentIndex, all_of_them: list[Moment], session: int | None = None) -> float:
    found = 0
    among = [moment for moment in all_of_them if session in (None, moment.session)]
    for asked in gathered(25, 0, seed=99):
        answers = index.search(asked.vector, count=10, session=session)
        assert len(answers) == 10
        found += len(set(keys(answers)) & set(nearest(asked.vector, among, 10)))
    return found / 250


@pytest.mark.usefixtures("_small_scale")
def test_many_rows_get_a_vector_index_that_is_kept_up_to_date(tmp_path: Path) -> None:
    index = MomentIndex(tmp_path / "many.moments", model=MODEL, create=True)
    table = lambda: index._open()  # noqa: E731
    there: list[Moment] = []

    def add(count: int, session: int) -> None:
        there.extend(gathered(count, session, seed=session))
        index.append(there[-count:])

    add(900, 1)
    index.optimize()
    assert list(table().list_indices()) == []  # too few for one
    assert recall(index, there) == 1.0
    add(600, 2)
    add(30, 3)
    assert recall(index, there) == 1.0  # and before there is one, search is exact
    index.optimize()
    assert {each.columns[0] for each in table().list_indices()} == {"vector", "session"}
    assert table().index_stats("vector_idx").num_unindexed_rows == 0
    assert recall(index, there) >= 0.95
    for session in (2, 3):
        assert recall(index, there, session) == 1.0  # few enough in one session for exact search

    add(50, 4)
    index.optimize()  # too little to do anything
    assert table().index_stats("vector_idx").num_unindexed_rows == 50
    assert recall(index, there, 4) == 1.0
    assert recall(index, there) >= 0.95
    just_now = there[-1]
    assert keys(index.search(just_now.vector, count=1)) == [key(just_now)]

    parts = []
    for session in range(5, 11):
        add(120, session)
        index.optimize()
        parts.append(table().index_stats("vector_idx").num_indices)
        assert table().index_stats("vector_idx").num_unindexed_rows == 0
    assert max(parts) <= upkeep.MOST_PARTS + 1  # made anew before it falls into many parts
    assert len(set(parts)) > 1
    assert recall(index, there) >= 0.95
    assert len(index) == len(there) == 2300


@pytest.mark.usefixtures("_small_scale")
def test_a_large_session_gets_full_answers_through_the_vector_index(tmp_path: Path) -> None:
    index = MomentIndex(tmp_path / "large.moments", model=MODEL, create=True)
    first, second = gathered(1500, 1, seed=1), gathered(1200, 2, seed=2)
    index.append(first)
    index.append(second)
    index.optimize()
    assert recall(index, first + second, 2) >= 0.95
    far = index.search(first[0].vector, count=1100, session=2)
    assert len(far) == 1100  # more than the groups that are looked at first hold


@pytest.mark.usefixtures("_small_scale")
def test_many_appends_are_joined_when_that_is_due(tmp_path: Path) -> None:
    index = MomentIndex(tmp_path / "pieces.moments", model=MODEL, create=True)
    assert not index.is_in_pieces
    for session in range(1, 6):
        index.append(moments(4, session, seed=session))
    assert not index.is_in_pieces
    index.append(moments(4, 6, seed=6))
    assert index.is_in_pieces
    index.optimize()
    assert not index.is_in_pieces
    assert upkeep.pieces(index._open()) == 1
    assert index.sessions() == dict.fromkeys(range(1, 7), 4)


def test_earlier_versions_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "KEPT_VERSION", upkeep.KEPT_VERSION / 60_000)  # a millisecond
    index = MomentIndex(tmp_path / "old.moments", model=MODEL, create=True)
    for session in range(1, 30):
        index.append(moments(2, session, seed=session))
    versions = index.folder / "moments.lance" / "_versions"
    assert len(list(versions.glob("*.manifest"))) >= 29
    index.optimize()
    index.optimize()
    assert len(list(versions.glob("*.manifest"))) <= 2
    assert len(index) == 58


def test_a_thumbnail_is_small_and_keeps_its_shape() -> None:
    import cv2

    for height, width, small in (
        (720, 1280, (90, 160)),
        (1280, 720, (160, 90)),
        (40, 60, (40, 60)),
        (1, 4000, (1, 160)),
    ):
        image = np.full((height, width, 3), (200, 40, 10), np.uint8)
        picture = cv2.imdecode(np.frombuffer(thumbnail(image), np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape == (*small, 3)
        assert picture[0, 0, ::-1] == pytest.approx((200, 40, 10), abs=6)  # red stays red
