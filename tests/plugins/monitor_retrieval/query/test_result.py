"""What a search finds."""

from __future__ import annotations

import pytest

from monitor_retrieval.query.result import SearchResult
from tests.plugins.monitor_retrieval.made_moments import at_angle


@pytest.mark.parametrize(("measure", "value"), [("distance", 0.25), ("novelty", 0.5), ("awe", 0.2), ("fear", 0.0)])
def test_the_value_is_what_the_moments_are_ordered_by(measure: str, value: float) -> None:
    moment = at_angle(36, distance=0.25, novelty=0.5)
    assert SearchResult("", measure, [moment]).value(moment) == pytest.approx(value)
