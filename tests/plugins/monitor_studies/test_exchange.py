"""Annotations of other programs: read as these write them, written as these read them, and mistakes named."""

from __future__ import annotations

import csv
import json

import pympi
import pytest
import webvtt
from praatio import textgrid
from praatio.data_classes.interval_tier import IntervalTier
from praatio.data_classes.point_tier import PointTier
from praatio.data_classes.textgrid import Textgrid

from monitor.errors import MonitorError
from monitor.store.events import Event, add_events, events
from monitor_studies.annotation_events import as_events
from monitor_studies.exchange import read_annotations, write_annotations
from monitor_studies.exchange.annotation import Annotation

ALL = [
    Annotation(1.25, 4.5, "question", "speech", "event 1"),
    Annotation(4.5, 9.0, "réponse", "speech", "event 2"),
    Annotation(2.0, None, "smile", "face", "event 3"),
    Annotation(20.0, 30.0, "advertising", "marks", "event 4", excluded=True),
]


def facts(annotations):
    return sorted(
        (each.tier, each.start_seconds, each.end_seconds or 0.0, each.label, each.excluded) for each in annotations
    )


@pytest.mark.parametrize("name", ["a.eaf", "a.TextGrid", "a.boris", "a.tsv", "a.csv"])
def test_times_tiers_and_labels_come_back(tmp_path, name):
    write_annotations(tmp_path / name, ALL)
    assert facts(read_annotations(tmp_path / name)) == facts(ALL)


@pytest.mark.parametrize("name", ["a.srt", "a.vtt"])
def test_subtitles_hold_one_tier(tmp_path, name):
    speech = ALL[:2]
    write_annotations(tmp_path / name, [*speech, Annotation(50.0, None, "end", "speech", "")])
    found = read_annotations(tmp_path / name)
    assert [(each.start_seconds, each.end_seconds, each.label) for each in found] == [
        (1.25, 4.5, "question"),
        (4.5, 9.0, "réponse"),
        (50.0, None, "end"),
    ]
    with pytest.raises(MonitorError, match="subtitles hold one tier"):
        write_annotations(tmp_path / name, ALL)


def test_what_pympi_writes_is_read_and_the_other_way_round(tmp_path):
    file = pympi.Eaf()
    file.add_linguistic_type("refers", constraints="Symbolic_Association", timealignable=False)
    file.add_tier("words")
    file.add_tier("meaning", ling="refers", parent="words")
    file.add_annotation("words", 1000, 1500, "hello")
    file.add_ref_annotation("meaning", "words", 1200, "greeting")
    file.to_file(str(tmp_path / "a.eaf"))
    assert facts(read_annotations(tmp_path / "a.eaf")) == [
        ("meaning", 1.0, 1.5, "greeting", False),
        ("words", 1.0, 1.5, "hello", False),
    ]
    write_annotations(tmp_path / "b.eaf", ALL)
    again = pympi.Eaf(str(tmp_path / "b.eaf"), suppress_version_warning=True)
    assert sorted(again.get_annotation_data_for_tier("speech")) == [(1250, 4500, "question"), (4500, 9000, "réponse")]


def test_what_praatio_writes_is_read_and_the_other_way_round(tmp_path):
    grid = Textgrid()
    grid.addTier(IntervalTier("words", [(0.5, 1.0, 'he said "no"'), (1.0, 2.0, "")], 0, 3))
    grid.addTier(PointTier("clicks", [(0.7, "click")], 0, 3))
    for format in ("short_textgrid", "long_textgrid"):
        grid.save(str(tmp_path / "a.TextGrid"), format=format, includeBlankSpaces=True)
        assert facts(read_annotations(tmp_path / "a.TextGrid")) == [
            ("clicks", 0.7, 0.0, "click", False),
            ("words", 0.5, 1.0, 'he said "no"', False),
        ]
    write_annotations(tmp_path / "b.TextGrid", ALL)
    again = textgrid.openTextgrid(str(tmp_path / "b.TextGrid"), includeEmptyIntervals=False)
    assert set(again.tierNames) == {"speech", "face", "marks (excluded)"}
    with pytest.raises(MonitorError, match="no overlapping intervals"):
        write_annotations(tmp_path / "c.TextGrid", [*ALL, Annotation(3.0, 5.0, "over", "speech", "")])


def test_what_webvtt_writes_is_read(tmp_path):
    cues = webvtt.WebVTT()
    cues.captions.append(webvtt.Caption("01:00:01.500", "01:00:03.000", "two\nlines"))
    cues.save(str(tmp_path / "a.vtt"))
    cues.save_as_srt(str(tmp_path / "a.srt"))
    for name in ("a.vtt", "a.srt"):
        [found] = read_annotations(tmp_path / name)
        assert (found.start_seconds, found.end_seconds, found.label) == (3601.5, 3603.0, "two lines")


def test_tables_of_boris_old_and_new(tmp_path):
    new = "Observation id,Media duration (s),Subject,Behavior,Behavioral category,Behavior type,Time,Comment\n"
    rows = ["o,60,Ann,laugh,,START,1.5,loud", "o,60,Ann,nod,,POINT,2,", "o,60,,laugh,,START,2,", "o,60,,laugh,,STOP,3,"]
    (tmp_path / "new.csv").write_text(new + "\n".join([*rows, "o,60,Ann,laugh,,STOP,4.25,"]) + "\n")
    found = read_annotations(tmp_path / "new.csv")
    assert facts(found) == [
        ("Ann", 1.5, 4.25, "laugh", False),
        ("Ann", 2.0, 0.0, "nod", False),
        ("No focal subject", 2.0, 3.0, "laugh", False),
    ]
    assert {each.note for each in found} == {"loud", ""}
    old = "Observation id\tfirst\n\nMedia file(s)\nPlayer #1\tx.mp4\n\n"
    old += "Time\tMedia file path\tSubject\tBehavior\tComment\tStatus\n"
    (tmp_path / "old.tsv").write_text(old + "1.0\tx.mp4\tAnn\tlaugh\t\tSTART\n2.0\tx.mp4\tAnn\tlaugh\t\tSTOP\n")
    assert facts(read_annotations(tmp_path / "old.tsv")) == [("Ann", 1.0, 2.0, "laugh", False)]


def test_a_project_of_boris(tmp_path):
    project = {
        "project_format_version": "7.0",
        "behaviors_conf": {
            "0": {"type": "State event", "code": "laugh"},
            "1": {"type": "Point event with coding map", "code": "nod"},
        },
        "observations": {
            "o": {
                "events": [[4.0, "Ann", "laugh", "", ""], [1.0, "Ann", "laugh", "", ""], [2.0, "", "nod", "", "x", 50]]
            }
        },
    }
    project["observations"]["o"]["events"].sort()
    (tmp_path / "a.boris").write_text(json.dumps(project))
    assert facts(read_annotations(tmp_path / "a.boris")) == [
        ("Ann", 1.0, 4.0, "laugh", False),
        ("No focal subject", 2.0, 0.0, "nod", False),
    ]
    project["observations"]["other"] = {"events": []}
    (tmp_path / "a.boris").write_text(json.dumps(project))
    with pytest.raises(MonitorError, match="holds 2 observations"):
        read_annotations(tmp_path / "a.boris")


def eaf(slots, *tiers):
    """An ELAN file with time slots (name -> milliseconds or None) and tiers (name, (start, end, label)...)."""
    values = {name: "" if at is None else f'TIME_VALUE="{at}"' for name, at in slots.items()}
    times = "".join(f'<TIME_SLOT TIME_SLOT_ID="{name}" {value}/>' for name, value in values.items())
    rows = "".join(
        f'<TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="{name}">'
        + "".join(
            f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{n}" TIME_SLOT_REF1="{start}" TIME_SLOT_REF2="{end}">'
            f"<ANNOTATION_VALUE>{label}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
            for n, (start, end, label) in enumerate(own)
        )
        + "</TIER>"
        for name, *own in tiers
    )
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="EAFv3.0.xsd"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT {schema} FORMAT="3.0" VERSION="3.0">'
        f"<TIME_ORDER>{times}</TIME_ORDER>{rows}</ANNOTATION_DOCUMENT>"
    )


def textgrid_of(*tiers):
    """A TextGrid in the short format, with tiers (name, (start, end, label)...)."""
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", "300", "<exists>", len(tiers)]
    for name, *own in tiers:
        lines += ['"IntervalTier"', f'"{name}"', "0", "300", len(own)]
        lines += [each for start, end, label in own for each in (start, end, f'"{label}"')]
    return "\n".join(map(str, lines)) + "\n"


def test_a_stretch_that_elan_divides_is_divided_evenly(tmp_path):
    slots = {"ts1": 1000, "ts2": None, "ts3": None, "ts4": 2500}
    parts = [("ts1", "ts2", "in"), ("ts2", "ts3", "the"), ("ts3", "ts4", "end")]
    (tmp_path / "a.eaf").write_text(eaf(slots, ("speech", ("ts1", "ts4", "in the end")), ("words", *parts)))
    assert facts(read_annotations(tmp_path / "a.eaf")) == [
        ("speech", 1.0, 2.5, "in the end", False),
        ("words", 1.0, 1.5, "in", False),
        ("words", 1.5, 2.0, "the", False),
        ("words", 2.0, 2.5, "end", False),
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.boris"])
def test_notes_of_several_lines_come_back(tmp_path, name):
    write_annotations(tmp_path / name, [Annotation(1.0, 2.0, 'a "b", c', "t", "", note="two\nlines")])
    [found] = read_annotations(tmp_path / name)
    assert (found.label, found.note) == ('a "b", c', "two\nlines")


HEAD = "Subject,Behavior,Behavior type,Time\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", HEAD + "Ann,laugh,START,1\n", "line 2: 'laugh' of Ann never stops"),
        ("a.csv", HEAD + "Ann,laugh,STOP,1\n", "line 2: 'laugh' of Ann stops without having started"),
        ("a.csv", HEAD + "Ann,laugh,START,1\nAnn,laugh,START,2\n", "line 3: 'laugh' starts again"),
        ("a.csv", HEAD + "Ann,laugh,BEGIN,1\n", "line 2: 'BEGIN' is not START, STOP or POINT"),
        ("a.csv", HEAD + "Ann,laugh,POINT,soon\n", "line 2: 'soon' is not a time"),
        ("a.csv", "label,start_seconds\nx,1\ny,two\n", "line 3: 'two' is not a time"),
        ("a.csv", "label,start\nx,1\n", "line 1: no column 'start_seconds'"),
        ("a.csv", "label,start_seconds,teir\nx,1,a\n", "did you mean 'tier'?"),
        ("a.csv", "label,start_seconds,kind\nx,1,exclude\n", "line 2: kind 'exclude' does not fit"),
        ("a.csv", "label,start_seconds\nx\n", "line 2: not as many values"),
        ("a.csv", b"label,start_seconds\nx,1\n\xff\xfe,2\n", "line 3: not UTF-8"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:xx\nhello\n", "line 2: '00:00:xx' is not a time"),
        ("a.vtt", "00:01.000 --> 00:02.000\nhello\n", "not subtitles"),
        ("a.TextGrid", "no grid\n", "not a TextGrid"),
        ("a.eaf", "<a>\n<b>\n</a>", "line 3: not an ELAN file"),
        ("a.eaf", "<HTML></HTML>", "not an ELAN file, but <HTML>"),
        ("a.eaf", eaf({}, ("a",), ("a",)), "two tiers are called 'a'"),
        ("a.eaf", eaf({"ts1": -5}), "time slot ts1 is at -5 ms"),
        (
            "a.eaf",
            eaf({"ts1": 5, "ts2": None}, ("a", ("ts1", "ts2", "x"))),
            "annotation a0 of tier 'a', 'x', never ends",
        ),
        ("a.eaf", eaf({"ts1": None, "ts2": 5}, ("a", ("ts1", "ts2", "x"))), "'x', has no start"),
        ("a.eaf", eaf({"ts1": 5}, ("a", ("ts1", "ts2", "x"))), "not a whole ELAN file: 'ts2' is missing"),
        ("a.TextGrid", textgrid_of(("a", (0, 1, "x")), ("a", (0, 1, "y"))), "two tiers are called 'a'"),
        ("a.TextGrid", textgrid_of(("a", (0, 2, "x"), (1, 3, "y"))), "overlap in time"),
        ("a.TextGrid", textgrid_of(("a", (-1, 2, '-3\n-4" "'))), "line 13: '-1' is not a time"),
        ("a.TextGrid", textgrid_of(("a", (0, "inf", "x"))), "line 14: 'inf' is not a time"),
        ("a.TextGrid", textgrid_of(("a", (2, 1, "x"))), "cannot occur after its end"),
        ("a.TextGrid", textgrid_of(("a", (0, 1, "é"))).encode("latin-1"), "line 15: not UTF-8"),
        ("a.eaf", eaf({}, ("é",)).encode("latin-1"), "line 2: not UTF-8"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\né\n".encode("latin-1"), "line 3: not UTF-8"),
        ("a.boris", '{"é": 1}'.encode("latin-1"), "line 1: not UTF-8"),
        ("a.srt", "1\n-00:00:01,000 --> 00:00:02,000\nx\n", "line 2: '-00:00:01,000' is not a time"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> \nx\n", "line 3: '' is not a time"),
        ("a.csv", "label,start_seconds\nx,-1\n", "line 2: '-1' is not a time"),
        ("a.csv", "label,start_seconds,end_seconds\nx,1,inf\n", "line 2: 'inf' is not a time"),
        ("a.boris", "{\n1", "line 2: not a BORIS project"),
        ("a.boris", '{"observations": {"o": {}}, "behaviors_conf": {}}', "observation 'o' has no list of `events`"),
        ("a.boris", "{}", "`observations` or `behaviors_conf` is missing"),
        ("a.doc", "", ".doc format of annotations; known: .boris, .csv, .eaf"),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(MonitorError) as caught:
        read_annotations(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def boris_project(*times):
    """A project of BORIS with one behavior that starts and stops at these times."""
    behaviors = {"0": {"type": "State event", "code": "x"}}
    events = [[at, "Ann", "x", "", ""] for at in times]
    return json.dumps({"behaviors_conf": behaviors, "observations": {"o": {"events": events}}})


BORIS_HEAD = "Subject\tBehavior\tBehavior type\tTime\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.tsv", BORIS_HEAD + "Ann\tx\tPOINT\t-3\n", "line 2: starts at -3 s"),
        ("a.tsv", BORIS_HEAD + "Ann\tx\tSTART\t1\nAnn\tx\tSTOP\tinf\n", "from 1 to inf s"),
        (
            "a.boris",
            boris_project(-1, 2),
            "starts at -1 s",
        ),
        (
            "a.boris",
            boris_project(1, 900),
            "reaches to 900 s",
        ),
        ("a.eaf", eaf({"t1": 1000, "t2": 500}, ("a", ("t1", "t2", "x"))), "lasts from 1 to 0.5 s"),
        (
            "a.eaf",
            eaf({"t1": 1000, "t2": 900000}, ("a", ("t1", "t2", "x"))),
            "reaches to 900 s, the recording to 120 s",
        ),
        (
            "a.eaf",
            eaf({"t1": 1, "t2": 9, "t3": 5, "t4": 12}, ("a", ("t1", "t2", "x"), ("t3", "t4", "x"))),
            "before the one of annotation 1",
        ),
        ("a.TextGrid", textgrid_of(("a", (0, 300, "x"))), "reaches to 300 s"),
        ("a.srt", "1\n00:00:03,000 --> 00:00:01,000\nx\n", "line 2: lasts from 3 to 1 s"),
        ("a.srt", "1\n00:00:03,000 --> 01:00:00,000\nx\n", "line 2: reaches to 3600 s"),
        (
            "a.vtt",
            "WEBVTT\n\n00:01.000 --> 00:04.000\nx\n\n00:03.000 --> 00:05.000\nx\n",
            "line 6: 'x' on tier 'subtitles' starts",
        ),
    ],
)
def test_times_that_cannot_be_are_refused_when_they_are_imported(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MonitorError) as caught:
        as_events(read_annotations(path), path, 1, 120.0)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_events_go_out_and_come_in_with_an_offset(store, session, monitor, tmp_path):
    add_events(
        store,
        [
            Event(1, "interval", 10.0, 20.0, "war, peace", tier="topics", note="loud", colour="red", made_by="Ann"),
            Event(1, "moment", 12.375, label="smile", author="program", made_by="tracker"),
            Event(1, "exclude", 30.0, 40.0, "advertising"),
        ],
    )
    before = events(store, 1)
    assert monitor("events", "export", "1", "-o", "events.csv")[1] == "3 events written to events.csv\n"
    monitor("events", "delete", "1", "2", "3")
    assert monitor("events", "import", "1", "events.csv")[1] == "3 events added to session 1\n"
    plain = [
        (
            each.kind,
            each.start_seconds,
            each.end_seconds,
            each.label,
            each.tier,
            each.note,
            each.colour,
            each.author,
            each.made_by,
        )
        for each in events(store, 1)
    ]
    assert plain == [
        (
            each.kind,
            each.start_seconds,
            each.end_seconds,
            each.label,
            each.tier,
            each.note,
            each.colour,
            each.author,
            each.made_by or "events.csv",
        )
        for each in before
    ]
    monitor("events", "undo", "1")
    monitor("events", "export", "1", "-o", "none.csv")
    with (tmp_path / "none.csv").open() as file:
        assert len(list(csv.reader(file))) == 1
    monitor("events", "import", "1", "events.csv", "--offset", "5", "--tier", "all")
    assert [(each.start_seconds, each.tier) for each in events(store, 1)] == [
        (15.0, "all"),
        (17.375, "all"),
        (35.0, "all"),
    ]


def test_times_outside_the_recording(store, session, monitor, tmp_path):
    (tmp_path / "a.csv").write_text("label,start_seconds,end_seconds\nin,1,2\npart,115,130\nout,500,\n")
    code, _, err = monitor("events", "import", "1", "a.csv")
    assert code == 2
    assert "a.csv, line 3: reaches to 130 s, the recording to 120 s" in err
    assert events(store, 1) == []
    assert "a.csv, line 2: starts at -4 s" in monitor("events", "import", "1", "a.csv", "--offset", "-5")[2]
    monitor("events", "import", "1", "a.csv", "--clip")
    assert [(each.label, each.end_seconds) for each in events(store, 1)] == [("in", 2.0), ("part", 120.0)]
    (tmp_path / "b.csv").write_text("label,start_seconds,end_seconds\nx,1,5\nx,4,6\n")
    assert (
        "b.csv, line 3: 'x' on tier 'marks' starts at 4 s, before the one of line 2 ends"
        in monitor("events", "import", "1", "b.csv")[2]
    )
    (tmp_path / "c.csv").write_text("label,start_seconds,end_seconds\nx,5,1\n")
    assert "c.csv, line 2: lasts from 5 to 1 s" in monitor("events", "import", "1", "c.csv")[2]
