from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.engine.tracker import Tracker, _Person, costs
from monitor.sample import REMEMBERED_SECONDS, Face


def face(x: float, y: float = 0.5, size: float = 0.1, *, score: float = 0.9, mesh: bool = False) -> Face:
    """A square face with its middle at (x, y)."""
    points = np.zeros((478, 3), np.float32) + np.array([x, y, 0], np.float32) if mesh else None
    return Face((x - size / 2, y - size / 2, x + size / 2, y + size / 2), score, points)


def tracks(faces) -> list[int]:
    return [one.track for one in faces]


def follow(*samples: list[Face], every: float = 0.5) -> list[list[int]]:
    """The numbers of the faces of samples that follow each other."""
    tracker = Tracker()
    return [tracks(tracker.update(faces, index * every)) for index, faces in enumerate(samples)]


faces = st.builds(face, st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.02, 0.3), mesh=st.booleans())
samples = st.lists(st.lists(faces, max_size=6), max_size=12)


@settings(deadline=None)
@given(samples, st.floats(0.04, 5))
def test_every_face_gets_one_number_and_numbers_are_given_in_turn(samples, every):
    tracker = Tracker()
    given_so_far = 0
    last_seen: dict[int, float] = {}
    for index, found in enumerate(samples):
        seconds = index * every
        followed = tracker.update(found, seconds)
        assert [(one.box, one.score, one.mesh is None) for one in followed] == [
            (one.box, one.score, one.mesh is None) for one in found
        ]
        numbers = tracks(followed)
        assert len(set(numbers)) == len(numbers)
        new = sorted(number for number in numbers if number not in last_seen)
        assert new == list(range(given_so_far + 1, given_so_far + 1 + len(new)))
        given_so_far += len(new)
        last_seen |= dict.fromkeys(numbers, seconds)


@settings(deadline=None)
@given(samples)
def test_the_same_faces_always_get_the_same_numbers(samples):
    assert follow(*samples) == follow(*samples)


@settings(deadline=None)
@given(st.permutations(range(5)), st.permutations(range(5)))
def test_the_order_of_faces_does_not_matter(first, second):
    places = [0.1, 0.27, 0.45, 0.62, 0.85]
    one, other = follow([face(places[i], size=0.1) for i in first], [face(places[i] + 0.02) for i in second])
    assert {i: one[first.index(i)] for i in range(5)} == {i: other[second.index(i)] for i in range(5)}


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4)), min_size=2, max_size=10),
    st.sampled_from([1 / 25, 0.2, 0.5, 1.0]),
)
def test_people_who_stay_apart_keep_their_numbers_however_they_sway(shifts, every):
    """Nine people on a grid, at least two face sizes apart, who move less than half a size between samples."""
    grid = list(itertools.product((0.15, 0.5, 0.85), repeat=2))
    found = [[face(x + dx * 0.05, y + dy * 0.05) for x, y in grid] for dx, dy in shifts]
    first, *others = follow(*found, every=every)
    assert sorted(first) == list(range(1, 10))
    assert all(numbers == first for numbers in others)


@settings(deadline=None)
@given(st.lists(faces, min_size=1, max_size=4), st.lists(faces, min_size=1, max_size=4))
def test_the_assignment_is_the_best_of_all(before, after):
    people = [_Person(index + 1, one, 0.0, np.zeros(2)) for index, one in enumerate(before)]
    table = costs(people, after, 0.5)
    tracker = Tracker()
    tracker._people, tracker._last = people, len(people)
    numbers = tracks(tracker.update(after, 0.5))

    def total(assignment: tuple[int, ...]) -> float:
        """A match costs what it costs, a person or face without one costs half of what cannot be."""
        matched = [table[number - 1, index] for index, number in enumerate(assignment) if number]
        return sum(matched) + (len(before) + len(after) - 2 * len(matched)) / 2

    chosen = tuple(number if number <= len(before) else 0 for number in numbers)
    everything = itertools.product(range(len(before) + 1), repeat=len(after))
    valid = [way for way in everything if len(set(filter(None, way))) == sum(map(bool, way))]
    assert total(chosen) == pytest.approx(min(map(total, valid)), abs=1e-9)


def test_somebody_who_walks_steadily_is_followed_past_a_person_who_stands():
    walker = [face(0.1 + 0.08 * step) for step in range(10)]
    stander = [face(0.5, 0.56) for _ in range(10)]
    first, *others = follow(*[[a, b] for a, b in zip(walker, stander, strict=True)])
    assert others == [first] * 9


def test_two_people_side_by_side_who_step_aside_together_keep_their_numbers():
    """The smaller one comes to stand where the larger one was."""
    before = [face(0.30, 0.40, 0.08), face(0.37, 0.42, 0.11)]
    after = [face(0.37, 0.40, 0.08), face(0.45, 0.42, 0.11)]
    first, second = follow(before, after)
    assert first == second


def test_a_missed_sample_or_two_change_nothing():
    assert follow([face(0.5)], [], [face(0.52)], [], [], [face(0.55)]) == [[1], [], [1], [], [], [1]]


def test_somebody_who_was_away_too_long_is_a_new_person():
    away = int(REMEMBERED_SECONDS / 0.5) + 1
    assert follow([face(0.5)], *[[]] * away, [face(0.5)])[-1] == [2]
    assert follow([face(0.5)], *[[]] * (away - 2), [face(0.5)])[-1] == [1]


def test_at_slow_sampling_memory_counts_in_samples():
    assert follow([face(0.5)], [], [face(0.5)], every=60.0) == [[1], [], [1]]
    assert follow([face(0.5)], [], [], [], [face(0.5)], every=60.0)[-1] == [2]


def test_numbers_are_never_used_again():
    samples = [[face(x)] if x else [] for x in (0.1, *[0] * 9, 0.5, *[0] * 9, 0.9)]
    assert [numbers for numbers in follow(*samples) if numbers] == [[1], [2], [3]]


@pytest.mark.parametrize(
    "other", [face(0.9, 0.2), face(0.5, 0.5, 0.25), face(0.5, 0.5, 0.04)], ids=["elsewhere", "closer", "farther"]
)
def test_a_cut_to_a_face_of_another_place_or_size_is_a_new_person(other):
    assert follow([face(0.5)], [other]) == [[1], [2]]


def test_of_new_people_the_largest_comes_first():
    assert follow([face(0.2, size=0.05), face(0.5, size=0.2), face(0.8, size=0.1)]) == [[3, 1, 2]]


def test_the_mesh_says_where_a_face_is_when_boxes_mislead():
    """Two boxes that overlap fully: only the meshes tell who is who."""
    left, right = np.full((478, 3), 0.48, np.float32), np.full((478, 3), 0.52, np.float32)
    box = face(0.5).box
    before, after = follow(
        [Face(box, 0.9, left), Face(box, 0.9, right)],
        [Face(box, 0.9, right), Face(box, 0.9, left)],
    )
    assert after == before[::-1]


def test_a_box_without_area_does_no_harm():
    first, second = follow([face(0.5, size=0.0), face(0.2)], [face(0.5, size=0.0), face(0.2)])
    assert first[1] == second[1] == 1


def test_a_sample_of_the_same_time_is_matched_too():
    tracker = Tracker()
    tracker.update([face(0.5)], 1.0)
    assert tracks(tracker.update([face(0.5)], 1.0)) == [1]
