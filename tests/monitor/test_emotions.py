"""Names of emotions, and how those of published sets map onto them."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.emotions import FACES, SEVEN, WORDS, emotion, moved
from monitor.views.colours import colour

SFEW = ("Angry", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise")
RAFDB = ("Surprise", "Fear", "Disgust", "Happiness", "Sadness", "Anger", "Neutral")


@pytest.mark.parametrize("names", [SFEW, RAFDB], ids=["sfew", "rafdb"])
def test_published_sets_of_seven_are_the_eight_without_contempt(names: tuple[str, ...]) -> None:
    assert {emotion(name) for name in names} == set(SEVEN) == set(FACES) - {"contempt"}


def test_every_other_word_leads_to_a_name_with_a_colour_of_its_own() -> None:
    assert {emotion(word) for word in WORDS} <= set(FACES)
    assert len({colour(name) for name in FACES}) == len(FACES)


def test_words_that_are_no_emotion_of_faces_have_no_name() -> None:
    assert [emotion(word) for word in ("unknown", "NF", "", "anger!")] == [None] * 4


def test_shares_keep_their_emotion_in_another_order() -> None:
    shares = np.random.default_rng(0).dirichlet(np.ones(8), 20)
    turned = moved(shares, FACES, FACES[::-1])
    np.testing.assert_allclose(turned, shares[:, ::-1])
    np.testing.assert_allclose(moved(turned, FACES[::-1], FACES), shares)


def test_contempt_is_left_out_of_the_seven_and_nothing_else_is_made_up() -> None:
    shares = np.array([[0.2, 0.2, 0, 0, 0, 0, 0, 0.6], [0, 0, 0, 0, 0, 0, 0, 1.0]])
    seven = moved(shares, FACES, SEVEN)
    np.testing.assert_allclose(seven[0], [0.5, 0.5, 0, 0, 0, 0, 0])
    assert np.isnan(seven[1]).all()
    np.testing.assert_allclose(moved(seven[:1], SEVEN, FACES)[0], [0.5, 0.5, 0, 0, 0, 0, 0, 0])
