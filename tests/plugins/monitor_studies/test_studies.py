"""Whole studies: what is read, what is refused, what comes out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitor.errors import MonitorError
from monitor.model.artifact import Artifact
from monitor.store import Store
from monitor.store.events import Event, add_events
from monitor_face.expression.analyzer import SHIPPED
from monitor_studies.conclusions import conclusions
from monitor_studies.confusion_file import confusion_for
from monitor_studies.quick_study import Side, quick_study
from monitor_studies.report import report_html
from monitor_studies.running import run_study
from monitor_studies.study_file import read_study
from monitor_studies.table_text import as_text
from tests.plugins.monitor_studies.recorded_sessions import LABELS, record

STUDY = """
title = "Conferences <1>"
question = "Is the rise of anger more than chance?"
resamples = 199
permutations = 999

[[sessions]]
session = "before-1"
group = "before"
date = 2024-01-01
covariates = {room = "red & blue"}
"""
SESSIONS = [
    *((f"before-{n}", "before", f"2024-01-{7 * n - 6:02}", 0.0) for n in range(1, 6)),
    *((f"after-{n}", "after", f"2024-02-{7 * n - 6:02}", 1.5) for n in range(1, 6)),
]


def study_text() -> str:
    listed = [
        f'[[sessions]]\nsession = "{name}"\ngroup = "{group}"\ndate = {date}\n' for name, group, date, _ in SESSIONS[1:]
    ]
    return STUDY + "\n".join(listed) + '\n[[events]]\nname = "Announcement"\ndate = 2024-01-31\n'


@pytest.fixture(scope="session")
def recorded_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recorded") / "emotion-monitor.db"
    with Store(path, create=True) as store:
        for number, (name, _, _, anger) in enumerate(SESSIONS):
            record(store, name, number, anger=anger)
        record(store, "seldom", 20, every_seconds=1.0)
        record(store, "empty", 21, seen=False, seconds=20)
        record(store, "other-labels", 22, labels=("neutral", "happiness", "fear"), seconds=20)
    return path


@pytest.fixture
def store(tmp_path: Path, recorded_store: Path) -> Iterator[Store]:
    with Store(shutil.copy(recorded_store, tmp_path)) as opened:
        yield opened


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(study_text())
    return path


def test_a_study_finds_what_is_there_and_says_what_it_means(store, study):
    result = run_study(store, read_study(study))
    anger = result.comparisons[result.comparisons["label"] == "anger"].iloc[0]
    assert anger["comparison"] == "after minus before"
    assert anger["units"] == "sessions"
    assert anger["low"] > 0
    assert anger["p"] == pytest.approx(2 / 252)  # the most extreme of all ways to form the groups
    own = result.shares[result.shares["label"] == "anger"].set_index("session")["share"]
    assert anger["difference"] == pytest.approx(own.loc[6:10].mean() - own.loc[1:5].mean())
    assert set(result.order["change"]) == {"trend per day", "step at Announcement"}
    assert result.sessions["room"].tolist()[0] == "red & blue"
    assert any("Sessions are the units" in remark for remark in result.remarks)


def test_corrections_are_over_the_labels_that_were_chosen(store, study):
    chosen = study.read_text().replace("resamples = 199", 'resamples = 199\nlabels = ["anger"]')
    study.write_text(chosen)
    result = run_study(store, read_study(study))
    for table in (result.comparisons, result.order):
        assert set(table["label"]) == {"anger"}
        pd.testing.assert_series_equal(table["p_holm"], table["p"], check_names=False)
    [said] = conclusions(result.comparisons)
    assert "No other label" not in said


def test_no_difference_of_shares_is_larger_than_everything(tmp_path):
    """Two sessions against two that differ widely: Student's interval would reach beyond 100 points."""
    with Store(tmp_path / "few.db", create=True) as store:
        for number, anger in enumerate((4.0, -4.0, 4.0, 0.0)):
            record(store, f"session {number}", number, anger=anger, seconds=20)
        study = quick_study([Side(["1", "2"]), Side(["3", "4"])])
        table = run_study(store, study).comparisons
    anger = table[table["label"] == "anger"].iloc[0]
    assert anger["smallest_difference"] > 1
    assert table["low"].min() == -1
    assert table["high"].max() <= 1
    assert "more than 100 points" in as_text(table).to_string()
    [said] = conclusions(table[table["label"] == "anger"])
    assert "not even a difference of 100 points would be sure to be found" in said


def test_a_recording_that_counts_twice_is_said(tmp_path):
    with Store(tmp_path / "twice.db", create=True) as store:
        for seed in (1, 2, 2, 3):
            record(store, f"of {seed}", seed, seconds=20)
        remarks = run_study(store, quick_study([Side(["1", "2"]), Side(["3", "4"])])).remarks
    assert [remark for remark in remarks if "same scores" in remark] == [
        "Sessions 2 and 3 have the same scores throughout: if both are of one recording, it counts twice, and what "
        "follows from it looks surer than it is."
    ]


def test_the_same_study_gives_the_same_numbers(store, study):
    one, other = (run_study(store, read_study(study)) for _ in range(2))
    for name in one.tables:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name])


def test_the_report_is_one_file_with_plots_tables_and_methods(store, study):
    html = report_html(run_study(store, read_study(study)))
    assert "Conferences &lt;1&gt;" in html
    assert "red &amp; blue" in html
    assert not re.search(r'<(script|link|img)[^>]+(src|href)="http', html)
    assert html.count('class="plot"') == 1 + len(LABELS)
    assert "permutations of whole sessions" in html
    assert "Random numbers: seed 0. emotion-monitor" in html


def test_the_commands(store, study, monitor, tmp_path):
    code, out, _ = monitor("study", "check", "study.toml")
    assert code == 0
    assert len(out.splitlines()) == 11
    code, out, _ = monitor("study", "run", "study.toml", "-o", "tables")
    assert code == 0
    assert "after minus before: neutral by -" in out
    assert "; anger by +" in out
    table = pd.read_csv(tmp_path / "tables" / "comparisons.csv")
    assert table["label"].tolist() == list(LABELS)
    monitor("study", "run", "study.toml", "-o", "tables", "--format", "parquet")
    again = pd.read_parquet(tmp_path / "tables" / "comparisons.parquet")
    np.testing.assert_allclose(again["p"], table["p"])
    assert monitor("study", "report", "study.toml")[1] == "report: study.html\n"
    assert (tmp_path / "study.html").stat().st_size > 1e6


def test_comparing_without_a_study_file(store, monitor):
    code, out, _ = monitor("compare", "before-1", "after-1", "--json")
    assert code == 0
    rows = json.loads(out)
    assert [row["label"] for row in rows] == list(LABELS)
    assert rows[0]["units"] == "time"
    code, out, _ = monitor("compare", "1,2,3", "6,7,8,9", "--label", "anger")
    assert "Smallest detectable" in out
    assert "1, 2 and 3 minus 6, 7, 8 and 9" in out


def test_before_and_after_an_event_and_inside_a_tier(store, monitor):
    add_events(store, [Event(1, "moment", 20.0, label="news"), Event(1, "interval", 10.0, 40.0, "war", tier="topics")])
    rows = json.loads(monitor("compare", "1", "--after", "news", "--json")[1])
    assert (rows[0]["first_side"], rows[0]["second_side"]) == ("after news", "before news")
    rows = json.loads(monitor("compare", "1", "--inside", "topics:war", "--json")[1])
    inside = json.loads(monitor("shares", "1", "--by", "topics", "--json")[1])
    assert [row["share"] for row in inside] == pytest.approx([row["first"] for row in rows])
    assert inside[0]["samples"] == 60
    whole = json.loads(monitor("shares", "1", "--json")[1])
    assert {row["where"] for row in whole} == {"whole session"}
    for row in whole:
        assert row["low"] < row["share"] < row["high"]


def test_confusions_correct_shares_and_tell_false_positives(store, study, tmp_path):
    said = [[0.93, 0.03, 0.04], [0.05, 0.9, 0.05], [0.2, 0.1, 0.7]]
    held = {"labels": list(LABELS), "confusion": [[500, 0, 0], [0, 500, 0], [0, 0, 500]], "mean_probabilities": said}
    (tmp_path / "confusion.json").write_text(json.dumps(held))
    study.write_text('confusion = "confusion.json"\n' + study_text())
    result = run_study(store, read_study(study))
    first = result.shares[result.shares["session"] == 1]
    raw = np.linalg.solve(np.array(said).T, first["share"])
    if (raw >= 0).all():
        np.testing.assert_allclose(first["adjusted"], raw)
    np.testing.assert_allclose(first["adjusted"].sum(), 1)
    told = [remark for remark in result.remarks if "no sign of" in remark]
    by_chance = result.shares[result.shares["share"] <= result.shares["false_positives"]]
    assert {label for label in LABELS if any(label in remark for remark in told)} == set(by_chance["label"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('session = "before-1"', 'session = "bfore-1"'), "no session 'bfore-1'"),
        (("question = ", "qestion = "), "did you mean 'question'?"),
        (('group = "before"\ndate = 2024-01-01', 'grup = "before"'), "did you mean 'group'?"),
        (("resamples = 199", "resamples = 199\nperson = 7"), "person 7 was never seen"),
        (("resamples = 199", 'resamples = 199\nlabels = ["angr"]'), "did you mean 'anger'?"),
        (('session = "before-1"', 'session = "seldom"'), "were sampled every 1 and 0.5 s"),
        (('session = "before-2"', 'session = "other-labels"'), "had other labels, so another model"),
        (('session = "before-2"', 'session = "before-1"'), "is listed twice"),
        (("2024-01-31", "someday"), "not valid TOML"),
    ],
)
def test_studies_that_cannot_be_are_refused_in_one_line(store, study, monitor, change, said):
    study.write_text(study_text().replace(*change))
    code, _, err = monitor("study", "check", "study.toml")
    assert code == 2
    assert said in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("comparison", "said"),
    [
        ('first = "after"', "needs `first` and `second`, or `after`, or `inside`"),
        ('first = "aftr"\nsecond = "before"', "did you mean 'after'?"),
        ('first = "after"\nsecond = "after"', "compared with itself"),
    ],
)
def test_comparisons_that_cannot_be(study, comparison, said):
    study.write_text(f"{study_text()}\n[[comparisons]]\n{comparison}\n")
    with pytest.raises(MonitorError, match=re.escape(said)):
        read_study(study)


def test_sessions_without_anybody(store, study, monitor):
    study.write_text('title = "Nobody"\n[[sessions]]\nsession = "empty"\n')
    assert "nobody was seen in any session" in monitor("study", "run", "study.toml")[2]
    code, _, err = monitor("compare", "empty", "after-1")
    assert code == 2
    assert "empty: nothing was observed there that counts" in err
    code, out, _ = monitor("compare", "empty,before-1,before-2", "after-1,after-2")
    assert code == 0
    assert "In session 12 nobody was seen who counts; comparisons leave that out." in out
    without = monitor("compare", "before-1,before-2", "after-1,after-2")[1]
    assert out.splitlines()[1:4] == without.splitlines()[1:4]  # the table


def test_groups_of_one_are_said_to_be_that(store, study, monitor):
    sessions = [
        f'[[sessions]]\nsession = "{name}"\ngroup = "{group}"\n'
        for name, group in (("before-1", "a"), ("after-1", "b"))
    ]
    study.write_text('title = "Two"\n' + "".join(sessions))
    assert "group 'a' has one session" in monitor("study", "check", "study.toml")[1]
    assert "cannot tell that the cause" in monitor("study", "run", "study.toml")[1]
    assert "cannot tell that the cause" in report_html(run_study(store, read_study(study)))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "1"], "two sessions or groups"),
        (["compare", "1", "2", "--after", "x"], "two sessions or groups"),
        (["compare", "1", "--after", "nws"], "unknown event 'nws'"),
        (["compare", "1", "--inside", "topcs"], "unknown tier 'topcs'"),
        (["shares", "1", "--by", "topics"], "unknown tier 'topics'"),
        (["shares", "1", "--analyzer", "x"], "was not analysed by 'x'"),
        (["study", "run", "no.toml"], "no.toml cannot be read"),
    ],
)
def test_mistakes_are_one_line(store, monitor, arguments, said):
    code, _, err = monitor(*arguments)
    assert code == 2
    assert said in err


def test_the_shipped_confusions_are_those_of_the_shipped_model():
    manifest = Artifact.read(SHIPPED).manifest
    found = confusion_for("face-fusion", manifest.labels)
    assert found is not None
    assert found.pictures.sum() == manifest.metrics["test_pictures"]
    assert confusion_for("face-fusion", manifest.labels, models=[manifest.identity]) is not None
    assert confusion_for("face-fusion", manifest.labels, models=["face-fusion 1 0123456789ab"]) is None
    assert confusion_for("unheard-of", manifest.labels) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "must hold `labels`"),
        ('{"labels": ["a"], "confusion": [[1]], "mean_probabilities": [[1]]}', "are about a"),
    ],
)
def test_confusions_of_something_else_are_refused(tmp_path, text, said):
    (tmp_path / "confusion.json").write_text(text)
    with pytest.raises(MonitorError, match=said):
        confusion_for("faces", LABELS, tmp_path / "confusion.json")
    with pytest.raises(MonitorError, match="cannot be read"):
        confusion_for("faces", LABELS, tmp_path / "none.json")
