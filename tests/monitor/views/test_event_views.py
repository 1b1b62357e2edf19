from __future__ import annotations

import pytest

from monitor.store.events import Event
from monitor.views.event_views import EXCLUDED_COLOUR, event_colour, events_table, tiers_over_time
from monitor.views.plot_layout import times

EVENTS = [
    Event(1, "interval", 2.0, 5.0, "cut", "shots", author="machine", made_by="shot changes"),
    Event(1, "interval", 10.0, 25.0, "<war>", "topics", made_by="Ann", note="loud & clear"),
    Event(1, "moment", 12.0, label="laugh", made_by="Ann", colour="#123456"),
    Event(1, "exclude", 40.0, 50.0, "advertising", made_by="Ann"),
]


def test_tiers_of_people_lie_above_those_of_machines():
    figure = tiers_over_time(EVENTS, reach=(0.0, 60.0))
    assert list(figure.layout.yaxis.categoryarray) == ["shots", "marks", "topics"]  # from the bottom up
    bars = {trace.y[0]: trace for trace in figure.data if trace.type == "bar" and len(trace.y)}
    assert bars["topics"].base[0] == times([10.0])[0]
    assert bars["topics"].x[0] == 15_000
    assert "&lt;war&gt;" in bars["topics"].customdata[0]
    assert "loud &amp; clear" in bars["topics"].customdata[0]
    assert bars["shots"].marker.opacity[0] < bars["topics"].marker.opacity[0]
    assert bars["marks"].marker.pattern.shape[0] == "/"
    moments = [trace for trace in figure.data if trace.type == "scatter" and len(trace.y)]
    assert [(each.x[0], each.y[0]) for each in moments] == [(times([12.0])[0], "marks")]


def test_tiers_without_an_event_in_reach_are_not_drawn():
    assert list(tiers_over_time(EVENTS, reach=(11.0, 20.0)).layout.yaxis.categoryarray) == ["marks", "topics"]
    assert not tiers_over_time([], reach=(0.0, 20.0)).data


@pytest.mark.parametrize(
    ("event", "colour"),
    [(EVENTS[2], "#123456"), (EVENTS[3], EXCLUDED_COLOUR), (Event(1, "moment", 1.0, label="anger"), "#c62a05")],
)
def test_colours_are_those_chosen_or_those_of_labels(event, colour):
    assert event_colour(event) == colour


def test_the_table_escapes_what_people_wrote():
    html = events_table(EVENTS)
    assert "&lt;war&gt;" in html
    assert "advertising (excluded)" in html
    assert "shot changes (machine)" in html
    assert "0:10.0 \N{EN DASH} 0:25.0" in html
