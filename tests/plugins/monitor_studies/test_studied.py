"""Sessions of a study that can, or cannot, be compared: by their models, and by the people who are studied."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.store import Store
from monitor.store.events import Event, add_events
from monitor.store.identities import Identities
from monitor_studies.methods import methods
from monitor_studies.running import run_study
from monitor_studies.studied import read_sessions
from monitor_studies.study_file import StudyFile
from tests.plugins.monitor_studies.recorded_sessions import record

OLD, NEW = "faces 1 0123456789ab", "faces 2 ba9876543210"


def study(*names: str, **more: object) -> StudyFile:
    sessions = [{"session": name, "group": name} for name in names]
    return StudyFile.model_validate({"title": "t", "sessions": sessions, "resamples": 99, "permutations": 99, **more})


@pytest.fixture
def store(tmp_path: Path):
    with Store(tmp_path / "store.db", create=True) as opened:
        for name, model in (("old", OLD), ("new", NEW), ("unknown", "")):
            record(opened, name, len(name), seconds=20.0, model=model)
        yield opened


def test_sessions_of_different_models_are_refused_unless_that_is_allowed(store):
    with pytest.raises(ConfigError, match=f"{OLD} and {NEW}; analyse one again, or set allow_different_models"):
        read_sessions(store, study("old", "new"))
    result = run_study(store, study("old", "new", allow_different_models=True))
    assert f"The sessions were analysed by different models: {OLD}, {NEW}." in result.remarks
    assert f"analysed by faces ({OLD}, {NEW})" in methods(result)
    assert result.sessions["model"].tolist() == [OLD, NEW]


def test_of_older_sessions_it_is_said_that_their_model_is_not_known(store):
    result = run_study(store, study("old", "unknown"))
    assert any("which one analysed them is not known" in remark for remark in result.remarks)


def test_what_is_excluded_is_counted(store):
    session = store.session("old")
    add_events(store, [Event(session.id, "exclude", 2.0, 6.5)])
    result = run_study(store, study("old", "unknown"))
    assert result.sessions["excluded_seconds"].tolist() == [4.5, 0.0]
    assert result.sessions["samples"].tolist() == [31, 40]
    assert "Stretches marked as excluded, 4.5 s in all, do not count." in methods(result)


def test_people_are_found_by_name_and_who_is_ignored_does_not_count(store):
    session = store.session("old")
    identities = Identities(store, session)
    [person] = identities.people()
    identities.name(person, "Ann")
    by_name, by_number, all_of_them = (
        read_sessions(store, study("old", **more))[0].labels.series for more in ({"person": "Ann"}, {"person": 1}, {})
    )
    assert by_name.observed == by_number.observed == all_of_them.observed == 40
    with pytest.raises(ConfigError, match="unknown person 'Anne'; did you mean 'Ann'"):
        read_sessions(store, study("old", person="Anne"))
    identities.ignore(identities.people())
    with pytest.raises(ConfigError, match="nobody was seen"):
        read_sessions(store, study("old"))


def test_sessions_of_another_analyzer_are_refused(store):
    record(store, "other", 9, seconds=20.0, analyzer="scenes")
    with pytest.raises(ConfigError, match="session 4 was not analysed by 'faces'; its analyzers: scenes"):
        read_sessions(store, study("old", "other"))


def test_an_analyzer_without_labels_is_refused(store):
    record(store, "measured", 9, seconds=20.0, analyzer="meter", labels=(), seen=False)
    with pytest.raises(ConfigError, match="session 4: 'meter' gives measures and no labels, so there are no shares"):
        read_sessions(store, study("measured", analyzer="meter"))


def test_different_gates_are_said(store):
    record(store, "gated", 9, seconds=20.0, small_until=5.0)
    record(store, "gated too", 8, seconds=20.0, small_until=6.0)
    result = run_study(store, study("old", "gated", "unknown", comparisons=[{"first": "old", "second": "gated"}]))
    assert any("different quality gates" in remark for remark in result.remarks)
    assert "Sessions 1 and 3: All faces count in shares. Session 4: Faces lower than 24 pixels do not" in methods(
        result
    )
    alike = run_study(store, study("gated", "gated too"))
    assert not any("different quality gates" in remark for remark in alike.remarks)
    assert "studied. Faces lower than 24 pixels do not count in shares. Nothing was excluded." in methods(alike)


def test_the_person_who_is_studied_and_the_labels_chosen_are_part_of_the_methods(store):
    text = methods(run_study(store, study("old", "unknown", person=1, labels=["anger"])))
    assert "One person of each was studied." in text
    assert "P-values were corrected over 1 label (which the study names)" in text


def test_what_lies_on_one_side_of_an_event_only_cannot_be_compared(store):
    for name, start in (("old", 0.0), ("unknown", 20.5)):
        add_events(store, [Event(store.session(name).id, "moment", start, label="news")])
    with pytest.raises(ConfigError, match="no session has anything that counts both after news and before news"):
        run_study(store, study("old", "unknown", comparisons=[{"after": "news"}]))


def test_sessions_with_one_side_only_are_named(store):
    for name, start in (("old", 10.0), ("unknown", 20.5)):
        add_events(store, [Event(store.session(name).id, "moment", start, label="news")])
    result = run_study(store, study("old", "unknown", comparisons=[{"after": "news"}]))
    left_out = f"after news minus before news: session {store.session('unknown').id} left out, with nothing that counts"
    assert any(remark.startswith(left_out) for remark in result.remarks)
    assert "Two parts of one recording were compared by" in methods(result)
