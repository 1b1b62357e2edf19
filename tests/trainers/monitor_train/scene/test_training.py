"""The learning rate over a run; the rest of the training is tested with those who use it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from monitor_train.scene.training import rate


def test_the_rate_rises_and_falls_as_a_cosine() -> None:
    times = np.linspace(0, 1, 201)
    rates = np.array([rate(time) for time in times])
    assert rates[0] == pytest.approx(0.01)
    assert times[rates.argmax()] == pytest.approx(0.05, abs=0.01)
    assert (np.diff(rates[11:]) < 0).all()
    assert rates[100] == pytest.approx((1 + math.cos(math.pi / 2)) / 2)
    assert rates[-1] == pytest.approx(0, abs=1e-9)
    assert rate(1.2) == pytest.approx(0, abs=1e-9)  # time may run over by a step
