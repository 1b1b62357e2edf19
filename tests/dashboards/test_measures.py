"""Measures on the live page and the session page, and people in pages, run by Streamlit's own test harness."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from monitor.sample import Face, Frame, Observation, Sample
from monitor.store import Recorder, Store
from tests.dashboards.drawn import plots
from tests.made_up_session import HEADS, MadeUpSession

PageTest = Callable[[str], AppTest]


def html(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


@pytest.mark.parametrize("name", ["live", "session"])
def test_measures_have_plots_of_their_own_under_the_shares(page_test: PageTest, store: Store, name: str) -> None:
    made_up = MadeUpSession(store, with_measures=True)
    made_up.play(60)
    page = page_test(name).run()
    assert not page.exception
    assert any("Measures" in heading.value for heading in page.subheader)
    drawn = [figure for figure in plots(page) if figure.layout.yaxis.title.text == "degrees"]
    assert len(drawn) == 2  # of three measures, the first two
    session = store.session("latest")
    source = store.sources(session.id)[0]
    raw = store.observations(session, analyzer=HEADS, source_id=source.id)
    first = raw[raw["seconds"] < 5.0]
    line = drawn[0].data[-1]
    assert line.y[0] == pytest.approx(first["head_yaw"].mean(), rel=1e-6)
    if name == "session":
        assert "Measures of each subject" in "".join(heading.value for heading in page.subheader)
        assert "face height (pixels)" in html(page)
        values = raw[raw["subject"] == 2]["head_pitch"].dropna()
        assert f"{values.mean():.3g} ± {values.std():.3g}" in html(page)


def test_a_session_of_measures_alone_has_no_shares(page_test: PageTest, store: Store) -> None:
    from tests.made_up_session import MEASURES

    recorder = Recorder(
        store, name="m", every_seconds=1, window_seconds=5, labels={HEADS: ()}, measures={HEADS: MEASURES}
    )
    source = recorder.add_source("clip.mp4", "file")
    for number in range(80):  # long enough for windows of five seconds
        seen = Observation(HEADS, 1, float(number), None, measures={"head_yaw": float(number)})
        recorder.add_observations(source, number, [seen])
    recorder.update_source(source, state="finished", seconds=79.0, frames_sampled=80)
    recorder.finish("finished")
    for name in ("live", "session"):
        page = page_test(name).run()
        assert not page.exception
        assert not any("Shares" in heading.value for heading in page.subheader)
        (figure,) = [figure for figure in plots(page) if figure.layout.yaxis.title.text == "degrees"]
        assert [y for y in figure.data[-1].y if y is not None] == [5.0 * window + 2.0 for window in range(16)]


def test_a_crowd_is_shown_in_pages(page_test: PageTest, store: Store) -> None:
    recorder = Recorder(store, name="crowd", every_seconds=1, window_seconds=5, labels={"mood": ["glad", "sad"]})
    source = recorder.add_source("door.mp4", "file")
    picture = np.zeros((8, 8, 3), np.uint8)
    for number in range(120):
        face = Face((0.1, 0.1, 0.9, 0.9), 0.9, None, number + 1)
        recorder.add_sample(source, Sample(Frame(picture, float(number), 1, number), (face,)), faces_looked_for=True)
        seen = Observation("mood", 1, float(number), number + 1, {"glad": 0.5, "sad": 0.5})
        recorder.add_observations(source, number, [seen])
    recorder.update_source(source, state="finished", seconds=119.0, frames_sampled=120)
    recorder.finish("finished")
    page = page_test("session").run()
    assert not page.exception
    table = html(page)
    assert table.count('alt="Person ') == 50
    assert 'alt="Person 1"' in table
    session = store.session("crowd")
    assert store.count_people(session) == 120
    assert store.people(session, most=50, skip=100)["subject"].tolist() == list(range(101, 121))
    there = store.people(session, source_id=source, start_seconds=40.0, end_seconds=43.0)
    assert there["subject"].tolist() == [41, 42, 43]
