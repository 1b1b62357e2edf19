"""Valence and arousal from probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.emotions import FACES
from monitor_face.expression.affect import MEASURES, RATINGS, affect, measures_of


def test_every_emotion_of_faces_is_rated() -> None:
    assert measures_of(FACES) == MEASURES
    assert measures_of(("positive", "negative")) == ()


@pytest.mark.parametrize("label", FACES)
def test_a_sure_face_has_the_rating_of_its_word(label: str) -> None:
    sure = {name: float(name == label) for name in FACES}
    assert affect(sure) == pytest.approx(
        {"valence": (RATINGS[label][0] - 5) / 4, "arousal": (RATINGS[label][1] - 5) / 4}
    )


def test_others_lie_between_by_their_probabilities() -> None:
    shares = np.random.default_rng(0).dirichlet(np.ones(len(FACES)), 20)
    expected = (np.array([RATINGS[label] for label in FACES]) - 5) / 4
    for row in shares:
        found = affect(dict(zip(FACES, row.tolist(), strict=True)))
        assert [found["valence"], found["arousal"]] == pytest.approx((row @ expected).tolist())
