"""Novelty over time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from monitor_retrieval.page.timeline import novelty_line


def rows(novelty: list[float | None]) -> pd.DataFrame:
    return pd.DataFrame({"seconds": np.arange(len(novelty)) / 2, "novelty": np.array(novelty, float)})


def test_every_frame_with_a_past_is_drawn_and_the_moment_is_marked() -> None:
    figure = novelty_line(rows([None, None, 0.2, 0.1]), reach=(0.0, 2.0), at=1.5)
    (line,) = figure.data
    assert list(line.x) == ["1970-01-01T00:00:01.000", "1970-01-01T00:00:01.500"]
    assert list(line.y) == [0.2, 0.1]
    assert {shape.x0 for shape in figure.layout.shapes} == {"1970-01-01T00:00:01.500"}
    assert "0:01" in [words.text for words in figure.layout.annotations]


def test_a_long_session_keeps_its_peaks() -> None:
    novelty = np.full(72_000, 0.01)
    novelty[[5, 40_000, 71_999]] = [0.5, 0.7, 0.6]
    (line,) = novelty_line(rows(novelty.tolist()), reach=(0.0, 36_000.0), at=None).data
    assert len(line.y) <= 500
    assert sorted(line.y)[-3:] == [0.5, 0.6, 0.7]
    assert line.x[list(line.y).index(0.7)] == "1970-01-01T05:33:20.000"  # 20,000 s


def test_without_any_novelty_it_says_why() -> None:
    for novelty in ([None, None], [None, None, 0.2]):
        figure = novelty_line(rows(novelty), reach=(0.0, 5.0), at=0.0)
        assert not figure.data
        assert figure.layout.annotations[0].text == "too short to tell what is new"
