"""Folds depend on the name of a picture alone, and are of about the same size."""

from __future__ import annotations

import numpy as np

from monitor_train.scene.anp.cross_fitting import FOLDS, folds_of


def test_folds() -> None:
    names = [f"anger/{index}.jpg" for index in range(2000)]
    folds = folds_of(names)
    assert set(folds) == set(range(FOLDS))
    assert np.bincount(folds).min() > 2000 / FOLDS * 0.8
    np.testing.assert_array_equal(folds_of(names[::-1]), folds[::-1])
