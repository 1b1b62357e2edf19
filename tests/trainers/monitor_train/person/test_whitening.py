from __future__ import annotations

import numpy as np
import pytest

from monitor_train.person import whitening as module
from monitor_train.person.whitening import whitening


def test_views_of_one_person_scatter_alike_in_all_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SMOOTHING", 0.0)
    random = np.random.default_rng(0)
    mixed = random.normal(size=(4, 4))
    vectors = random.normal(size=(300, 1, 4)) * 3 + random.normal(size=(300, 5, 4)) @ mixed + 7
    weight, bias = whitening(vectors)
    seen = vectors @ weight.T + bias
    within = np.mean([np.cov(views, rowvar=False) for views in seen], axis=0)
    np.testing.assert_allclose(within, np.eye(4), atol=1e-9)
    np.testing.assert_allclose(seen.mean(axis=(0, 1)), 0, atol=1e-9)


def test_what_light_changes_counts_less_than_what_tells_people_apart() -> None:
    random = np.random.default_rng(1)
    people, light = random.normal(size=(200, 1)), random.normal(0, 10, size=(200, 4))
    vectors = np.stack([np.broadcast_to(people, (200, 4)), light], axis=-1) + random.normal(0, 0.1, (200, 4, 2))
    weight, bias = whitening(vectors)
    assert weight[0, 0] > 2 * weight[1, 1]
    assert abs(weight[0, 1]) < 0.05
    assert bias.shape == (2,)


def test_one_view_of_each_has_no_scatter_to_measure_but_several_people_have_few_views() -> None:
    weight, _ = whitening(np.random.default_rng(2).normal(size=(3, 2, 20)))
    assert np.isfinite(weight).all(), "the smoothing keeps directions nobody was seen to scatter in"
