from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.plugin.registry import plugins_in_use
from monitor.sample import Frame, Sample
from monitor.settings import Settings
from monitor.store import Store
from monitor.store.events import events
from tests.plugins.monitor_studies.recorded_sessions import IMAGE, record


def sink(**options: object):
    return plugins_in_use().get("sinks", "event-search").make(options)


def test_a_session_is_searched_when_its_run_ends(tmp_path: Path):
    path = tmp_path / "store.db"
    with Store(path, create=True) as store:
        session = record(store, "angry", 3, anger=5.0)
        searched = sink(tiers=["peaks"], level=0.5)
        searched.begin(session.id, Settings(store=str(path)))
        searched.write(Sample(Frame(IMAGE, 0.0, 1, 0)), [])
        assert events(store, session.id) == []
        searched.close()
        found = events(store, session.id)
        assert {(each.tier, each.author, each.label) for each in found} == {("peaks", "machine", "anger")}
        assert found[0].made_by == "peaks (above 50% for 2 s, until below 30%)"


def test_a_run_that_never_began_and_a_session_without_labels_end_quietly(tmp_path: Path, caplog):
    sink().close()
    assert not caplog.records
    path = tmp_path / "store.db"
    with Store(path, create=True) as store:
        session = record(store, "measured", 3, analyzer="meter", labels=(), seen=False)
        searched = sink()
        searched.begin(session.id, Settings(store=str(path)))
        searched.close()
    assert "unknown analyzer with labels" in caplog.text
    assert "was not searched for events" in caplog.text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hysteresis": 0.7}, r"options.sinks.event-search.hysteresis: value error, must not be more than the level"),
        ({"level": 0.1}, r"options.sinks.event-search.hysteresis: value error, must not be more than the level"),
        ({"tiers": ["peeks"]}, r"options.sinks.event-search.tiers.{1,3}: input should be 'people', 'peaks', 'changes'"),
        ({"levle": 0.7}, r"did you mean 'level'\?"),
    ],
)
def test_options_that_cannot_be_are_named(options, said):
    with pytest.raises(ConfigError, match=said):
        sink(**options)
