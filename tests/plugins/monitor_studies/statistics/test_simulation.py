from __future__ import annotations

import numpy as np
import pytest

from monitor_studies.statistics.recordings import RecordingModel
from monitor_studies.statistics.simulation import error_rates, true_shares, with_share

MODEL = RecordingModel(("a", "b"), np.array([1.0, -1.0]), np.array([0.8, 0.8]), np.array([0.4, 0.4]), 0.5)


def test_a_share_can_be_asked_for():
    assert true_shares(with_share(MODEL, "b", 0.3, 0), 1)[1] == pytest.approx(0.3, abs=0.005)


def test_a_single_recording_has_the_share_that_was_asked_for():
    generator = np.random.default_rng(0)
    one = with_share(MODEL.without_sessions(), "b", 0.3, 0).session(generator).draw(20_000, generator)
    assert one.sums[:, 1].mean() == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize(("model", "sessions"), [(MODEL.without_sessions(), 0), (MODEL, 6)])
def test_without_a_difference_few_are_found_and_with_a_large_one_all(model, sessions):
    """Coarse, because small; `monitor study simulate` runs it at full size."""
    none = error_rates(model, 80, sessions, 40, 0)
    assert (none.rejected <= 0.2).all()
    assert (none.difference_covered >= 0.8).all()
    large = error_rates(model, 80, sessions, 10, 0, other=with_share(model, "b", 0.8, 0))
    assert (large.rejected == 1).all()
    assert np.isnan(large.share_covered).all() == (sessions > 0)
