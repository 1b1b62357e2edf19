"""Corrections of p-values for having asked about several labels at once. NaN stands for a test that was not made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from monitor_studies.statistics.series import Array


def holm(p_values: Array) -> Array:
    """Adjusted p-values that keep the chance of even one false finding (Holm 1979)."""
    return _of_those_made(p_values, _holm)


def false_discovery_rate(p_values: Array) -> Array:
    """Adjusted p-values that keep the expected part of false findings among all (Benjamini and Hochberg 1995)."""
    from scipy.stats import false_discovery_control

    return _of_those_made(p_values, false_discovery_control)


def _holm(p_values: Array) -> Array:
    order = np.argsort(p_values)
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def _of_those_made(p_values: Array, adjust: Callable[[Array], Array]) -> Array:
    adjusted = np.full(len(p_values), np.nan)
    made = np.isfinite(p_values)
    if made.any():
        adjusted[made] = adjust(p_values[made])
    return adjusted
