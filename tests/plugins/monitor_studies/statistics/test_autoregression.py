from __future__ import annotations

import numpy as np
import pytest

from monitor_studies.statistics.autoregression import Autoregression, are_probabilities, fitted, standard_process
from monitor_studies.statistics.series import Series
from tests.plugins.monitor_studies.statistics.processes import autoregressive


def test_a_process_is_what_its_recursion_gives():
    noise = np.random.default_rng(0).normal(size=(3, 50))
    found = standard_process(noise, 0.6)
    slow = noise.copy()
    for place in range(1, 50):
        slow[:, place] = 0.6 * slow[:, place - 1] + np.sqrt(1 - 0.36) * noise[:, place]
    np.testing.assert_allclose(found, slow)


@pytest.mark.parametrize("is_logit", [True, False])
def test_its_mean_is_that_of_what_it_draws(is_logit):
    process = Autoregression(-2.0, 1.5, 0.7, is_logit)
    drawn = process.draw(40, 20_000, np.random.default_rng(1))
    assert process.expected == pytest.approx(drawn.mean(), rel=0.02)
    assert (drawn > 0).all() == is_logit


def test_the_fit_finds_what_a_recording_was_drawn_from():
    process = Autoregression(-1.0, 0.8, 0.6, is_logit=True)
    values = process.draw(1, 20_000, np.random.default_rng(2))[0]
    weights = np.where(np.random.default_rng(3).random(20_000) < 0.2, 0.0, 2.0)  # two people, at times nobody
    found = fitted(Series(("a",), (values * weights)[:, None], weights), 0)
    assert found.is_logit
    assert (found.mean, found.deviation) == (pytest.approx(-1.0, abs=0.03), pytest.approx(0.8, abs=0.02))
    assert found.correlation == pytest.approx(0.6, abs=0.02)


def test_short_recordings_do_not_look_less_alike_than_they_are():
    """The plain correlation of neighbours is on average (1 + 3 * 0.6) / 40 too low in forty samples."""
    found = [
        fitted(Series(("a",), 5 + autoregressive(40, 0.6, seed)[:, None], np.ones(40)), 0).correlation
        for seed in range(300)
    ]
    assert np.mean(found) == pytest.approx(0.6, abs=0.025)


def test_values_that_never_change_have_a_process_that_does_not_either():
    found = fitted(Series(("a",), np.full((30, 1), 0.25), np.ones(30)), 0)
    assert found.expected == pytest.approx(0.25)
    np.testing.assert_allclose(found.draw(2, 5, np.random.default_rng(0)), 0.25)


def test_shares_are_told_from_measures():
    assert are_probabilities(Series(("a",), np.array([[0.4], [0.0]]), np.array([2.0, 0.0])))
    assert not are_probabilities(Series(("yaw",), np.array([[-4.0], [2.0]]), np.ones(2)))
