"""Measures as plots and tables, looked at part by part."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from monitor.plugin import Measure
from monitor.readout.measured import ROW_COLUMNS
from monitor.views.measure_views import measure_over_time, measures_table, title
from monitor.views.plot_layout import times

YAW = Measure("head_yaw", "degrees", -90.0, 90.0, "How far the head is turned, <left> first.")
COUNT = Measure("blinks", "", 0.0, math.inf, "Blinks.")
ROWS = pd.DataFrame(
    [
        (0.0, 5.0, 10, 20.0, 2.0, 15.0, 25.0),
        (5.0, 10.0, 10, 30.0, 4.0, 15.0, 35.0),
        (20.0, 25.0, 1, -5.0, math.nan, -5.0, -5.0),
    ],
    columns=ROW_COLUMNS,
)


def test_the_mean_is_a_line_in_a_band_of_one_standard_deviation() -> None:
    figure = measure_over_time(ROWS, YAW, reach=(0.0, 25.0))
    *bands, line = figure.data
    assert list(line.y) == [20.0, 30.0, None, -5.0, None]
    assert list(line.x) == times([2.5, 7.5, None, 22.5, None])
    assert [list(band.y) for band in bands] == [[22.0, 34.0, 26.0, 18.0], [-5.0, -5.0]]
    assert list(bands[0].x) == times([2.5, 7.5, 7.5, 2.5])
    assert figure.layout.yaxis.title.text == "degrees"
    assert "20 ± 2 degrees" in line.customdata[0]
    assert "15 to 25" in line.customdata[0]
    assert "±" not in line.customdata[3]


def test_the_axis_holds_no_more_than_can_be_measured() -> None:
    yaw, count = (measure_over_time(ROWS, each, reach=(0.0, 25.0)).layout.yaxis for each in (YAW, COUNT))
    assert (yaw.autorangeoptions.clipmin, yaw.autorangeoptions.clipmax) == (-90.0, 90.0)
    assert (count.autorangeoptions.clipmin, count.autorangeoptions.clipmax) == (0.0, None)


def test_a_plot_of_nothing_says_so() -> None:
    assert "blinks: nothing yet" in measure_over_time(ROWS.iloc[:0], COUNT, reach=(0.0, 5.0)).to_json()


@pytest.mark.parametrize(("measure", "words"), [(YAW, "head yaw (degrees)"), (COUNT, "blinks")])
def test_titles_have_the_unit_where_there_is_one(measure: Measure, words: str) -> None:
    assert title(measure) == words


def test_the_table_has_a_row_per_subject_and_a_dash_where_nothing_was_measured() -> None:
    values = pd.DataFrame(
        [(1, 0, "blinks", 4, 2.0, 0.5, 1.0, 3.0), (1, 7, "head_yaw", 1, -123.4, math.nan, -123.4, -123.4)],
        columns=["source_id", "subject", "measure", "count", "mean", "std", "low", "high"],
    )
    html = measures_table(values, [YAW, COUNT])
    assert html.index("Whole frame") < html.index("2 ± 0.5") < html.index("Person 7") < html.index("-123<")
    assert html.count("\N{EN DASH}") == 2
    assert 'title="How far the head is turned, &lt;left&gt; first."' in html
    assert "does not count" not in html
    whole, person = measures_table(values, [YAW, COUNT], uncounted={7}).split("</tr>")[1:3]
    assert "does not count" not in whole
    assert "does not count" in person
