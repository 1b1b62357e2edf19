"""The report as text; tests/dashboards/test_browser.py opens it in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plotly.offline import get_plotlyjs

from monitor.errors import MonitorError
from monitor.readout.shown import Shown
from monitor.sample import Frame, Observation, Sample
from monitor.store import Recorder, Session, Store
from monitor.store.events import Event, add_events, undo
from monitor.views.report import report_html, write_report
from tests.made_up_session import MadeUpSession


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Session]]:
    with Store(tmp_path_factory.mktemp("store") / "made-up.db", create=True) as store:
        made_up = MadeUpSession(store, name="<script>alert('name')</script>", file_name="a</script><b>.mp4")
        made_up.play(65)
        yield store, made_up.end()


@pytest.fixture(scope="module")
def text(recorded: tuple[Store, Session]) -> str:
    """The report without plotly's own code."""
    html = report_html(*recorded)
    assert html.count(get_plotlyjs()) == 1
    return html.replace(get_plotlyjs(), "")


def test_nothing_is_loaded_from_elsewhere(text: str) -> None:
    assert "http://" not in text
    assert "https://" not in text
    assert not re.findall(r'src="(?!data:)', text)
    assert "@import" not in text


def test_names_from_outside_are_text_and_never_markup(text: str) -> None:
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#39;name&#39;)&lt;/script&gt;" in text
    assert "a&lt;/script&gt;&lt;b&gt;.mp4" in text
    assert "ValueError: &lt;made-up&gt; fault &amp; all" in text
    assert text.count("</script>") == 2


def test_the_report_tells_what_was_seen(recorded: tuple[Store, Session], text: str) -> None:
    store, session = recorded
    for words in ("finished", "one sample every 0.5 s", "face-fusion, scene-sentiment", "no frame for 20 s", "0:30"):
        assert words in text
    assert "45 (3 decoder error, 42 newer frame came)" in text
    assert text.count("data:image/jpeg;base64,") == 3
    totals = store.totals(session, "face-fusion", source_id=store.sources(session.id)[0].id)
    first = totals[totals["subject"] == 1].iloc[0]
    assert (
        f"<td>Person 1</td><td>{first['samples']}</td><td>100 %</td><td>{first['neutral'] / first['samples']:.1%}</td>"
        in text
    )


def test_the_report_says_how_to_read_it_and_that_an_expression_is_not_a_feeling(text: str) -> None:
    assert "How to read shares" in text
    assert "An expression is not a feeling" in text


def test_a_session_shown_raw_has_no_word_of_adjustments(text: str) -> None:
    assert "raw scores" not in text


def test_adjustments_are_in_the_tables_and_named(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    session = replace(session, half_life_seconds=2.0, calibrate_seconds=10.0)
    adjusted = report_html(store, session)
    words = "Smoothed, half-life 2 s; calibrated on each person&#39;s first 10 s; raw scores in the export"
    assert adjusted.count(words) == 2  # two sources; scenes have no neutral to be calibrated on
    assert adjusted.count("Smoothed, half-life 2 s; raw scores in the export") == 2
    windows = Shown(store).windows(session, "face-fusion", source_id=store.sources(session.id)[0].id)
    first = windows[windows["subject"] == 1].sum(numeric_only=True)
    neutral = first["neutral"] / first["samples"]
    row = f"<td>Person 1</td><td>{first['samples']:.0f}</td><td>100 %</td><td>{neutral:.1%}</td>"
    assert row in adjusted


def test_every_plot_has_its_place(text: str) -> None:
    # per source: one timeline of all analyzers, a bar for each, and a plot for each person
    assert re.findall(r'id="plot-(\d+)"', text) == [str(number) for number in range(2 * 3 + 3)]


def test_all_analyzers_of_a_source_stand_on_one_timeline_before_the_details(text: str) -> None:
    source = text[text.index("<h2>a&lt;/script") : text.index("<h2>rtsp")]
    order = ("<h3>Over time</h3>", "<h3><b>Faces</b> · face-fusion</h3>", "<h3><b>Scene</b> · scene-sentiment</h3>")
    places = [source.index(words) for words in (*order, "<h3>Stream health</h3>")]
    assert places == sorted(places)
    figures = json.loads(re.search(r"const figures = (\[.*\]);\n", text).group(1).replace("<\\/", "</"))  # type: ignore[union-attr]
    first = figures[int(re.search(r'id="plot-(\d+)"', source).group(1))]  # type: ignore[union-attr]
    assert {trace.get("xaxis", "x") for trace in first["data"]} == {"x"}
    assert {trace["yaxis"] for trace in first["data"]} == {"y", "y2"}
    assert first["layout"]["xaxis"]["range"] == ["1970-01-01T00:00:00.000", "1970-01-01T00:01:05.000"]
    assert "A scene is the whole picture" in text


def test_a_recording_without_people_has_a_report_without_them(tmp_path: Path) -> None:
    with Store(tmp_path / "sea.db", create=True) as store:
        labels = {"scene-sentiment": ["positive", "negative"]}
        recorder = Recorder(store, name="sea", every_seconds=1, window_seconds=5, labels=labels)
        source = recorder.add_source("sea.mp4", "file")
        scores = {"positive": 0.75, "negative": 0.25}
        for number in range(8):
            frame = Frame(np.zeros((2, 2, 3), np.uint8), number, 1, number, source_name="sea.mp4")
            recorder.add_sample(source, Sample(frame), faces_looked_for=False)
            seen = [Observation("scene-sentiment", 1, number, None, scores)]
            recorder.add_observations(source, number, seen)
        recorder.finish("finished")
        html = report_html(store, store.session("latest")).replace(get_plotlyjs(), "")
    assert "<td>All</td><td>8</td><td>100 %</td><td>75.0%</td><td>25.0%</td>" in html
    assert "A scene is the whole picture" in html
    body = html[html.index("<body>") :]
    assert not re.findall(r"(?i)person|people seen|nobody|faces? found|no face|expression", body)


def test_a_session_that_saw_nothing_still_has_a_report(tmp_path: Path) -> None:
    with Store(tmp_path / "empty.db", create=True) as store:
        recorder = Recorder(store, name="e", every_seconds=1, window_seconds=5, labels={"mood": ["glad", "sad"]})
        recorder.add_source("dark.mp4", "file")
        recorder.finish("failed", error="dark.mp4: no video in it")
        html = report_html(store, store.session("latest"))
    assert "Nothing was observed in 0 samples" in html
    assert "dark.mp4: no video in it" in html


def test_a_place_that_cannot_be_written_is_named(recorded: tuple[Store, Session], tmp_path: Path) -> None:
    with pytest.raises(MonitorError, match=r"nowhere/r\.html cannot be written"):
        write_report(*recorded, tmp_path / "nowhere" / "r.html")


def test_a_light_report_loads_plotly_from_beside_it_and_is_else_the_same(
    recorded: tuple[Store, Session], text: str, tmp_path: Path
) -> None:
    script = write_report(*recorded, tmp_path / "r.html", light=True)
    assert script is not None
    assert script.parent == tmp_path
    assert script.read_text() == get_plotlyjs()
    light = (tmp_path / "r.html").read_text()
    assert len(light) < 300_000
    assert light.replace(f'<script src="{script.name}"></script>', "<script></script>") == text
    assert write_report(*recorded, tmp_path / "whole.html") is None


def test_a_short_recording_says_in_which_windows_it_is_shown(tmp_path: Path) -> None:
    with Store(tmp_path / "short.db", create=True) as store:
        made_up = MadeUpSession(store)
        made_up.play(6)
        html = report_html(store, made_up.end(), script="plotly.js")
    assert html.count("shown in windows of 0.5 s; exports have those of 5 s.") == 2
    figures = json.loads(re.search(r"const figures = (\[.*\]);\n", html).group(1).replace("<\\/", "</"))  # type: ignore[union-attr]
    assert len([x for x in figures[2]["data"][0]["x"] if x]) == 12  # the line of one person


def test_events_are_drawn_and_listed_and_what_is_excluded_is_said(recorded: tuple[Store, Session]) -> None:
    store, session = recorded
    add_events(
        store,
        [
            Event(1, "interval", 10.0, 25.0, "<war>", "topics", made_by="Ann"),
            Event(1, "exclude", 40.0, 52.0, "advertising"),
            Event(1, "moment", 30.0, label="a shot", tier="shots", author="machine", made_by="shot changes"),
        ],
    )
    html, totals = report_html(store, session, script="plotly.js"), store.totals(session, "face-fusion", source_id=1)
    undo(store, 1)
    assert html.count("12 s excluded: it counts in no share, plot or table here.") == 2
    assert html.count("<h3>Events</h3>") == 2
    assert "<war>" not in html
    assert "<td>&lt;war&gt;</td>" in html
    assert "advertising (excluded)" in html
    assert "One more event was found automatically; the plot shows it." in html
    assert "<td>shots</td>" not in html
    assert f"<td>{totals['samples'].sum():,}</td>" in html


def test_only_those_seen_most_are_listed(recorded: tuple[Store, Session], monkeypatch: pytest.MonkeyPatch) -> None:
    store, session = recorded
    monkeypatch.setattr("monitor.views.report.MOST_LISTED", 1)
    html = report_html(store, session, script="plotly.js")
    people = store.people(session, source_id=store.sources(session.id)[0].id)
    most = people.sort_values("samples").iloc[-1]
    assert len(people) == 2
    assert store.people(session, source_id=int(most["source_id"]), most_seen=1)["subject"].tolist() == [most["subject"]]
    assert html.count("1 more person seen more briefly; exports have all.") == 1
    assert html.count("data:image/jpeg;base64,") == 2
