"""Marking on the live page and on the session page, run by Streamlit's own test harness."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from monitor.errors import StoreError
from monitor.store import Store
from monitor.store.events import Event, add_events, events
from monitor_dashboard.event_panel import apply_changes, editable
from tests.dashboards.drawn import plots
from tests.made_up_session import MadeUpSession

PageTest = Callable[[str], AppTest]


def said(page: AppTest) -> list[str]:
    return [each.value.replace("\\", "") for each in page.info]


@pytest.fixture
def recorded(store: Store) -> Store:
    """A session of twenty seconds, whose first source has the number 1."""
    made_up = MadeUpSession(store)
    made_up.play(20)
    made_up.end()
    return store


def test_a_form_marks_a_moment_a_stretch_and_what_does_not_count_and_undo_takes_back(page_test, recorded):
    page = page_test("session").run()
    assert not page.exception
    page.number_input(key="events_1_from").set_value(3.0)
    page.text_input(key="events_1_label").set_value("laugh <b>")
    page.button(key="events_1_mark").click().run()
    page.number_input(key="events_1_from").set_value(10.0)
    page.number_input(key="events_1_to").set_value(15.0)
    page.text_input(key="events_1_tier").set_value("cuts")
    page.checkbox(key="events_1_excluded").check()
    page.button(key="events_1_mark").click().run()
    assert not page.exception
    kept = [(each.kind, each.start_seconds, each.end_seconds, each.label, each.tier) for each in events(recorded, 1)]
    assert kept == [("moment", 3.0, None, "laugh <b>", "marks"), ("exclude", 10.0, 15.0, "", "cuts")]
    assert events(recorded, 1)[0].source_id == 1
    assert any("5 s excluded" in each.value for each in page.caption)
    page.button(key="events_1_undo").click().run()
    assert said(page) == ["undone: adding 1 event"]
    assert not any("excluded" in each.value for each in page.caption)
    assert len(events(recorded, 1)) == 1


def test_what_can_not_be_marked_is_one_sentence(page_test, recorded):
    page = page_test("session").run()
    page.button(key="events_1_mark").click().run()
    assert said(page) == ["Say when: click or drag on the strip, or type a time."]
    page.number_input(key="events_1_from").set_value(5.0)
    page.checkbox(key="events_1_excluded").check()
    page.button(key="events_1_mark").click().run()
    assert said(page) == ["Only a stretch can be excluded: it needs an end, too."]
    page.number_input(key="events_1_to").set_value(4.0)
    page.button(key="events_1_mark").click().run()
    assert "must end after it starts" in said(page)[0]
    page.button(key="events_1_undo").click().run()
    assert said(page) == ["session 1 has no change of its events to undo"]
    assert events(recorded, 1) == []


def test_a_running_session_is_marked_by_buttons(page_test, store):
    made_up = MadeUpSession(store)
    made_up.play(20)
    page = page_test("live").run()
    page.text_input(key="live_events_1_label").set_value("laugh")
    page.button(key="live_events_1_mark").click().run()
    page.button(key="live_events_1_stretch").click().run()
    assert page.button(key="live_events_1_stretch").label == "End the stretch begun at 19.5 s"
    made_up.play(10)
    page.button(key="live_events_1_stretch").click().run()
    assert not page.exception
    kept = [(each.kind, each.start_seconds, each.end_seconds, each.label) for each in events(store, 1)]
    assert kept == [("moment", 19.5, None, "laugh"), ("interval", 19.5, 29.5, "laugh")]
    assert any("Marked last: 0:19.5" in each.value.replace("\\", "") for each in page.caption)
    page.button(key="live_events_1_undo").click().run()
    assert len(events(store, 1)) == 1
    made_up.end()
    assert not any(each.key == "live_events_1_mark" for each in page.run().button)


def test_cells_that_were_changed_and_rows_that_were_deleted_reach_the_store(recorded):
    kept = add_events(
        recorded,
        [
            Event(1, "moment", 1.0, label="a", source_id=1),
            Event(1, "interval", 2.0, 4.0, "b", source_id=1),
            Event(1, "interval", 5.0, 6.0, "c", author="machine", made_by="peaks"),
            Event(1, "moment", 7.0, label="d"),
        ],
    )
    table = editable(kept)
    assert table["To (s)"].isna().tolist() == [True, False, False, True]
    assert table["By"].tolist() == ["", "", "peaks (machine)", ""]
    edited = {0: {"To (s)": 3.0, "Label": "A"}, 1: {"Excluded": True}, 2: {"From (s)": 5.5}}
    apply_changes(recorded, kept, {"edited_rows": edited, "deleted_rows": [3], "added_rows": []})
    found = events(recorded, 1)
    assert [(each.kind, each.start_seconds, each.end_seconds, each.label, each.author) for each in found] == [
        ("interval", 1.0, 3.0, "A", "human"),
        ("exclude", 2.0, 4.0, "b", "human"),
        ("interval", 5.5, 6.0, "c", "human"),
    ]
    with pytest.raises(StoreError, match="must end after it starts"):
        apply_changes(recorded, found, {"edited_rows": {0: {"From (s)": 9.0}}, "deleted_rows": [], "added_rows": []})


def test_the_strip_is_there_before_anything_is_marked(page_test, recorded):
    page = page_test("session").run()
    before = len(plots(page))
    recorded_events = [Event(1, "interval", 2.0, 4.0, "b", tier="topics")]
    add_events(recorded, recorded_events)
    page.run()
    assert len(plots(page)) == before
