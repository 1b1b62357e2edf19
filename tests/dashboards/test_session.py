"""The session page, run by Streamlit's own test harness."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from monitor.readout.shown import Shown
from monitor.sample import Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from tests.dashboards.drawn import mounted, plots
from tests.made_up_session import MadeUpSession

PageTest = Callable[[str], AppTest]


def html(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with `long` (number 1, 200 s) and `short` (number 2, 20 s)."""
    path = tmp_path_factory.mktemp("recorded") / "two.db"
    with Store(path, create=True) as store:
        for name, seconds in (("long", 200), ("short", 20)):
            made_up = MadeUpSession(store, name=name)
            made_up.play(seconds)
            made_up.end()
    return path


@pytest.fixture
def two_sessions(recorded: Path, store_path: Path) -> Iterator[Store]:
    """The store `recorded`, as a copy that a test may change."""
    shutil.copy(recorded, store_path)
    with Store(store_path) as store:
        yield store


def test_without_a_store_the_page_says_what_to_type(page_test: PageTest) -> None:
    page = page_test("session").run()
    assert not page.exception
    assert "monitor run VIDEO" in page.info[0].value


def test_the_newest_session_is_opened_first(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session").run()
    assert not page.exception
    assert page.selectbox(key="chosen_session").value == 2
    assert page.query_params["session"] in ("2", ["2"])


def test_an_address_opens_its_session(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    page.run()
    assert not page.exception
    assert page.selectbox(key="chosen_session").value == 1
    assert not page.warning
    page.selectbox(key="chosen_session").select(2).run()
    assert page.query_params["session"] in ("2", ["2"])


@pytest.mark.parametrize("wanted", ["99", "abc", "1; drop table", "²"])
def test_an_address_of_no_session_says_so(page_test: PageTest, two_sessions: Store, wanted: str) -> None:
    page = page_test("session")
    page.query_params["session"] = wanted
    page.run()
    assert not page.exception
    assert "There is no session" in page.warning[0].value
    assert page.selectbox(key="chosen_session").value == 2


def test_the_whole_length_is_shown_with_shares_of_the_totals(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    page.run()
    bar, scene_bar, area, strip, lines, people = plots(page)
    session = two_sessions.session(1)
    source = two_sessions.sources(1)[0]
    totals = two_sessions.totals(session, "face-fusion", source_id=source.id)
    expected = totals[session.labels["face-fusion"]].sum() / totals["samples"].sum()
    assert list(bar.data[0].x) == pytest.approx(expected.tolist(), abs=1e-5)
    totals = two_sessions.totals(session, "scene-sentiment", source_id=source.id)
    expected = totals[session.labels["scene-sentiment"]].sum() / totals["samples"].sum()
    assert list(scene_bar.data[0].x) == pytest.approx(expected.tolist(), abs=1e-5)
    lanes = [(trace.name, trace.yaxis) for trace in area.data if trace.name]
    assert lanes == [
        (label, axis) for axis, own in zip(("y", "y2"), session.labels.values(), strict=True) for label in own
    ]
    for over_time in (area, strip):
        assert list(over_time.layout.xaxis.range) == ["1970-01-01T00:00:00.000", "1970-01-01T00:03:20.000"]
    assert max(people.data[0].y) == 2
    assert len(lines.data) == 9
    assert html(page).count("data:image/jpeg;base64,") == 2


def test_shares_plots_and_people_follow_the_time_range(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    page.run()
    whole = plots(page)[0].data[0].x
    page.select_slider[0].set_range(0.0, 25.0).run()
    assert not page.exception
    bar, _, area, strip, _, _ = plots(page)
    assert bar.data[0].x != whole
    for over_time in (area, strip):
        assert list(over_time.layout.xaxis.range) == ["1970-01-01T00:00:00.000", "1970-01-01T00:00:25.000"]
    raw = two_sessions.observations(two_sessions.session(1), analyzer="face-fusion", end_seconds=25.0)
    raw = raw[raw["source_id"] == two_sessions.sources(1)[0].id]
    assert bar.data[0].x[0] == pytest.approx(raw["neutral"].mean(), abs=1e-5)
    assert html(page).count("data:image/jpeg;base64,") == 1  # person 2 comes at 30 s


def test_a_part_in_which_nobody_was_seen_says_so(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    page.run()
    page.select_slider[0].set_range(140.0, 150.0).run()
    assert not page.exception
    assert "Nobody seen" in html(page)
    scene_bar, area, _strip = plots(page)
    assert len(scene_bar.data[0].x) == 2
    assert [note.text for note in area.layout.annotations] == ["nobody seen"]
    page.pills(key="analyzers_of_1").set_value(["face-fusion"]).run()
    assert not page.exception
    assert "Nobody seen" in html(page)


def test_every_download_is_offered(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session").run()
    labels = [element.proto.label for element in page.get("download_button")]
    assert labels == [
        "Observations (CSV)",
        "Windows (CSV)",
        "Observations (Parquet)",
        "Everything (JSON)",
        "Report (HTML)",
    ]


def test_each_analyzer_and_source_can_be_chosen(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session").run()
    camera = two_sessions.sources(2)[1]
    page.selectbox(key="source_of_2").select(camera.id)
    page.pills(key="analyzers_of_2").set_value(["scene-sentiment"]).run()
    assert not page.exception
    bar, area, _strip, lines = plots(page)
    assert len(bar.data[0].y) == 2
    assert len(area.data) == len(lines.data) == 3
    assert any(metric.label == "Behind live" for metric in page.metric)
    assert [header.value for header in page.subheader] == ["Events", "Whole frame", "Stream health", "Downloads"]
    page.pills(key="analyzers_of_2").set_value(["face-fusion"]).run()
    assert not page.exception
    bar, area, _strip, _lines, _people = plots(page)
    assert len(bar.data[0].y) == 8
    assert len(area.data) == 9
    assert 'class="title"' not in html(page)


def test_the_time_range_ends_with_the_recording(page_test: PageTest, whole_frames: Session) -> None:
    page = page_test("session").run()
    assert not page.exception
    (slider,) = page.select_slider
    assert slider.value == (0.0, 20.0)  # its last window would end at 21 s
    assert slider.options[-2:] == ["0:19.5", "0:20.0"]


def test_a_recording_without_people_speaks_of_none(page_test: PageTest, whole_frames: Session) -> None:
    page = page_test("session").run()
    assert not page.exception
    assert not page.pills
    bar, _area, _strip, _lines = plots(page)
    assert list(bar.data[0].x) == [0.75, 0.25]
    said = html(page) + " ".join(str(element.value) for element in [*page.caption, *page.subheader, *page.info])
    assert not re.search(r"(?i)person|people|nobody|face", said)


def test_a_session_in_which_nobody_was_seen_has_no_link_to_people(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    assert "Name, join and part people" in html(page.run())
    labels = {"face-fusion": ["neutral", "fear"], "scene-sentiment": ["positive", "negative"]}
    recorder = Recorder(two_sessions, name="sea", every_seconds=0.5, window_seconds=5, labels=labels)
    source = recorder.add_source("sea.mp4", "file")
    frame = Frame(np.zeros((2, 2, 3), np.uint8), 0.0, 1, 0, source_name="sea.mp4")
    recorder.add_sample(source, Sample(frame), faces_looked_for=True)
    scores = {"positive": 0.75, "negative": 0.25}
    recorder.add_observations(source, 0, [Observation("scene-sentiment", 1, 0.0, None, scores)])
    recorder.finish("finished")
    page = page_test("session").run()
    assert not page.exception
    assert "Name, join and part people" not in html(page)


def marked(page: AppTest) -> list[set[tuple[str, str]]]:
    """Of each plot, the lanes and the times at which a moment is marked in them."""
    return [{(s.yref, s.x0) for s in plot.layout.shapes if s.x0 == s.x1} for plot in plots(page)]


def test_an_address_marks_a_moment_in_every_plot_over_time(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    page.query_params["at"] = "95.5"
    page.run()
    assert not page.exception
    assert not page.warning
    stamp = "1970-01-01T00:01:35.500"
    one = {("y domain", stamp)}
    bar, scene_bar, area, strip, lines, people = marked(page)
    assert bar == scene_bar == set()
    assert area == {*one, ("y2 domain", stamp)}
    assert strip == lines == people == one


def test_a_new_moment_is_inside_whatever_range_was_chosen_before(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    page.query_params["at"] = "95.5"
    page.run()
    page.select_slider[0].set_range(80.0, 120.0).run()
    assert len(marked(page)[2]) == 2
    page.select_slider[0].set_range(0.0, 25.0).run()
    assert not any(marked(page))
    page.query_params["at"] = "150"
    page.run()
    assert list(plots(page)[2].layout.xaxis.range) == ["1970-01-01T00:00:00.000", "1970-01-01T00:03:20.000"]
    assert {time for _, time in marked(page)[2]} == {"1970-01-01T00:02:30.000"}


@pytest.mark.parametrize("wanted", ["abc", "", "nan", "inf", "-1", "200.5", "1; drop table"])
def test_a_moment_that_is_none_is_ignored_with_a_word(page_test: PageTest, two_sessions: Store, wanted: str) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    page.query_params["at"] = wanted
    page.run()
    assert not page.exception
    (warning,) = page.warning
    assert "There is no moment" in warning.value
    assert "from 0 to 200" in warning.value
    assert not any(marked(page))


def test_a_moment_goes_with_its_session(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    page.query_params["at"] = "15"
    page.run()
    page.selectbox(key="chosen_session").select(2).run()
    assert not any(marked(page))
    assert "at" not in page.query_params
    assert not page.warning


def test_an_address_opens_its_source(page_test: PageTest, two_sessions: Store) -> None:
    camera = two_sessions.sources(1)[1]
    page = page_test("session")
    page.query_params["session"] = "1"
    page.query_params["source"] = str(camera.id)
    page.run()
    assert not page.exception
    assert not page.warning
    assert page.selectbox(key="source_of_1").value == camera.id
    first = two_sessions.sources(1)[0]
    page.selectbox(key="source_of_1").select(first.id).run()
    assert page.selectbox(key="source_of_1").value == first.id


def test_an_address_of_no_source_says_so(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session")
    page.query_params["session"] = "1"
    page.query_params["source"] = str(two_sessions.sources(2)[0].id)
    page.run()
    assert not page.exception
    assert "There is no source" in page.warning[0].value


def test_a_failed_session_without_anything_tells_why(page_test: PageTest, store: Store) -> None:
    recorder = Recorder(store, name="bad", every_seconds=0.5, window_seconds=5, labels={"mood": ["glad", "sad"]})
    recorder.add_source("text.mp4", "file")
    recorder.finish("failed", error="text.mp4 is not a video [really]")
    page = page_test("session").run()
    assert not page.exception
    assert "\\[really\\]" in page.error[0].value
    assert "observed nothing" in page.info[0].value


def test_a_running_session_can_be_opened(page_test: PageTest, store: Store) -> None:
    MadeUpSession(store).play(3)
    page = page_test("session").run()
    assert not page.exception
    assert "still running" in page.info[0].value


def test_a_damaged_store_is_one_sentence(page_test: PageTest, store_path: Path) -> None:
    store_path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    page = page_test("session").run()
    assert not page.exception
    assert len(page.error) == 1


def test_a_switch_shows_the_raw_scores_of_a_session_with_adjustments(page_test: PageTest, store: Store) -> None:
    made_up = MadeUpSession(store, half_life_seconds=2.0, calibrate_seconds=10.0)
    made_up.play(100)
    session = made_up.end()
    labels = session.labels["face-fusion"]
    page = page_test("session").run()
    assert not page.exception
    words = "Smoothed, half-life 2 s; calibrated on each person's first 10 s; raw scores in the export"
    both = f"face-fusion: {words} · scene-sentiment: Smoothed, half-life 2 s; raw scores in the export"
    assert both in [caption.value for caption in page.caption]
    page.pills(key="analyzers_of_1").set_value(["face-fusion"]).run()
    assert words in [caption.value for caption in page.caption]
    windows = Shown(store).windows(session, "face-fusion", source_id=made_up.file)
    expected = windows[labels].sum() / windows["samples"].sum()
    assert list(plots(page)[0].data[0].x) == pytest.approx(expected.tolist())
    first = windows[windows["subject"] == 1]
    assert f'title="neutral {first["neutral"].sum() / first["samples"].sum():.0%}"' in html(page)
    page.toggle(key="raw_of_1").set_value(True).run()
    assert not page.exception
    assert words not in [caption.value for caption in page.caption]
    totals = store.totals(session, "face-fusion", source_id=made_up.file)
    raw = totals[labels].sum() / totals["samples"].sum()
    assert list(plots(page)[0].data[0].x) == pytest.approx(raw.tolist(), abs=1e-5)
    assert raw["neutral"] < 0.5 < expected["neutral"]


def test_a_session_shown_raw_has_no_switch(page_test: PageTest, two_sessions: Store) -> None:
    page = page_test("session").run()
    assert not page.toggle


def test_a_recording_whose_file_is_gone_says_so_and_one_that_is_there_is_played(
    page_test: PageTest, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "talk.mp4"
    file.write_bytes(b"not looked into")
    made_up = MadeUpSession(store, file_name=str(file))
    made_up.play(10)
    made_up.end()
    page = page_test("session").run()
    (player,) = mounted(page, "monitor_player")
    assert (player["video"], player["at"], player["everySeconds"]) == ("/recordings/1/1", None, 0.5)
    file.unlink()
    page.run()
    assert not page.exception
    assert not mounted(page, "monitor_player")
    assert any("there is no file" in caption.value for caption in page.caption)
    page.selectbox(key="source_of_1").select(made_up.camera).run()
    assert not any("cannot be played" in caption.value for caption in page.caption)
