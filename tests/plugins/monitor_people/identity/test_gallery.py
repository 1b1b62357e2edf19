from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor_people.identity.gallery import Gallery

ANN = np.array([1, 0, 0], np.float32)
BEN = np.array([0, 1, 0], np.float32)


def like(one: NDArray[np.float32], other: NDArray[np.float32], part: float) -> NDArray[np.float32]:
    mixed = one + part * other
    return (mixed / np.linalg.norm(mixed)).astype(np.float32)


def test_who_comes_back_is_known_again_and_a_stranger_is_not() -> None:
    gallery = Gallery(0.8)
    assert gallery.add_view(1, ANN, 1.0, 0.0) == 1
    assert gallery.add_view(2, BEN, 1.0, 5.0) == 2
    assert gallery.add_view(3, like(ANN, BEN, 0.2), 1.0, 9.0) == 1


def test_a_doubtful_first_view_waits_for_more() -> None:
    gallery = Gallery(0.8, first_margin=0.1)
    gallery.add_view(1, ANN, 1.0, 0.0)
    doubtful = like(ANN, BEN, 0.65)  # cosine 0.84: more than the threshold, not by the margin
    assert gallery.add_view(2, doubtful, 1.0, 5.0) == 2
    assert gallery.add_view(2, doubtful, 1.0, 5.5) == 2
    assert gallery.add_view(2, doubtful, 1.0, 6.0) == 1


def test_two_in_one_sample_are_two_people() -> None:
    gallery = Gallery(0.8)
    gallery.seen_together([1, 2])
    gallery.add_view(1, ANN, 1.0, 0.0)
    assert gallery.add_view(2, ANN, 1.0, 0.0) == 2
    gallery.add_view(3, ANN, 1.0, 5.0)
    gallery.seen_together([1, 3])  # who was taken for one person is parted
    assert gallery.tracks[3].person == 3
    assert gallery.settle()[1] != gallery.settle()[2]


def test_a_track_that_is_over_waits_for_no_more_views() -> None:
    gallery = Gallery(0.8, first_margin=0.1)
    gallery.add_view(1, ANN, 1.0, 0.0)
    doubtful, strange = like(ANN, BEN, 0.65), like(ANN, BEN, 1.2)  # cosines 0.84 and 0.64
    gallery.seen_together([2])
    assert gallery.add_view(2, doubtful, 1.0, 5.0) == 2
    gallery.seen_together([2])
    assert gallery.tracks[2].person == 2, "there may be more"
    gallery.seen_together([3])
    assert gallery.tracks[2].person == 1
    gallery.decide({3: 3})
    gallery.add_view(3, doubtful, 1.0, 6.0)
    gallery.seen_together([4])
    assert gallery.tracks[3].person == 3, "by hand"
    gallery.add_view(4, -strange, 1.0, 7.0)
    gallery.seen_together([])
    assert gallery.tracks[4].person == 4
    assert not gallery.doubtful


def test_who_takes_the_place_of_somebody_nearly_alike_is_the_same() -> None:
    nearly, other = like(ANN, BEN, 0.8), like(ANN, BEN, 1.2)  # cosines with Ann 0.78 and 0.64
    for view, replaced, person in ((nearly, 1, 1), (nearly, None, 2), (other, 1, 2), (nearly, 9, 2)):
        gallery = Gallery(0.85, place_margin=0.1)
        gallery.add_view(1, ANN, 1.0, 0.0)
        for seconds in (1.0, 3.0, 5.0, 7.0):
            assert gallery.add_view(2, view, 1.0, seconds, replaced) == person
        assert gallery.settle()[2] == person
    gallery = Gallery(0.85, place_margin=0.1)
    gallery.add_view(1, ANN, 1.0, 0.0)
    assert gallery.add_view(2, nearly, 1.0, 1.0, 1) == 1
    gallery.seen_together([1, 2])
    assert gallery.add_view(2, nearly, 1.0, 3.0) == 2
    assert gallery.settle() == {1: 1, 2: 2}
    gallery.decide({1: 1, 2: 2})
    assert gallery.settle() == {1: 1, 2: 2}


def test_settling_joins_what_was_not_sure_while_it_ran() -> None:
    gallery = Gallery(0.8, first_margin=0.3)
    for number in (1, 2):
        gallery.add_view(number, ANN, 1.0, float(number))
    assert gallery.tracks[2].person == 2
    assert gallery.settle() == {1: 1, 2: 1}


def test_a_hand_goes_before() -> None:
    gallery = Gallery(0.8)
    gallery.add_view(1, ANN, 1.0, 0.0)
    gallery.add_view(2, ANN, 1.0, 1.0)
    gallery.decide({1: 1, 2: 2})
    assert gallery.tracks[2].person == 2
    assert gallery.add_view(2, ANN, 1.0, 2.0) == 2
    assert gallery.settle() == {1: 1, 2: 2}


def test_better_views_count_more() -> None:
    gallery = Gallery(0.8)
    gallery.add_view(1, ANN, 3.0, 0.0)
    gallery.add_view(1, BEN, 1.0, 0.5)
    assert gallery.tracks[1].vector @ ANN > gallery.tracks[1].vector @ BEN


def test_a_gallery_stays_small_and_people_stay_who_they_are() -> None:
    gallery = Gallery(0.8, most_tracks=20, tracks_of_person=3)
    people = np.eye(6, dtype=np.float32)
    for number in range(1, 601):
        gallery.seen_together([number, number + 1] if number % 2 else [number])
        assert gallery.add_view(number, people[number % 6], 1.0, float(number)) == (number - 1) % 6 + 1
        assert len(gallery.tracks) <= 20
        assert len(gallery.apart) <= 60
    assert set(gallery.settle().values()) == {1, 2, 3, 4, 5, 6}


def test_who_was_seen_longest_ago_is_forgotten_where_everybody_has_one_track() -> None:
    gallery = Gallery(0.8, most_tracks=5)
    people = np.eye(8, dtype=np.float32)
    for number in range(1, 9):
        gallery.add_view(number, people[number - 1], 1.0, float(number))
    assert sorted(gallery.tracks) == [4, 5, 6, 7, 8]


def test_who_takes_the_place_of_somebody_nearly_alike_and_is_more_like_somebody_else_is_that_one() -> None:
    """Ben comes after Ann where a cut was not found; but what was looked at once in his place may be of him."""
    ben, nearly = like(BEN, ANN, 0.5), like(ANN, BEN, 0.1)  # cosines with Ann 0.45 and 0.995
    for views_of_ann, goes_on in ((2, False), (1, True)):
        gallery = Gallery(0.8, place_margin=0.4)
        for seconds in (0.0, 2.0, 4.0):
            gallery.add_view(2, ben, 1.0, seconds)
        for seconds in (6.0, 8.0)[:views_of_ann]:
            gallery.add_view(9, nearly, 1.0, seconds)
        gallery.add_view(10, ben, 1.0, 10.0, 9)
        gallery.seen_together([])
        assert (gallery.tracks[9].person == gallery.tracks[10].person) is goes_on
        assert (gallery.settle()[9] == gallery.settle()[10]) is goes_on


def test_who_takes_the_place_of_somebody_is_compared_with_all_that_is_known_of_them() -> None:
    gallery = Gallery(0.9, place_margin=0.1)
    for number, part in ((1, 0.0), (2, 0.0), (3, 0.4)):
        gallery.add_view(number, like(ANN, BEN, part), 1.0, float(number))
    gallery.decide({3: 1})
    turned = like(ANN, -BEN, 0.5)  # cosines: with Ann 0.89, with what replaced her 0.66
    assert gallery.add_view(4, turned, 1.0, 9.0, 3) == 1
    assert gallery.add_view(5, turned, 1.0, 9.0) == 5


def test_the_place_of_a_forgotten_track_is_forgotten() -> None:
    gallery = Gallery(0.85, place_margin=0.1, most_tracks=2)
    gallery.add_view(1, ANN, 1.0, 0.0)
    gallery.add_view(2, like(ANN, BEN, 0.8), 1.0, 1.0, 1)
    for number in range(3, 6):
        gallery.add_view(number, BEN, 1.0, float(number))
    assert not gallery.tracks.keys() & {1, 2}
    assert not gallery.together


def test_who_was_seen_with_a_forgotten_track_is_still_somebody_else() -> None:
    gallery = Gallery(0.8, most_tracks=4, tracks_of_person=2)
    gallery.add_view(1, ANN, 1.0, 0.0)
    gallery.seen_together([2, 3])
    gallery.add_view(2, ANN, 1.0, 1.0)
    gallery.add_view(3, ANN, 1.0, 1.0)
    assert [gallery.tracks[number].person for number in (2, 3)] == [1, 3]
    gallery.add_view(4, ANN, 1.0, 5.0)
    gallery.add_view(5, BEN, 1.0, 6.0)
    assert 2 not in gallery.tracks
    assert gallery.settle()[1] != gallery.settle()[3]


def test_people_who_turn_out_to_look_alike_are_joined_while_it_runs() -> None:
    """Ann and somebody between her and Ben are two, until she is seen in between too."""
    gallery = Gallery(0.85, certain_views=2)
    gallery.add_view(1, ANN, 1.0, 0.0)
    gallery.add_view(2, like(ANN, BEN, 0.7), 1.0, 2.0)  # cosine 0.82
    assert sorted(gallery.people()) == [1, 2]
    gallery.add_view(3, like(ANN, BEN, 0.3), 1.0, 4.0)  # of Ann: 0.96
    assert [gallery.tracks[number].person for number in (1, 2, 3)] == [1, 1, 1]
    assert list(gallery.joined) == [(2, 1)]


def test_who_was_put_by_hand_or_seen_at_once_is_not_joined_while_it_runs() -> None:
    between, near = like(ANN, BEN, 0.7), like(ANN, BEN, 0.3)
    for together, decided, people in (((1, 2), {}, {1, 2}), ((), {1: 1, 2: 2}, {1, 2}), ((), {2: 2}, {2})):
        gallery = Gallery(0.85, certain_views=2)
        gallery.seen_together(together)
        gallery.add_view(1, ANN, 1.0, 0.0)
        gallery.add_view(2, between, 1.0, 2.0)
        gallery.decide(decided)
        gallery.add_view(3, near, 1.0, 4.0)
        assert set(gallery.people()) == people


def test_a_track_is_sure_where_other_tracks_of_the_person_look_clearly_alike() -> None:
    gallery = Gallery(0.8, first_margin=0.1)
    for seconds in (0.0, 2.0, 4.0):
        gallery.add_view(1, ANN, 1.0, seconds)
        assert not gallery.is_sure(1), "there is no other track of hers"
    assert not gallery.is_sure(2)
    for number, part, sure in ((2, 0.3, True), (3, 0.6, False)):  # cosines 0.96 and 0.86 at most
        for seconds in (6.0, 8.0):
            assert not gallery.is_sure(number), "of one view"
            gallery.add_view(number, like(ANN, BEN, part), 1.0, seconds)
        gallery.decide({number: 1})
        assert gallery.is_sure(number) is sure
        gallery.tracks.pop(number)
