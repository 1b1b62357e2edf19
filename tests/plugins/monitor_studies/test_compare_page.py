"""The page Compare, run by Streamlit's own test harness."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor.store import Store
from monitor.store.events import Event, add_events
from monitor_studies.quick_study import Side, quick_study
from monitor_studies.running import run_study
from tests.made_up_session import MadeUpSession
from tests.plugins.monitor_studies.recorded_sessions import record


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page on a store with two calm sessions, 1 and 2, and two angry ones, 3 and 4, the last with a mark."""
    import streamlit

    monkeypatch.setenv("MONITOR_STORE", str(tmp_path / "store.db"))
    streamlit.cache_resource.clear()
    with Store(tmp_path / "store.db", create=True) as store:
        for number in range(4):
            record(store, f"talk-{number}", number, anger=2.0 * (number > 1), seconds=30.0)
        add_events(store, [Event(4, "interval", 10.0, 20.0, "question", tier="topics")])
    return AppTest.from_string(
        "from monitor_studies import compare_page\ncompare_page.draw()", default_timeout=300
    ).run()


def table(page: AppTest) -> dict[str, str]:
    """Label -> difference, as the page shows them."""
    return dict(zip(page.dataframe[0].value["Label"], page.dataframe[0].value["Difference"], strict=True))


def test_it_gives_what_the_command_gives(page, tmp_path):
    assert not page.exception
    assert "Choose what is compared" in page.caption[0].value
    page.multiselect(key="compare_First").select("3").select("4")
    page.multiselect(key="compare_Second").select("1").select("2").run()
    page.button(key="compare_run").click().run()
    assert not page.exception
    with Store(tmp_path / "store.db") as store:
        result = run_study(store, quick_study([Side(["3", "4"]), Side(["1", "2"])], analyzer="faces"))
    wanted = result.comparisons.set_index("label")["difference"]
    assert table(page) == {label: f"{100 * value:+.2f} points" for label, value in wanted.items()}
    assert any("no p-value can be below" in each.value for each in page.caption)
    page.multiselect(key="compare_First").unselect("4").run()
    assert not page.dataframe  # another question has no answer yet


def test_events_and_tiers_of_the_chosen_sessions_are_offered(page):
    page.segmented_control(key="compare_way").set_value("Before and after an event").run()
    assert not page.selectbox  # of a list without anything Streamlit keeps that nothing was chosen
    page.multiselect(key="compare_within").select("1").run()
    assert "Nothing is marked" in page.info[0].value
    page.multiselect(key="compare_within").unselect("1").select("4").run()
    assert page.selectbox(key="compare_event").options == ["question"]
    page.button(key="compare_run").click().run()
    assert not page.exception
    assert table(page).keys() == {"neutral", "happiness", "anger"}
    page.segmented_control(key="compare_way").set_value("Inside and outside a tier").run()
    assert page.selectbox(key="compare_tier").options == ["topics", "topics:question"]


def test_people_are_compared(page):
    page.segmented_control(key="compare_way").set_value("People").run()
    page.selectbox(key="compare_of_First").select("3").run()
    page.button(key="compare_run").click().run()
    assert not page.exception
    assert page.dataframe[0].value["Label"].tolist() == ["neutral", "happiness", "anger"]


def test_nothing_is_compared_with_itself(page):
    page.multiselect(key="compare_First").select("3")
    page.multiselect(key="compare_Second").select("3").run()
    assert not page.exception
    assert not page.error
    assert "Both sides are the same" in page.caption[0].value
    assert not page.button


def test_two_people_of_one_session_are_offered_first(page, tmp_path):
    with Store(tmp_path / "store.db") as store:
        MadeUpSession(store).play(120)
    page.segmented_control(key="compare_way").set_value("People").run()
    page.selectbox(key="compare_of_First").select("5").run()
    page.selectbox(key="compare_of_Second").select("5").run()
    chosen = [page.selectbox(key=f"compare_who_{name}_5").value for name in ("First", "Second")]
    assert chosen[0] != chosen[1]
    assert page.button(key="compare_run")
