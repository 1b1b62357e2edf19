"""The live page, run by Streamlit's own test harness."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor.quality import Gate
from monitor.readout.shown import Shown
from monitor.sample import Observation
from monitor.store import Session, Store, tables
from tests.dashboards.drawn import plots
from tests.made_up_session import FACE_LABELS, MadeUpSession

PageTest = Callable[[str], AppTest]


def html(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def captions(page: AppTest) -> str:
    return "\n".join(caption.value for caption in page.caption)


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_a_missing_store_is_a_plain_sentence_with_what_to_type(page_test: PageTest, store_path: Path) -> None:
    page = page_test("live").run()
    assert not page.exception
    (info,) = page.info
    assert str(store_path.name) in info.value.replace("\\", "")
    assert "monitor run VIDEO" in info.value


def test_a_store_without_sessions_says_what_to_type(page_test: PageTest, store: Store) -> None:
    page = page_test("live").run()
    assert not page.exception
    assert "monitor run VIDEO" in page.info[0].value


def test_a_file_that_is_no_store_is_one_plain_sentence(page_test: PageTest, store_path: Path) -> None:
    store_path.write_text("this is not a database")
    page = page_test("live").run()
    assert not page.exception
    (error,) = page.error
    assert "file is not a database" in error.value


def test_a_store_that_appears_later_is_picked_up(page_test: PageTest, store_path: Path) -> None:
    page = page_test("live").run()
    assert page.info
    with Store(store_path, create=True) as store:
        MadeUpSession(store, name="at last").play(20)
        page.run()
    assert not page.info
    assert any("at last" in caption.value for caption in page.caption)


def test_a_running_session_is_drawn_whole(page_test: PageTest, store: Store) -> None:
    made_up = MadeUpSession(store, name="meeting")
    made_up.play(100)
    page = page_test("live").run()
    assert not page.exception
    bar, scene_bar, area, lines = plots(page)
    session = store.session("latest")
    newest = store.windows(session, "face-fusion", source_id=made_up.file, start_seconds=94.5)
    assert newest["start_seconds"].unique().tolist() == [90.0, 95.0]
    expected = newest["happiness"].sum() / newest["samples"].sum()
    assert bar.data[0].x[1] == pytest.approx(expected)
    newest = store.windows(session, "scene-sentiment", source_id=made_up.file, start_seconds=94.5)
    assert scene_bar.data[0].x[0] == pytest.approx(newest["positive"].sum() / newest["samples"].sum())
    lanes = [(trace.name, trace.yaxis) for trace in area.data if trace.name]
    assert lanes == [
        (label, axis) for axis, own in zip(("y", "y2"), session.labels.values(), strict=True) for label in own
    ]
    assert len(lines.data) == 9
    text = html(page)
    assert text.count("<tr>") == 3
    assert "data:image/jpeg;base64," in text
    assert metrics(page)["Samples"] == "200"
    assert metrics(page)["Speed"] == "9.4 x"


def test_faces_that_were_seen_badly_count_when_asked_to(page_test: PageTest, store: Store) -> None:
    MadeUpSession(store).play(20)
    session, none = store.session("latest"), [0.0] * len(FACE_LABELS)
    badly = tables.windows.update().where(tables.windows.c.analyzer == "face-fusion")
    with store.engine.begin() as connection:
        connection.execute(tables.sessions.update().values(quality=asdict(Gate(smallest_face=24))))
        connection.execute(badly.values(counted=0, counted_sums=none))
    page = page_test("live").run()
    switch = page.toggle(key=f"all_samples_of_{session.id}")
    assert not switch.value
    in_all = replace(session, all_samples=True)
    everything = store.windows(in_all, "face-fusion", source_id=1, start_seconds=10.0)
    expected = everything["happiness"].sum() / everything["samples"].sum()
    assert plots(page)[0].data[0].x[1] != pytest.approx(expected)
    page = switch.set_value(True).run()
    assert not page.exception
    assert "Faces that are seen badly count too." in captions(page)
    assert plots(page)[0].data[0].x[1] == pytest.approx(expected)


def test_an_analyzer_that_holds_the_run_up_is_named(page_test: PageTest, store: Store) -> None:
    made_up = MadeUpSession(store)
    made_up.recorder.set_stages_ms({"faces": 12.0, "smile": 1003.2})
    made_up.play(20)
    page = page_test("live").run()
    assert any("smile is the slowest step with 1,003 ms for each sample" in caption.value for caption in page.caption)


def test_choosing_a_source_shows_its_gaps_drops_lag_and_faults(page_test: PageTest, store: Store) -> None:
    made_up = MadeUpSession(store)
    made_up.play(60)
    page = page_test("live").run()
    page.selectbox(key="live_source").select(made_up.camera).run()
    assert not page.exception
    shown = metrics(page)
    assert shown["Behind live"] == "0.31 s"
    assert shown["Dropped frames"] == "45"
    assert (shown["Gaps"], shown["Faults"]) == ("1", "1")
    area = plots(page)[2]
    assert [gap.yref for gap in area.layout.shapes] == ["y domain", "y2 domain"]
    ends = {(gap.x0, gap.x1) for gap in area.layout.shapes}
    assert ends == {("1970-01-01T00:00:30.000", "1970-01-01T00:00:45.000")}
    text = html(page)
    assert "no frame for 20 s" in text
    assert "ValueError: &lt;made-up&gt; fault &amp; all" in text


def test_choosing_a_person_draws_that_person(page_test: PageTest, store: Store) -> None:
    made_up = MadeUpSession(store)
    made_up.play(60)
    page = page_test("live").run()
    everybody = plots(page)[3].data[0].y
    page.selectbox(key=f"live_subject_{made_up.file}_face-fusion").select(2).run()
    assert not page.exception
    chosen = plots(page)[3]
    assert chosen.data[0].y != everybody
    assert chosen.data[0].x[0] == "1970-01-01T00:00:32.500"


def test_what_was_seen_of_faces_and_of_the_scene_stands_beside_each_other(page_test: PageTest, store: Store) -> None:
    MadeUpSession(store).play(40)
    page = page_test("live").run()
    assert page.pills(key="live_analyzers_of_1").value == ["face-fusion", "scene-sentiment"]
    titles = re.findall(r'<div class="title">(.*?)</div>', html(page))
    assert titles == ["<b>Faces</b> · face-fusion", "<b>Scene</b> · scene-sentiment"]
    assert re.findall(r'class="detail">(.*?)<', html(page)) == [
        "0:30 \N{EN DASH} 0:39 · 40 samples · 2 people",
        "0:30 \N{EN DASH} 0:39 · 20 samples",
    ]


def test_faces_alone_are_shown_without_a_trace_of_the_scene(page_test: PageTest, store: Store) -> None:
    MadeUpSession(store).play(30)
    page = page_test("live").run()
    page.pills(key="live_analyzers_of_1").set_value(["face-fusion"]).run()
    assert not page.exception
    _, area, lines = plots(page)
    assert len(area.data) == len(lines.data) == 9
    assert 'class="title"' not in html(page)
    page.pills(key="live_analyzers_of_1").set_value([]).run()  # none is all
    assert not page.exception
    assert len(plots(page)) == 4


def test_an_analyzer_of_the_whole_frame_has_no_people(page_test: PageTest, store: Store) -> None:
    MadeUpSession(store).play(30)
    page = page_test("live").run()
    page.pills(key="live_analyzers_of_1").set_value(["scene-sentiment"]).run()
    assert not page.exception
    assert len(plots(page)[0].data[0].y) == 2
    assert [header.value for header in page.subheader] == ["Shares over time", "Whole frame", "Stream health"]


def test_a_recording_without_people_speaks_of_none(page_test: PageTest, store: Store, whole_frames: Session) -> None:
    page = page_test("live").run()
    assert not page.exception
    assert not page.pills
    assert len(plots(page)) == 3
    said = html(page) + " ".join(str(element.value) for element in [*page.caption, *page.subheader, *page.info])
    assert not re.search(r"(?i)person|people|nobody|face", said)


def test_faces_keep_their_lane_while_nobody_is_there(page_test: PageTest, store: Store) -> None:
    made_up = MadeUpSession(store)
    made_up.play(20)
    made_up.recorder.update_source(made_up.file, seconds=300.0)
    scene = Observation("scene-sentiment", 1, 300.0, None, {"positive": 0.5, "negative": 0.5})
    made_up.recorder.add_observations(made_up.file, 600, [scene])
    made_up.recorder.flush(force=True)
    page = page_test("live").run()
    assert not page.exception
    assert "Nobody seen" in html(page)
    _, area = plots(page)
    assert [note.text for note in area.layout.annotations] == ["nobody seen"]
    assert area.layout.legend2.title.text == "<b>Faces</b> · face-fusion"
    assert html(page).count("data:image/jpeg;base64,") == 1


def test_a_reconnecting_source_says_so(page_test: PageTest, store: Store) -> None:
    made_up = MadeUpSession(store)
    made_up.play(20)
    made_up.recorder.open_gap(made_up.camera, 20.0, "connection_lost [x](http://e.g)")
    made_up.recorder.update_source(made_up.camera, state="reconnecting")
    made_up.recorder.flush(force=True)
    page = page_test("live").run()
    page.selectbox(key="live_source").select(made_up.camera).run()
    (warning,) = page.warning
    assert "Reconnecting" in warning.value
    assert "\\[x\\]" in warning.value  # a message of others is text, not a link


def test_following_the_newest_picks_up_a_new_session(page_test: PageTest, store: Store) -> None:
    first = MadeUpSession(store, name="first")
    first.play(20)
    page = page_test("live").run()
    assert any("first" in caption.value for caption in page.caption)
    first.end()
    page.run()
    assert "Session 1 is finished" in html(page)
    assert 'href="session?session=1"' in html(page)
    MadeUpSession(store, name="second").play(10)
    page.run()
    assert not page.exception
    assert any("second" in caption.value for caption in page.caption)


def test_a_chosen_session_stays_chosen(page_test: PageTest, store: Store) -> None:
    MadeUpSession(store, name="first").play(20)
    page = page_test("live").run()
    page.selectbox(key="live_session").select(1).run()
    MadeUpSession(store, name="second").play(10)
    page.run()
    assert any("first" in caption.value for caption in page.caption)


def test_a_session_that_just_began_is_not_an_error(page_test: PageTest, store: Store) -> None:
    MadeUpSession(store)
    page = page_test("live").run()
    assert not page.exception
    assert "No frame of this source was analysed yet" in page.info[0].value


def test_the_timeline_reaches_back_as_far_as_asked(page_test: PageTest, store: Store) -> None:
    MadeUpSession(store).play(300)
    page = page_test("live").run()
    assert list(plots(page)[2].layout.xaxis.range) == ["1970-01-01T00:02:59.500", "1970-01-01T00:04:59.500"]
    page.segmented_control(key="live_reach").select("10 min").run()
    assert list(plots(page)[2].layout.xaxis.range) == ["1970-01-01T00:00:00.000", "1970-01-01T00:04:59.500"]


def test_a_session_with_adjustments_shows_them_and_says_so(page_test: PageTest, store: Store) -> None:
    made_up = MadeUpSession(store, half_life_seconds=2.0, calibrate_seconds=10.0)
    made_up.play(200)
    page = page_test("live").run()
    assert not page.exception
    words = "Smoothed, half-life 2 s; calibrated on each person's first 10 s; raw scores in the export"
    assert words in [caption.value for caption in page.caption]
    session = store.session("latest")
    labels = session.labels["face-fusion"]
    windows = Shown(store).windows(session, "face-fusion", source_id=made_up.file)
    assert "Smoothed, half-life 2 s; raw scores in the export" in [caption.value for caption in page.caption]
    bar, _, _, lines = plots(page)
    newest = windows[windows["end_seconds"] > 194.5]
    expected = newest[labels].sum() / newest["samples"].sum()
    assert list(bar.data[0].x) == pytest.approx(expected.tolist(), abs=1e-3)
    person = windows[(windows["subject"] == 1) & (windows["end_seconds"] > 79.5)]
    neutral = (person["neutral"] / person["samples"]).tolist()
    assert [y for y in lines.data[0].y if y is not None] == pytest.approx(neutral, abs=1e-3)
    # the table of people tells shares of the same stretch of time, and says which that is
    assert any("Shares since 1:19" in caption.value for caption in page.caption)
    assert f'title="neutral {person["neutral"].sum() / person["samples"].sum():.0%}"' in html(page)


def test_a_refresh_reads_no_raw_observations_of_people_it_knows(page_test: PageTest, store: Store) -> None:
    made_up = MadeUpSession(store, half_life_seconds=2.0, calibrate_seconds=10.0)
    made_up.play(100)
    page = page_test("live").run()
    with store.engine.begin() as connection:
        connection.execute(tables.observations.delete())
    before = [plot.data[0].y for plot in plots(page)]
    page.run()
    assert not page.exception
    assert [plot.data[0].y for plot in plots(page)] == before
