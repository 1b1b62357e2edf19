"""The benchmark measures what it says, against an index that is known to be exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor_retrieval.benchmark.measure import NEAREST, SESSION_FRAMES, recall_and_latency, synthetic_moments
from monitor_retrieval.benchmark.synthetic_vectors import synthetic_recordings, synthetic_scenes
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.moment import Moment


class HalfOfIt:
    """An index that finds only every second of the nearest."""

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = vectors

    def search(self, vector: np.ndarray, *, count: int, session: int | None) -> list[Moment]:
        first = 0 if session is None else (session - 1) * SESSION_FRAMES
        part = self.vectors[first:] if session is None else self.vectors[first : first + SESSION_FRAMES]
        moments = []
        for row in first + np.argsort(-(part @ vector))[:count:2]:
            (moment,) = synthetic_moments(int(row) // SESSION_FRAMES + 1, self.vectors[row : row + 1])
            moments.append(Moment(moment.vector, moment.session, "", row % SESSION_FRAMES / 2, {}))
        return moments


@pytest.mark.parametrize("session", [None, 1, 2])
def test_recall_is_the_part_of_the_nearest_that_was_found(session: int | None) -> None:
    vectors = np.concatenate(list(synthetic_recordings(synthetic_scenes(50), SESSION_FRAMES + 200, SESSION_FRAMES)))
    queries = vectors[[3, SESSION_FRAMES + 50]]
    figures = recall_and_latency(HalfOfIt(vectors), vectors, queries, [session] * 2)  # type: ignore[arg-type]
    assert figures["recall"] == (NEAREST // 2) / NEAREST


def test_moments_are_two_a_second() -> None:
    moments = list(synthetic_moments(4, np.eye(3, dtype=np.float32)))
    assert [(moment.session, moment.seconds) for moment in moments] == [(4, 0.0), (4, 0.5), (4, 1.0)]
    assert len({moment.thumbnail for moment in moments}) == 3


def test_the_index_itself_has_full_recall_below_its_limit(tmp_path: Path) -> None:
    index = MomentIndex(tmp_path, model="made up", create=True)
    vectors = np.concatenate(list(synthetic_recordings(synthetic_scenes(50), 500, SESSION_FRAMES)))
    index.append(list(synthetic_moments(1, vectors)))
    assert recall_and_latency(index, vectors, vectors[:5], [None, 1, None, 1, 1])["recall"] == 1.0
