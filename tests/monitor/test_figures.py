"""What the figures contain, read back from plotly."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from monitor import figures
from monitor.colours import colour

LABELS = ["happiness", "fear"]


def rows(*windows: tuple[float, float, float], length: float = 5.0) -> pd.DataFrame:
    """Share rows from (start, happiness, fear)."""
    columns = ["start_seconds", "end_seconds", "samples", "people", *LABELS]
    return pd.DataFrame([(start, start + length, 10, 1, h, f) for start, h, f in windows], columns=columns)


def seconds(stamps: object) -> list[float]:
    """Seconds of stream time from the texts of a date axis."""
    return [(datetime.fromisoformat(str(stamp)) - datetime(1970, 1, 1)).total_seconds() for stamp in stamps]  # type: ignore[attr-defined]


def lines(figure: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in figure.data if trace.name}


def words(figure: go.Figure) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


def test_a_bar_per_label_in_order_with_its_colour_and_share() -> None:
    (bar,) = figures.shares_bar({"happiness": 0.614, "fear": 0.386}).data
    assert list(bar.y) == LABELS
    assert list(bar.x) == [0.614, 0.386]
    assert list(bar.text) == ["61 %", "39 %"]
    assert list(bar.marker.color) == [colour("happiness"), colour("fear")]


@pytest.mark.parametrize(
    "figure",
    [
        figures.shares_bar({"happiness": 0.0, "fear": 0.0}),
        figures.stacked_area(rows(), LABELS),
        figures.emotion_lines(rows(), LABELS),
        figures.people_over_time(rows()),
    ],
)
def test_without_data_a_figure_says_so_in_words(figure: go.Figure) -> None:
    assert not figure.data
    assert words(figure) in (["nothing yet"], ["nobody seen"])


def test_areas_stack_to_one_inside_runs_and_vanish_between_them() -> None:
    figure = figures.stacked_area(rows((0, 0.6, 0.4), (5, 0.2, 0.8), (20, 1.0, 0.0)), LABELS)
    areas = lines(figure)
    assert list(areas) == LABELS
    assert {area.stackgroup for area in areas.values()} == {"shares"}
    times = np.array(seconds(areas["fear"].x))
    heights = np.array(areas["happiness"].y) + np.array(areas["fear"].y)
    assert (np.diff(times) > 0).all()
    inside = ((times >= 0) & (times <= 10)) | ((times >= 20) & (times <= 25))
    assert np.allclose(heights[inside], 1.0)
    assert np.allclose(heights[~inside], 0.0)
    assert areas["fear"].y[list(times).index(7.5)] == 0.8


def test_lines_break_where_the_person_was_not_seen() -> None:
    line = lines(figures.emotion_lines(rows((0, 0.6, 0.4), (5, 0.2, 0.8), (20, 1.0, 0.0)), LABELS))["happiness"]
    assert list(line.y) == [0.6, 0.2, None, 1.0, None]
    assert seconds(line.x[:2]) == [2.5, 7.5]
    assert not line.connectgaps
    assert line.line.color == colour("happiness")


def test_runs_of_decimal_windows_are_not_torn_by_rounding() -> None:
    frame = rows(*[(n * 0.1, 0.5, 0.5) for n in range(100)], length=0.1)
    assert [len(run) for run in figures.runs(frame)] == [100]


def test_hovering_tells_the_time_the_samples_and_all_shares_the_largest_first() -> None:
    figure = figures.stacked_area(rows((65, 0.2, 0.8)), LABELS)
    (text,) = figure.data[-1].customdata
    assert text.startswith("<b>1:05 \N{EN DASH} 1:10</b> · 10 samples")
    assert text.index("fear 80 %") < text.index("happiness 20 %")


@pytest.mark.parametrize(("end", "form"), [(600, "%M:%S"), (7200, "%-H:%M:%S"), (200_000, "day %-j, %H:%M")])
def test_the_time_axis_reads_as_a_clock(end: float, form: str) -> None:
    figure = figures.emotion_lines(rows((0, 0.5, 0.5)), LABELS, reach=(0, end))
    assert figure.layout.xaxis.type == "date"
    assert figure.layout.xaxis.tickformatstops[-1].value == form
    assert seconds(figure.layout.xaxis.range) == [0, end]


def test_gaps_inside_the_reach_are_shaded_and_cut_to_it() -> None:
    gaps = pd.DataFrame(
        [(0.0, 2.0, "before"), (8.0, 12.0, "no frames"), (95.0, 200.0, "still gone"), (150.0, 160.0, "after")],
        columns=["start_seconds", "end_seconds", "reason"],
    )
    figure = figures.stacked_area(rows((5, 0.5, 0.5)), LABELS, gaps=gaps, reach=(5, 100))
    assert [seconds((shape.x0, shape.x1)) for shape in figure.layout.shapes] == [[8, 12], [95, 100]]
    assert [annotation.hovertext for annotation in figure.layout.annotations] == ["no frames", "still gone"]


def test_people_are_counted_per_row() -> None:
    frame = rows((0, 0.5, 0.5), (5, 0.5, 0.5))
    frame["people"] = [1, 9]
    (bars,) = figures.people_over_time(frame).data
    assert list(bars.y) == [1, 9]
    assert list(bars.width) == [5000, 5000]


def test_figures_suit_light_and_dark_pages_and_keep_the_zoom_over_a_refresh() -> None:
    for figure in (figures.shares_bar({"fear": 1.0}), figures.stacked_area(rows((0, 0.5, 0.5)), LABELS)):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
        assert figure.layout.uirevision
