"""IDF1: how much of the time found people keep the right name, by the kept library `motmetrics`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.errors import MonitorError


@dataclass(frozen=True)
class Moment:
    """One sample: who is there and who was found."""

    true: Sequence[int]
    found: Sequence[int]
    distances: NDArray[np.float64]
    """(true, found) between the places of both; not a number where they cannot be the same."""


def idf1(moments: Sequence[Moment]) -> float:
    """In [0, 1] (Ristani et al., "Performance measures and a data set for multi-target, multi-camera tracking", 2016,
    section 4).

    Raises MonitorError where `motmetrics` is missing.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it meets newer versions of pandas
            import motmetrics
    except ImportError:
        raise MonitorError("IDF1 takes the package motmetrics; install it with `pip install motmetrics`") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        events = motmetrics.MOTAccumulator(auto_id=True)
        for moment in moments:
            events.update(moment.true, moment.found, moment.distances)
        summary = motmetrics.metrics.create().compute(events, metrics=["idf1"])
    value = float(summary["idf1"].iloc[0])
    return 1.0 if math.isnan(value) else value
