"""The page "People", run by Streamlit's AppTest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from monitor.sample import Frame, Sample
from monitor.store import Recorder, Session, Store
from tests.dashboards.drawn import mounted
from tests.plugins.monitor_people.made_up_people import made_up_people


@pytest.fixture
def people_page(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MONITOR_STORE", str(store_path))
    streamlit.cache_resource.clear()
    return AppTest.from_string("from monitor_people.page import page\npage.draw()", default_timeout=300)


def test_without_a_store_it_says_what_to_do(people_page: AppTest) -> None:
    people_page.run()
    assert not people_page.exception
    assert "There is no store" in people_page.info[0].value


def test_the_address_names_session_and_source(people_page: AppTest, store: Store) -> None:
    for count in (2, 3):
        made_up_people(store, count, shots=1)
    people_page.query_params["session"] = "1"
    people_page.run()
    assert not people_page.exception
    (board,) = mounted(people_page, "monitor_people")
    assert [person["title"] for person in board["people"]] == ["person 1", "person 2"]
    people_page.selectbox(key="people_session").set_value(2).run()
    (board,) = mounted(people_page, "monitor_people")
    assert len(board["people"]) == 3
    assert people_page.query_params["session"] == ["2"]


def test_an_unknown_session_is_said(people_page: AppTest, store: Store) -> None:
    made_up_people(store, 1, shots=1)
    people_page.query_params["session"] = "9"
    people_page.run()
    assert not people_page.exception
    assert "no session 9" in people_page.warning[0].value


def test_where_nobody_was_looked_for(people_page: AppTest, whole_frames: Session) -> None:
    people_page.run()
    assert not people_page.exception
    assert "looked for faces" in people_page.info[0].value


def test_where_nobody_was_seen(people_page: AppTest, store: Store) -> None:
    recorder = Recorder(store, name="sea", every_seconds=0.5, window_seconds=5, labels={"mood": ["glad", "sad"]})
    source = recorder.add_source("sea.mp4", "file")
    frame = Frame(np.zeros((2, 2, 3), np.uint8), 0.0, 1, 0, source_name="sea.mp4")
    recorder.add_sample(source, Sample(frame), faces_looked_for=True)
    recorder.finish("finished")
    people_page.run()
    assert not people_page.exception
    assert "No face was seen" in people_page.info[0].value
