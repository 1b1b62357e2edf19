"""The time axis that plots share, read back from plotly."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from monitor.readout.timeline import GAP_COLUMNS
from monitor.store.events import Event
from monitor.views.plot_layout import INK, MOST_EVENTS, over_time, times


def seconds(stamps: object) -> list[float]:
    """Seconds of stream time from the texts of a date axis."""
    return [(datetime.fromisoformat(str(stamp)) - datetime(1970, 1, 1)).total_seconds() for stamp in stamps]  # type: ignore[attr-defined]


def gaps(*rows: tuple[float, float, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["start_seconds", "end_seconds", "reason"])


def test_seconds_and_stamps_are_each_others_inverse() -> None:
    assert seconds(times([0.0, 0.125, 90_000.5])) == [0.0, 0.125, 90_000.5]
    assert times([None]) == [None]


@pytest.mark.parametrize(("end", "form"), [(600, "%-M:%S"), (7200, "%-H:%M:%S"), (200_000, "day %-j, %H:%M")])
def test_the_time_axis_reads_as_a_clock(end: float, form: str) -> None:
    axis = over_time([], 300, (0, end), None, None).layout.xaxis
    assert axis.type == "date"
    assert axis.tickformatstops[-1].value == axis.hoverformat == form
    assert seconds(axis.range) == [0, end]


def test_a_gap_is_shaded_in_every_lane_and_named_once() -> None:
    figure = over_time([], 300, (5, 100), gaps((8, 12, "no frames"), (150, 160, "after")), None, lanes=("y", "y2"))
    assert [seconds((shape.x0, shape.x1)) for shape in figure.layout.shapes] == [[8, 12], [8, 12]]
    assert [shape.yref for shape in figure.layout.shapes] == ["y domain", "y2 domain"]
    assert [annotation.hovertext for annotation in figure.layout.annotations] == ["no frames"]


def test_a_moment_is_a_line_through_every_lane_with_its_time() -> None:
    figure = over_time([], 300, (0, 200), None, 95.5, lanes=("y", "y2"))
    lines = [shape for shape in figure.layout.shapes if shape.line.color == INK]
    assert [shape.yref for shape in lines] == ["y domain", "y2 domain"]
    assert all(seconds((line.x0, line.x1)) == [95.5, 95.5] for line in lines)
    assert [annotation.text for annotation in figure.layout.annotations] == ["1:35"]


@pytest.mark.parametrize(
    ("at", "sides"),
    [(0, ("left", "left")), (100, ("left", "right")), (180, ("right", "right")), (200, ("right", "right"))],
)
def test_words_stand_beside_what_they_mark_and_inside_of_the_plot(at: float, sides: tuple[str, str]) -> None:
    events = [Event(1, "moment", at, label="here")]
    event, moment = over_time([], 300, (0, 200), None, at, events=events).layout.annotations
    assert (event.xanchor, moment.xanchor) == sides
    assert moment.xshift == (6 if moment.xanchor == "left" else -6)  # room for its line


@pytest.mark.parametrize("at", [None, 99.0, 201.0])
def test_a_moment_outside_the_reach_is_not_marked(at: float | None) -> None:
    assert not over_time([], 300, (100, 200), None, at).layout.shapes


def test_cuts_are_one_path_above_every_lane() -> None:
    figure = over_time([], 300, (0, 200), None, None, (2.5, 95.0), lanes=("y", "y2"))
    first, second = figure.layout.shapes
    assert (first.yref, second.yref) == ("y domain", "y2 domain")
    assert first.path == second.path
    starts = [line.split(",")[0].removeprefix("M").replace("_", "T") for line in first.path.split(" ")]
    assert seconds(starts) == [2.5, 95.0]


def test_plots_below_each_other_line_up_in_time() -> None:
    margins = [over_time([], 300, (0, 9), None, None, **more).layout.margin for more in ({}, {"margin": {"t": 80}})]
    assert len({(margin.l, margin.r) for margin in margins}) == 1


def test_events_of_people_are_lines_with_their_labels_and_those_of_machines_are_not_drawn() -> None:
    events = [
        Event(1, "interval", 20.0, 30.0, "<war>"),
        Event(1, "moment", 150.0, label="after"),
        Event(1, "moment", 5.0, label="cut", author="machine"),
        Event(1, "exclude", 6.0, 7.0),
    ]
    figure = over_time([], 300, (0, 100), None, None, events=events, lanes=("y", "y2"))
    assert [seconds([shape.x0]) for shape in figure.layout.shapes] == [[20.0], [20.0], [30.0], [30.0]]
    assert [annotation.text for annotation in figure.layout.annotations] == ["&lt;war&gt;"]
    crowd = [Event(1, "moment", float(n)) for n in range(MOST_EVENTS + 1)]
    assert not over_time([], 300, (0, 100), None, None, events=crowd).layout.shapes


def test_a_stretch_says_what_it_is() -> None:
    shaded = pd.DataFrame([(1.0, 2.0, "counts in no share", "excluded")], columns=GAP_COLUMNS)
    assert over_time([], 300, (0, 10), shaded, None).layout.annotations[0].text == "excluded"
