from __future__ import annotations

import numpy as np
import pytest

from monitor_people.bench.wide_shot import ACTOR_WIDTH, SECONDS, WALKS, WIDTH, Walk, distances, truth


def test_a_walk_is_even_and_ends() -> None:
    walk = Walk(0, (10, 20), (0.2, 0.6))
    assert walk.place(15) == pytest.approx(0.4)
    assert walk.place(9.9) is None
    assert walk.place(20.1) is None


def test_one_leaves_for_a_minute_and_two_cross() -> None:
    there = [0 in truth(WALKS, seconds) for seconds in np.arange(0, SECONDS, 0.5)]
    assert there[0]
    assert there[-1]
    assert sum(not each for each in there) * 0.5 >= 60
    first, later = truth(WALKS, 10), truth(WALKS, 40)
    assert first[1] < first[2]
    assert later[1] > later[2]


def test_distances_are_in_cut_outs() -> None:
    apart = distances({0: 0.5, 1: 0.9}, [0.5, 0.6])
    assert apart[0, 0] == 0
    assert apart[0, 1] == pytest.approx(0.1 * WIDTH / ACTOR_WIDTH)
    assert np.isnan(apart[1]).all()
