"""The page "Similar moments", run by Streamlit's own test harness."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import streamlit
from PIL import Image
from streamlit.testing.v1 import AppTest

from monitor.store import Recorder, Store
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.page.page import EMOTION, PICTURE
from monitor_retrieval.page.query_widgets import START
from tests.plugins.monitor_retrieval.command_line import made_config, made_store
from tests.plugins.monitor_retrieval.conftest import LABELS, quadrants

Open = Callable[..., AppTest]


@pytest.fixture
def opened(tmp_path: Path, made_model: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A function that draws the page of the store `made.db`, with an address such as `session="1"`."""
    streamlit.cache_resource.clear()
    made_config(tmp_path, made_model)
    monkeypatch.setenv("MONITOR_CONFIG", str(tmp_path / "config.toml"))

    def draw(**address: str) -> AppTest:
        page = AppTest.from_string("from monitor_retrieval.page import page\npage.draw()", default_timeout=300)
        for name, value in address.items():
            page.query_params[name] = value
        return page.run()

    return draw


@pytest.fixture
def recorded(tmp_path: Path, made_index: MomentIndex) -> MomentIndex:
    """The index, with its store beside it."""
    made_store(tmp_path / "made.db")
    return made_index


def cards(page: AppTest) -> list[tuple[str, str]]:
    """Time code and title of every card on the page, in order; the chosen moment's first."""
    html = "\n".join(element.proto.body for element in page.get("html"))
    return re.findall(r'class="time"[^>]*>(.*?)<.*?class="title">(.*?)<', html, re.DOTALL)


def sections(page: AppTest) -> list[str]:
    return [heading.value.replace("\\", "") for heading in page.subheader]


@pytest.mark.parametrize("source", [{"source": "1"}, {}])
def test_a_moment_in_the_address_is_asked_about(opened: Open, recorded: MomentIndex, source: dict[str, str]) -> None:
    page = opened(session="1", at="4.1", **source)
    assert not page.exception
    assert page.slider[0].value == START + timedelta(seconds=4)
    chosen, first, *_ = cards(page)
    assert (chosen, first) == (("0:04", "1 · morning"), ("0:02", "2 · evening"))
    assert sections(page) == ["Moments like session 1, morning.mp4 at 0:04", "Unusual moments of session 1"]
    assert page.query_params["at"] == ["4"]


def test_the_page_begins_with_the_most_novel_moment_of_the_newest_session(opened: Open, recorded: MomentIndex) -> None:
    page = opened(session="1")
    assert cards(page)[0] == ("0:11", "1 · morning")
    assert cards(opened())[0] == ("0:00", "2 · evening")  # which has no novelty


def test_the_slider_chooses_another_moment(opened: Open, recorded: MomentIndex) -> None:
    page = opened(session="1", source="1", at="4")
    page.slider[0].set_value(START + timedelta(seconds=6.5)).run()
    assert not page.exception
    assert cards(page)[0] == ("0:06", "1 · morning")
    assert page.query_params["at"] == ["6.5"]


def test_where_to_look_how_many_and_how_far_apart_can_be_chosen(opened: Open, recorded: MomentIndex) -> None:
    page = opened(session="1", source="1", at="4")
    page.number_input(key="similar_gap").set_value(0.0)
    (evening,) = (place for place in page.selectbox(key="similar_place_True").options if "evening" in place)
    page.selectbox(key="similar_place_True").select(evening).run()
    assert [title for _, title in cards(page)[1:13]] == ["2 · evening"] * 12
    page.selectbox(key="similar_place_True").select("Library wheel").run()
    assert not page.exception
    assert cards(page)[1][0] in ("135.png", "90.png")
    assert [title for _, title in cards(page)[1:9]] == ["library wheel"] * 8


def test_cards_lead_to_the_session_and_to_more_of_their_kind(opened: Open, recorded: MomentIndex) -> None:
    page = opened(session="1", source="1", at="4")
    html = "\n".join(element.proto.body for element in page.get("html"))
    assert 'href="session?session=2&amp;source=2&amp;at=2"' in html
    assert 'href="similar?session=2&amp;source=2&amp;at=2"' in html


def test_an_emotion_is_looked_for_in_sessions_only(opened: Open, recorded: MomentIndex) -> None:
    page = opened()
    page.segmented_control(key="similar_how").set_value(EMOTION).run()
    assert not page.exception
    assert sections(page) == [f"Moments of {LABELS[0]}"]
    assert not any("Library" in place for place in page.selectbox(key="similar_place_False").options)
    page.pills(key="similar_emotion").set_value("fear").run()
    assert sections(page) == ["Moments of fear"]
    assert cards(page)


def test_a_picture_is_looked_at(opened: Open, recorded: MomentIndex) -> None:
    page = opened()
    page.segmented_control(key="similar_how").set_value(PICTURE).run()
    assert not page.exception
    assert not cards(page)
    file = io.BytesIO()
    Image.fromarray(quadrants(90)).save(file, "PNG")
    page.file_uploader[0].set_value(("green.png", file.getvalue(), "image/png")).run()
    assert not page.exception
    assert cards(page)[:2] in (
        [("green.png", "picture"), ("0:01", "2 · evening")],
        [("green.png", "picture"), ("0:03", "1 · morning")],
    )
    assert sections(page) == ["Moments like green.png"]


def test_a_file_that_is_no_picture_is_one_sentence(opened: Open, recorded: MomentIndex) -> None:
    page = opened()
    page.segmented_control(key="similar_how").set_value(PICTURE).run()
    page.file_uploader[0].set_value(("text.png", b"no picture", "image/png")).run()
    assert not page.exception
    assert "cannot be read" in page.error[0].value


def test_an_unknown_session_in_the_address_is_said(opened: Open, recorded: MomentIndex) -> None:
    page = opened(session="7")
    assert not page.exception
    assert "Session 7 has no moments" in page.warning[0].value
    assert cards(page)


def test_without_an_index_the_page_says_how_to_make_one(opened: Open, tmp_path: Path) -> None:
    made_store(tmp_path / "made.db")
    page = opened()
    assert not page.exception
    assert "There is no index of moments" in page.info[0].value
    assert "monitor run VIDEO --analyzers affective-retrieval" in page.info[0].value


def test_without_sessions_the_page_says_how_to_record_one(opened: Open, recorded: MomentIndex) -> None:
    for session in recorded.sessions():
        recorded.remove(session=session)
    page = opened()
    assert not page.exception
    assert "monitor run VIDEO --analyzers affective-retrieval" in page.info[0].value


def test_without_a_store_the_page_says_so(opened: Open) -> None:
    page = opened()
    assert not page.exception
    assert "There is no store" in page.info[0].value


def test_a_source_without_moments_is_said(opened: Open, recorded: MomentIndex, tmp_path: Path) -> None:
    with Store(tmp_path / "made.db") as store:
        recorder = Recorder(
            store, name="two", every_seconds=0.5, window_seconds=5, labels={"affective-retrieval": LABELS}
        )
        for name in ("empty.mp4", "morning.mp4"):
            recorder.add_source(name, "file")
        recorder.finish("finished")
    recorded.append([replace(recorded.near(1, 4.0), session=3)])
    page = opened(session="3")
    assert not page.exception
    assert "holds no moments of empty.mp4" in page.info[0].value
    page.selectbox(key="similar_source_of_3").select_index(1).run()
    assert not page.exception
    assert cards(page)[0] == ("0:04", "3 · two")  # the only one: there is no slider
    assert not page.slider
