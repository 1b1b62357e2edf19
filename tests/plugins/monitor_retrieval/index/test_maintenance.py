"""An index stays quick with many rows and many appends, and its answers stay right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor_retrieval.index import maintenance
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import Moment
from tests.plugins.monitor_retrieval.made_moments import LABELS, MODEL
from tests.plugins.monitor_retrieval.random_moments import key, keys, moments, nearest


@pytest.fixture
def _small_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that happens to a million rows happens to two thousand."""
    monkeypatch.setattr(maintenance, "INDEXED_FROM", 1000)
    monkeypatch.setattr(maintenance, "PARTITIONS", 16)
    monkeypatch.setattr(maintenance, "PROBES", 6)
    monkeypatch.setattr(maintenance, "LOOSE_ROWS", 100)
    monkeypatch.setattr(maintenance, "MOST_PARTS", 3)
    monkeypatch.setattr(maintenance, "MOST_FRAGMENTS", 6)


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
    assert max(parts) <= maintenance.MOST_PARTS + 1  # made again before it falls into many parts
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
    index = MomentIndex(tmp_path / "fragments.moments", model=MODEL, create=True)
    assert not index.is_due
    for session in range(1, 6):
        index.append(moments(4, session, seed=session))
    assert not index.is_due
    index.append(moments(4, 6, seed=6))
    assert index.is_due
    index.optimize()
    assert not index.is_due
    assert maintenance.fragments(index._open()) == 1
    assert index.sessions() == dict.fromkeys(range(1, 7), 4)


def test_earlier_versions_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "KEPT_VERSION", maintenance.KEPT_VERSION / 60_000)  # a millisecond
    index = MomentIndex(tmp_path / "old.moments", model=MODEL, create=True)
    for session in range(1, 30):
        index.append(moments(2, session, seed=session))
    versions = index.folder / "moments.lance" / "_versions"
    assert len(list(versions.glob("*.manifest"))) >= 29
    index.optimize()
    index.optimize()
    assert len(list(versions.glob("*.manifest"))) <= 2
    assert len(index) == 58
