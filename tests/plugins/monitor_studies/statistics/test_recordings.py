from __future__ import annotations

import numpy as np
import pytest

from monitor_studies.statistics.recordings import RecordingModel, fitted, neighbour_correlation, softmax

MODEL = RecordingModel(("a", "b", "c"), np.array([1.0, 0.0, -1.0]), np.array([1.0, 0.5, 0.8]), np.zeros(3), 0.7)


def test_recordings_are_probabilities_whose_neighbours_are_alike():
    series = MODEL.draw(20_000, np.random.default_rng(0))
    np.testing.assert_allclose(series.sums.sum(axis=1), 1.0)
    logits = np.log(series.sums)
    contrast = (logits[:, :1] - logits[:, 1:2]) - (logits[:, :1] - logits[:, 1:2]).mean()
    assert neighbour_correlation([contrast]) == pytest.approx(0.7, abs=0.03)


def test_sessions_differ_as_the_model_says():
    model = RecordingModel(MODEL.labels, MODEL.means, MODEL.within, np.array([0.5, 0.0, 1.0]), 0.7)
    random = np.random.default_rng(1)
    means = np.stack([model.session(random).means for _ in range(4000)])
    np.testing.assert_allclose(means.std(axis=0), [0.5, 0.0, 1.0], atol=0.03)


@pytest.mark.parametrize("correlation", [0.3, 0.8])
def test_the_fit_finds_the_correlation_from_stretches_as_short_as_clips(correlation):
    """The plain correlation of neighbours in such stretches is much too low."""
    model = RecordingModel(MODEL.labels, MODEL.means, MODEL.within, MODEL.between, correlation)
    random = np.random.default_rng(3)
    stretches = [model.draw(16, random).sums for _ in range(80)]
    found = fitted(MODEL.labels, stretches, np.random.default_rng(0))
    assert found.correlation == pytest.approx(correlation, abs=0.08)
    plain = neighbour_correlation([np.log(each) - np.log(each).mean(axis=1, keepdims=True) for each in stretches])
    assert plain < correlation - 0.08
    np.testing.assert_allclose(softmax(found.means), softmax(MODEL.means), atol=0.05)


def test_stretches_that_are_too_short_are_refused():
    with pytest.raises(ValueError, match="two or more stretches of at least 8 samples"):
        fitted(MODEL.labels, [np.full((7, 3), 1 / 3)] * 5, np.random.default_rng(0))
