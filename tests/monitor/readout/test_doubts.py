"""Where an analyzer says that its scores are to be doubted: sentences and stretches, from windows made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from monitor.plugin.contracts import Measure
from monitor.readout.doubts import sentences, stretches

FAR = Measure("far", "", 0, 1, "Far away.", doubt="are far away.")
OTHER = Measure("speed", "", 0, 9, "How fast.")


@pytest.fixture
def measured() -> pd.DataFrame:
    """Four windows of five seconds with ten samples each, of which 0, 6, 10 and 2 are far; the last after a hole."""
    starts, far = np.array([0.0, 5.0, 10.0, 20.0]), np.array([0, 6, 10, 2])
    return pd.DataFrame(
        {
            "source_id": 1,
            "subject": 0,
            "start_seconds": starts,
            "end_seconds": starts + 5,
            "measure": "far",
            "count": 10,
            "mean": far / 10,
            "deviations": far * (1 - far / 10),
            "low": 0.0,
            "high": 1.0,
        }
    )


def test_the_share_of_doubtful_samples_is_said(measured: pd.DataFrame) -> None:
    assert sentences(measured, [OTHER, FAR], 5.0) == [
        "45 % of the samples are far away. The timeline is veiled where most of them are."
    ]


def test_nothing_is_said_without_doubt(measured: pd.DataFrame) -> None:
    assert sentences(None, [FAR], 5.0) == sentences(measured, [OTHER], 5.0) == []
    assert sentences(measured[measured["start_seconds"] == 0], [FAR], 5.0) == []
    assert sentences(measured[measured["start_seconds"] == 20], [FAR], 5.0) == []  # few enough
    assert sentences(measured.iloc[:0], [FAR], 5.0) == []


def test_stretches_in_which_most_samples_are_doubtful_are_joined(measured: pd.DataFrame) -> None:
    assert stretches(measured, [FAR], 5.0, reach=(0.0, 25.0)) == [(5.0, 15.0)]
    assert stretches(measured, [OTHER], 5.0, reach=(0.0, 25.0)) == []
    far_apart = measured.assign(mean=[1.0, 0.0, 1.0, 1.0], deviations=0.0)
    assert stretches(far_apart, [FAR], 5.0, reach=(0.0, 25.0)) == [(0.0, 5.0), (10.0, 15.0), (20.0, 25.0)]
