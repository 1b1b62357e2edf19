"""`monitor bench-service`, for a second."""

from __future__ import annotations

import json

import numpy as np
import pytest

from monitor_service.bench_command import missed
from tests.plugins.monitor_retrieval.command_line import monitor


def test_figures_that_belong_together(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--clients", "3", "--seconds", "1", "--analyzers", "scene-sentiment", "--json"]
    assert monitor("bench-service", *options) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["statuses"] == {"200": figures["pictures"]}
    assert figures["pictures"] >= 3
    assert figures["ratio"] == pytest.approx(figures["pictures_per_second"] / figures["alone_per_second"])
    assert figures["processor_ms"] > 0
    assert figures["alone_processor_ms"] > 0
    assert 0 < figures["median_ms"] <= figures["slowest_percent_ms"]


def test_a_mixed_load_is_answered_and_followed_to_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--load", "mixed", "--clients", "3", "--seconds", "1", "--analyzers", "scene-sentiment", "--json"]
    assert monitor("bench-service", *options) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures["statuses"]) == {"200"}
    assert figures["failures"] == 0
    followers = figures["followers"]
    assert followers["complete"] == followers["followers"] == 3
    assert followers["observations"] >= followers["samples"] > 0


def test_samples_that_are_not_there_are_counted() -> None:
    assert missed(np.array([2.0, 2.5, 4.0, 4.5]), 0.5) == 2
    assert missed(np.array([0.0, 0.1, 0.2]), 0.1) == 0
    assert missed(np.array([]), 0.5) == 0
