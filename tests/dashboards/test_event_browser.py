"""Marking in a real browser: a click, a drag, a key, and what takes them back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from monitor.store import Store
from monitor.store.events import events
from tests.made_up_session import MadeUpSession

ServeDashboard = Callable[[Path], str]


def test_a_drag_over_the_strip_is_a_stretch_and_a_click_a_moment(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    made_up = MadeUpSession(store)
    made_up.play(60)
    made_up.end()
    page.goto(f"{serve_dashboard(store_path)}/session?session=1")
    strip = page.locator(".st-key-events_1_tiers .nsewdrag").first
    expect(page.locator(".js-plotly-plot")).to_have_count(6)  # all have their place: nothing moves any more
    expect(strip).to_be_visible()
    expect(page.get_by_text("Downloads")).to_be_visible()
    still = page.locator("[data-test-script-state=notRunning]")  # the page is drawn with what was done last
    expect(still).to_be_visible()

    def drag(first: float, last: float) -> None:
        strip.scroll_into_view_if_needed()
        box = strip.bounding_box()
        assert box is not None
        xs, y = [box["x"] + box["width"] * seconds / 60 for seconds in (first, last)], box["y"] + box["height"] / 2
        page.mouse.move(xs[0], y)
        page.mouse.down()
        page.mouse.move(xs[1], y, steps=10)
        page.mouse.up()

    start, end, label = (page.locator(f".st-key-events_1_{name} input") for name in ("from", "to", "label"))
    mark = page.locator(".st-key-events_1_mark button")
    drag(10, 20)
    expect(end).not_to_have_value("")
    expect(start).not_to_have_value("")
    first, last = float(start.input_value()), float(end.input_value())
    assert (first, last) == (pytest.approx(10, abs=0.7), pytest.approx(20, abs=0.7))
    expect(page.locator(".st-key-events_1_tiers .stretch")).to_have_count(0)
    label.fill("question")
    label.press("Enter")
    expect(still).to_be_visible()
    mark.click()
    expect(page.locator(".st-key-events_1_tiers .barlayer .point")).to_have_count(1)
    [stretch] = events(store, 1)
    assert (stretch.kind, stretch.start_seconds, stretch.end_seconds, stretch.label) == (
        "interval",
        first,
        last,
        "question",
    )

    expect(still).to_be_visible()
    drag(30, 30)  # to where it began: a click
    expect(start).not_to_have_value("")
    expect(end).to_have_value("")
    assert float(start.input_value()) == pytest.approx(30, abs=0.7)
    expect(still).to_be_visible()
    mark.click()
    expect(page.locator(".st-key-events_1_tiers .scatterlayer .point")).to_have_count(1)
    assert [each.kind for each in events(store, 1)] == ["interval", "moment"]
    expect(page.get_by_text("2 events, to change or delete")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("undone: adding 1 event")).to_be_visible()
    expect(page.locator(".st-key-events_1_tiers .scatterlayer .point")).to_have_count(0)
    assert [each.label for each in events(store, 1)] == ["question"]


def test_a_key_marks_the_newest_moment_of_a_running_session(
    page: Page, store: Store, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    made_up = MadeUpSession(store)
    made_up.play(30)
    page.goto(f"{serve_dashboard(store_path)}/live")
    label = page.locator(".st-key-live_events_1_label input")
    expect(label).to_be_visible()
    label.fill("mmm")  # the letters of a label are no keys
    label.press("Enter")
    expect(page.locator(".st-key-live_events_1_mark")).to_be_visible()
    label.blur()
    page.keyboard.press("m")
    expect(page.get_by_text("Marked last: 0:29.5 mmm")).to_be_visible()
    assert [(each.kind, each.start_seconds, each.label) for each in events(store, 1)] == [("moment", 29.5, "mmm")]
    made_up.end()
