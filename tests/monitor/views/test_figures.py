"""What the figures contain, read back from plotly."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from monitor.readout.timeline import Lane
from monitor.views import figures
from monitor.views.colours import colour

LABELS = ["happiness", "fear"]


def rows(*windows: tuple[float, float, float], length: float = 5.0) -> pd.DataFrame:
    """Share rows from (start, happiness, fear)."""
    columns = ["start_seconds", "end_seconds", "samples", "counted", "people", *LABELS]
    return pd.DataFrame([(start, start + length, 10, 10, 1, h, f) for start, h, f in windows], columns=columns)


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


def test_gaps_inside_the_reach_are_shaded_and_cut_to_it() -> None:
    gaps = pd.DataFrame(
        [(0.0, 2.0, "before"), (8.0, 12.0, "no frames"), (95.0, 200.0, "still gone"), (150.0, 160.0, "after")],
        columns=["start_seconds", "end_seconds", "reason"],
    )
    figure = figures.stacked_area(rows((5, 0.5, 0.5)), LABELS, gaps=gaps, reach=(5, 100))
    assert [seconds((shape.x0, shape.x1)) for shape in figure.layout.shapes] == [[8, 12], [95, 100]]
    assert [annotation.hovertext for annotation in figure.layout.annotations] == ["no frames", "still gone"]


def lane(title: str, frame: pd.DataFrame, labels: list[str] = LABELS, absence: str = "nothing observed") -> Lane:
    return Lane(title, labels, frame, absence)


def two_lanes(**more: object) -> go.Figure:
    """Faces of which nobody was there from 10 to 20 s, and a scene."""
    scene = rows((0, 0.5, 0.5), (5, 0.1, 0.9), (10, 0.2, 0.8), (15, 0.3, 0.7), (20, 0.4, 0.6))
    scene = scene.rename(columns={"happiness": "positive", "fear": "negative"})
    faces = rows((0, 0.6, 0.4), (5, 0.2, 0.8), (20, 1.0, 0.0))
    lanes = [lane("Faces", faces), lane("Scene", scene, ["positive", "negative"])]
    return figures.shares_over_time(lanes, reach=(0, 25), **more)  # type: ignore[arg-type]


def test_lanes_hang_on_one_time_axis_without_touching_each_other() -> None:
    figure = two_lanes()
    assert {trace.xaxis for trace in figure.data} <= {None, "x"}
    assert not [name for name in figure.layout.to_plotly_json() if name.startswith("xaxis") and name != "xaxis"]
    assert figure.layout.xaxis.anchor == "y2"
    assert figure.layout.hoversubplots == "axis"
    assert figure.layout.hovermode == "x"
    assert figure.layout.xaxis.showspikes
    assert seconds(figure.layout.xaxis.range) == [0, 25]
    upper, lower = figure.layout.yaxis.domain, figure.layout.yaxis2.domain
    assert (lower[0], upper[1]) == (0, 1)
    assert 0 < lower[1] < upper[0] < 1


def test_every_lane_is_stacked_by_itself_and_has_its_own_legend_with_its_title() -> None:
    figure = two_lanes()
    areas = lines(figure)
    assert [(name, area.yaxis, area.legend) for name, area in areas.items()] == [
        ("happiness", "y", "legend2"),
        ("fear", "y", "legend2"),
        ("positive", "y2", "legend3"),
        ("negative", "y2", "legend3"),
    ]
    assert (figure.layout.legend2.title.text, figure.layout.legend3.title.text) == ("Faces", "Scene")
    assert [figure.layout.legend2.y, figure.layout.legend3.y] == [1, figure.layout.yaxis2.domain[1]]
    for above, below in (("happiness", "fear"), ("positive", "negative")):
        alone = figures.stacked_area(rows((0, 0.6, 0.4), (5, 0.2, 0.8), (20, 1.0, 0.0)), LABELS)
        heights = np.array(areas[above].y) + np.array(areas[below].y)
        assert set(heights.round(9)) == {0.0, 1.0}
        if above == "happiness":
            assert areas[above].x == lines(alone)[above].x
            assert areas[above].y == lines(alone)[above].y
    assert len({trace.uid for trace in areas.values()}) == 4


def test_hovering_reads_every_lane() -> None:
    hovers = [trace for trace in two_lanes().data if trace.customdata is not None]
    assert [trace.yaxis for trace in hovers] == ["y", "y2"]
    assert "negative 90 %" in hovers[1].customdata[1]
    assert len(hovers[0].customdata) == 3
    assert len(hovers[1].customdata) == 5


def test_gaps_and_a_moment_are_marked_in_every_lane() -> None:
    gaps = pd.DataFrame([(12.0, 14.0, "gone")], columns=["start_seconds", "end_seconds", "reason"])
    shapes = two_lanes(gaps=gaps, at=7.5).layout.shapes
    for start, end in ((12.0, 14.0), (7.5, 7.5)):
        assert {shape.yref for shape in shapes if seconds((shape.x0, shape.x1)) == [start, end]} == {
            "y domain",
            "y2 domain",
        }


def test_an_empty_lane_keeps_its_title_and_its_legend_and_says_why() -> None:
    lanes = [lane("Faces", rows(), absence="nobody seen"), lane("Scene", rows((0, 0.5, 0.5)))]
    figure = figures.shares_over_time(lanes, reach=(0, 5))
    assert [(note.text, note.yref) for note in figure.layout.annotations] == [("nobody seen", "y domain")]
    empty = [trace for trace in figure.data if trace.yaxis == "y" and trace.name]
    assert [trace.name for trace in empty] == LABELS
    assert all(list(trace.y) == [0.0] for trace in empty)


def test_one_lane_alone_is_the_plain_area() -> None:
    frame = rows((0, 0.6, 0.4), (5, 0.2, 0.8))
    alone = figures.shares_over_time([lane("Faces", frame)], reach=(0, 10), at=2.0)
    assert alone == figures.stacked_area(frame, LABELS, reach=(0, 10), at=2.0)


def test_more_labels_get_more_room() -> None:
    def height(*counts: int) -> float:
        lanes = [
            lane("", pd.DataFrame(columns=["start_seconds", "end_seconds"]), [f"l{n}" for n in range(count)])
            for count in counts
        ]
        for one in lanes:
            one.rows[list(one.labels)] = 0.0
        return float(figures.shares_over_time(lanes, reach=(0, 5)).layout.height)

    assert height(2, 2) < height(8, 2) < height(8, 8) < height(8, 8, 2)


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


def test_stretches_to_be_doubted_are_veiled_in_their_lane_alone() -> None:
    scene = Lane("Scene", LABELS, rows((0, 0.5, 0.5), (5, 0.1, 0.9)), "nothing observed", [(5.0, 10.0)])
    both = figures.shares_over_time([lane("Faces", rows((0, 0.5, 0.5))), scene], reach=(0, 10))
    (veil,) = [shape for shape in both.layout.shapes if shape.name == "doubtful"]
    assert (seconds((veil.x0, veil.x1)), veil.yref) == ([5.0, 10.0], "y2 domain")
    (alone,) = [shape for shape in figures.shares_over_time([scene], reach=(0, 10)).layout.shapes if shape.name]
    assert alone.yref == "y domain"
