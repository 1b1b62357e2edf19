from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor_people.identity.clustering import cluster


def vectors(*degrees: float) -> NDArray[np.float64]:
    """Directions in a plane: the cosine of two is that of the angle between them."""
    turns = np.radians(degrees)
    return np.column_stack([np.cos(turns), np.sin(turns)])


def test_alike_tracks_become_one_person_with_the_lowest_number() -> None:
    assert cluster([4, 7, 9], vectors(0, 10, 90), set(), 0.8) == {4: 4, 7: 4, 9: 9}


def test_centroid_linkage_by_hand() -> None:
    """0 and 29 join first, to 14.5; 60 is 45.5 from there, whose cosine is 0.701."""
    assert cluster([1, 2, 3], vectors(0, 29, 60), set(), 0.71) == {1: 1, 2: 1, 3: 3}
    assert cluster([1, 2, 3], vectors(0, 29, 60), set(), 0.69) == {1: 1, 2: 1, 3: 1}


def test_many_good_views_count_for_more_than_few() -> None:
    """0 weighs ten times what 29 does, so that both join to 2.4; 60 is 57.6 from there, whose cosine is 0.536."""
    assert cluster([1, 2, 3], vectors(0, 29, 60) * [[10], [1], [1]], set(), 0.6) == {1: 1, 2: 1, 3: 3}


def test_who_was_seen_together_never_is_one_person() -> None:
    found = cluster([1, 2, 3, 4], vectors(0, 0, 0, 0), {(1, 2), (3, 4)}, 0.5)
    assert found[1] != found[2]
    assert found[3] != found[4]
    assert len(set(found.values())) == 2


def test_what_a_hand_decided_stays() -> None:
    apart = {1: 1, 2: 2}
    assert cluster([1, 2, 3], vectors(0, 0, 1), set(), 0.9, apart)[2] == 2
    joined = cluster([1, 2, 3], vectors(0, 90, 1), set(), 0.9, {1: 2, 2: 2})
    assert joined[1] == joined[2] == 2


def test_who_is_together_is_one_person_unless_something_is_against_it() -> None:
    far = vectors(0, 60, 90)
    assert cluster([1, 2, 3], far, set(), 0.9, together={(2, 1)}) == {1: 1, 2: 1, 3: 3}
    assert cluster([1, 2, 3], far, set(), 0.9, together={(2, 1), (3, 2), (2, 9)}) == {1: 1, 2: 1, 3: 1}
    assert cluster([1, 2, 3], far, {(1, 2)}, 0.9, together={(2, 1)}) == {1: 1, 2: 2, 3: 3}
    assert cluster([1, 2, 3], far, set(), 0.9, {1: 1, 2: 2}, {(2, 1)}) == {1: 1, 2: 2, 3: 3}
    assert cluster([1, 2, 3], far, set(), 0.9, {2: 7}, {(1, 2)}) == {1: 7, 2: 7, 3: 3}
    assert cluster([1, 2, 3], far, {(1, 3)}, 0.9, {3: 3}, [(2, 1), (2, 3)]) == {1: 1, 2: 1, 3: 3}


def test_few_tracks() -> None:
    assert cluster([], vectors(), set(), 0.8) == {}
    assert cluster([5], vectors(0), set(), 0.8) == {5: 5}


@pytest.mark.parametrize("seed", range(5))
def test_any_number_of_views_of_few_people(seed: int) -> None:
    random = np.random.default_rng(seed)
    people = random.normal(0, 1, (6, 32))
    true = random.integers(0, 6, 40)
    seen = people[true] + random.normal(0, 0.2, (40, 32))
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    found = cluster(list(range(1, 41)), seen, set(), 0.7)
    for one in range(40):
        for other in range(40):
            assert (found[one + 1] == found[other + 1]) == (true[one] == true[other])
