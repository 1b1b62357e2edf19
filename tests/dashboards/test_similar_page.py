"""The page "Similar moments" in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import streamlit
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from monitor.sample import Frame, Observation, Sample
from monitor.store import Recorder, Store
from monitor_retrieval.index.moment_index import MomentIndex
from tests.dashboards.drawn import plots
from tests.plugins.monitor_retrieval.made_moments import LABELS, MODEL, at_angle

ServeDashboard = Callable[[Path], str]


@pytest.fixture
def two_turns(store: Store, store_path: Path) -> None:
    """Session 1 turns from 0 to 118 degrees in a minute, session 2 back from 118 to 0."""
    record_turns(store, store_path, 60)


def record_turns(store: Store, store_path: Path, seconds: int) -> None:
    index = MomentIndex(store_path.with_suffix(".moments"), model=MODEL, create=True)
    for session, name in enumerate(("there", "back"), 1):
        labels = {"affective-retrieval": LABELS}
        recorder = Recorder(store, name=name, every_seconds=1.0, window_seconds=5.0, labels=labels)
        source = recorder.add_source(f"{name}.mp4", "file", float(seconds))
        angles = [2 * (n if name == "there" else seconds - 1 - n) for n in range(seconds)]
        turn = [at_angle(angle, n, session, f"{name}.mp4") for n, angle in enumerate(angles)]
        for number, moment in enumerate(turn):
            frame = Frame(np.zeros((2, 2, 3), np.uint8), moment.seconds, 1, number, source_name=moment.source)
            recorder.add_sample(source, Sample(frame), faces_looked_for=False)
            seen = Observation("affective-retrieval", 1, moment.seconds, None, moment.scores)
            recorder.add_observations(source, number, [seen])
        recorder.update_source(source, state="finished", seconds=seconds - 1.0, frames_sampled=seconds)
        recorder.flush(force=True)
        recorder.finish("finished")
        index.append(turn)


@pytest.fixture
def similar_page(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MONITOR_STORE", str(store_path))
    streamlit.cache_resource.clear()
    return AppTest.from_string("from monitor_retrieval.page import page\npage.draw()", default_timeout=300)


def test_a_short_clip_is_shown_sample_by_sample(store: Store, store_path: Path, similar_page: AppTest) -> None:
    record_turns(store, store_path, 6)
    page = similar_page.run()
    assert not page.exception
    emotions, _ = plots(page)
    assert max(len(trace.x) for trace in emotions.data) >= 6
    first, last = (datetime.fromisoformat(str(end)) for end in emotions.layout.xaxis.range)
    assert (last - first).total_seconds() == 5


def test_the_address_holds_an_emotion_and_opens_with_it(two_turns: None, similar_page: AppTest) -> None:
    page = similar_page
    page.query_params.update(session="1", source="1", at="10")
    page.run()
    page.button_group(key="similar_how").set_value("An emotion").run()
    page.button_group(key="similar_emotion").set_value("fear").run()
    assert not page.exception
    assert dict(page.query_params) == {"emotion": ["fear"]}
    page.button_group(key="similar_how").set_value("A moment").run()
    assert set(page.query_params) == {"session", "source", "at"}
    page.button_group(key="similar_how").set_value("A picture").run()
    assert not page.query_params

    again = AppTest.from_string("from monitor_retrieval.page import page\npage.draw()", default_timeout=300)
    again.query_params["emotion"] = "fear"
    again.run()
    assert not again.exception
    assert [each.value for each in again.subheader] == ["Moments of fear"]
    assert dict(again.query_params) == {"emotion": ["fear"]}


def test_an_address_with_an_unknown_emotion_says_so(two_turns: None, similar_page: AppTest) -> None:
    similar_page.query_params["emotion"] = "boredom"
    similar_page.run()
    assert not similar_page.exception
    assert "no emotion boredom" in similar_page.warning[0].value


def expect_no_exception(page: Page) -> None:
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_a_click_on_the_timeline_asks_anew_and_cards_lead_on(
    page: Page, two_turns: None, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    page.goto(f"{serve_dashboard(store_path)}/similar?session=1&source=1&at=10")
    chosen = page.locator(".moment").first
    answers = page.locator(".moments").first.locator(".moment")
    expect(chosen.locator(".time")).to_have_text("0:10")
    expect(chosen.locator("img")).to_have_js_property("naturalWidth", 80)
    expect(answers.first.locator(".time")).to_have_text("0:49")  # the same angle on the way back
    expect(answers.first.locator(".title")).to_have_text("2 · back")
    expect(page.locator(".js-plotly-plot")).to_have_count(2)

    # a click in the middle of either plot, which a run of the page may draw anew until it is over
    for plot in page.locator(".js-plotly-plot").all():
        expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
        box = plot.locator(".nsewdrag").first.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(plot.locator(".hoverlayer .hovertext")).to_have_count(1)
        page.mouse.down()
        page.mouse.up()
        expect(chosen.locator(".time")).to_have_text(re.compile("0:2[5-9]|0:3[0-5]"))
        page.get_by_role("slider").first.press("Home")
        expect(chosen.locator(".time")).to_have_text("0:00")
    expect_no_exception(page)

    answers.first.get_by_role("link", name="More like this").click()
    expect(chosen.locator(".title")).to_have_text("2 · back")
    expect(answers.first.locator(".title")).to_have_text("1 · there")
    answers.first.get_by_role("link", name="Open session").click()
    expect(page.get_by_text("Downloads")).to_be_visible()
    assert "session=1" in page.url
    expect_no_exception(page)


def test_an_emotion_is_asked_for_and_all_fits_a_narrow_window(
    page: Page, two_turns: None, store_path: Path, serve_dashboard: ServeDashboard
) -> None:
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(f"{serve_dashboard(store_path)}/similar")
    expect(page.locator(".moments")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.get_by_text("An emotion", exact=True).click()
    page.get_by_text("awe", exact=True).first.click()
    expect(page.get_by_role("heading", name="Moments of awe")).to_be_visible()
    expect(page.locator(".moments")).to_have_count(1)
    expect(page.locator(".moment .value").first).to_have_text("awe 0.656")
    for card in page.locator(".moment").all():
        box = card.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 421
    expect_no_exception(page)
