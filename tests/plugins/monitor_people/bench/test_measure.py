from __future__ import annotations

import numpy as np
import pytest

from monitor.sample import Box
from monitor_people.bench.edited import Shot
from monitor_people.bench.looks import Look
from monitor_people.bench.measure import number_mixed, of_places, of_shots
from monitor_people.bench.recorded import Recorded, Seen

pytest.importorskip("motmetrics")
LEFT, MIDDLE = (0.0, 0.4, 0.2, 0.6), (0.4, 0.4, 0.6, 0.6)


def seen(person: int, track: int, box: Box = MIDDLE) -> Seen:
    return Seen(person, track, box)


def test_an_edited_recording_by_hand() -> None:
    """Ann, Ben, Ann; her second shot is another track of the same person, and beside Ben stands somebody."""
    plan = [Shot(actor, number, 1.0, 0.0, Look()) for number, actor in enumerate((0, 1, 0))]
    samples = {0.0: [seen(1, 1)], 0.5: [seen(1, 1)], 1.0: [seen(9, 9, LEFT), seen(2, 2)], 1.5: [], 2.0: [seen(1, 3)]}
    result = of_shots("by hand", 2, plan, Recorded(samples, 1.5, 0.25, 4))
    assert (result.people, result.found, result.most) == (2, 3, 4)
    assert (result.precision, result.recall, result.f1) == (1, 1, 1)
    assert result.seen == 4 / 5
    assert (result.mixed_tracks, result.mixed_people) == (0, 0)
    assert (result.people_ms, result.measures_ms) == (1.5, 0.25)
    assert result.idf1 == pytest.approx(2 * 4 / (5 + 5))
    assert result.tracks_idf1 == pytest.approx(2 * 3 / (5 + 5))


def test_what_holds_two_people_is_mixed() -> None:
    assert number_mixed([1, 1, 2, 2, 3], [7, 7, 7, 8, 8]) == 2
    assert number_mixed([1, 1, 2], [7, 8, 9]) == 0
    assert number_mixed([], []) == 0


def test_a_shot_of_several_people_by_hand() -> None:
    """Of two people one is found as two tracks of one person."""
    samples = {0.0: [seen(1, 1, LEFT), seen(2, 2)], 0.5: [seen(1, 3, LEFT), seen(2, 2)]}
    apart = np.where(np.eye(2, dtype=bool), 0.0, np.nan)
    result = of_places("by hand", Recorded(samples), [([5, 6], faces, apart) for faces in samples.values()])
    assert (result.people, result.found, result.seen) == (2, 2, 1)
    assert (result.precision, result.recall, result.f1) == (None, None, None)
    assert result.idf1 == 1
    assert result.tracks_idf1 == pytest.approx(2 * 3 / (4 + 4))
