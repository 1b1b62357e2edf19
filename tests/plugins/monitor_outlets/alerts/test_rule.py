from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.readout.smoothing import smoothed
from monitor.settings import AlertSettings
from monitor_outlets.alerts import rule as rules
from monitor_outlets.alerts.rule import RuleWatch


def anger(**more: float) -> AlertSettings:
    return AlertSettings(
        name="anger", **{"share": "anger", "above": 0.5, "pause_seconds": 0, "half_life_seconds": 0} | more
    )


def told(rule: AlertSettings, values: list[float | None], every: float = 0.5, patience: float = 2.0) -> list[tuple]:
    """(since, raised, ended) of everything that a watch says of one subject, sampled at that distance."""
    watch: RuleWatch[str] = RuleWatch(rule, patience)
    said = []
    for number, value in enumerate(values):
        said += watch.feed(number * every, {} if value is None else {"ann": value})
    said += watch.close()
    return [(alert.since_seconds, alert.raised_seconds, alert.ended_seconds) for alert in said]


def test_an_alert_is_raised_after_its_duration_and_ends_with_the_last_value_beyond_the_level():
    values = [0.1, 0.9, 0.9, 0.9, 0.9, 0.1]
    assert told(anger(for_seconds=1.0), values) == [(0.5, 1.5, None), (0.5, 1.5, 2.0)]
    assert told(anger(for_seconds=2.0), values) == []
    assert told(anger(), values) == [(0.5, 0.5, None), (0.5, 0.5, 2.0)]


def test_an_alert_that_lasts_until_the_end_ends_there():
    assert told(anger(), [0.9, 0.9]) == [(0.0, 0.0, None), (0.0, 0.0, 0.5)]


def test_a_short_dip_starts_the_duration_anew():
    assert told(anger(for_seconds=1.0), [0.9, 0.9, 0.1, 0.9, 0.9]) == []


def test_below_and_between():
    assert told(anger(above=None, below=0.2), [0.3, 0.1, 0.2]) == [(0.5, 0.5, None), (0.5, 0.5, 0.5)]
    assert told(anger(above=0.2, below=0.6), [0.1, 0.3, 0.7]) == [(0.5, 0.5, None), (0.5, 0.5, 0.5)]


def test_after_an_alert_the_rule_is_silent_for_its_pause():
    values = [0.9, 0.1, 0.9, 0.9, 0.9, 0.1]
    assert told(anger(pause_seconds=1.5), values) == [
        (0.0, 0.0, None),
        (0.0, 0.0, 0.0),
        (1.0, 1.5, None),  # it held before, but the pause lasted until here
        (1.0, 1.5, 2.0),
    ]
    assert told(anger(pause_seconds=10), values) == [(0.0, 0.0, None), (0.0, 0.0, 0.0)]


def test_who_is_unseen_for_a_moment_is_waited_for_and_no_longer():
    seen = [0.9, None, None, 0.9]
    assert told(anger(for_seconds=1.5), seen, patience=1.5) == [(0.0, 1.5, None), (0.0, 1.5, 1.5)]
    assert told(anger(for_seconds=1.5), seen, patience=1.0) == []
    assert told(anger(), [0.9, None, None, None], patience=1.0) == [(0.0, 0.0, None), (0.0, 0.0, 0.0)]


def test_a_gap_without_any_sample_ends_an_alert_too():
    watch: RuleWatch[str] = RuleWatch(anger(), 2.0)
    assert len(watch.feed(1.0, {"ann": 0.9})) == 1
    ended, raised = watch.feed(60.0, {"ann": 0.9})
    assert (ended.ended_seconds, raised.since_seconds, raised.ended_seconds) == (1.0, 60.0, None)


def test_one_alert_at_a_time_and_of_whom_is_meant():
    watch: RuleWatch[str] = RuleWatch(anger(), 2.0)
    both = {"ann": 0.9, "bob": 0.8}
    (alert,) = watch.feed(0.0, both, lambda who: who == "bob")
    assert (alert.subject, alert.value) == ("bob", 0.8)
    assert watch.feed(0.5, both) == []
    ended, raised = watch.feed(1.0, {"ann": 0.9, "bob": 0.2})
    assert (ended.subject, ended.ended_seconds) == ("bob", 0.5)
    assert (raised.subject, raised.since_seconds) == ("ann", 0.0)


def test_who_is_gone_is_forgotten():
    watch: RuleWatch[int] = RuleWatch(anger(), 2.0)
    for number in range(1000):
        watch.feed(number, {number: 0.9})
    assert len(watch._levels) <= 3


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.1, 5))
def test_smoothing_is_that_of_pages_and_exports(values: list[float], half_life: float):
    times = [0.5 * number for number in range(len(values))]
    watch: RuleWatch[str] = RuleWatch(anger(half_life_seconds=half_life), 2.0)
    mine = []
    for seconds, value in zip(times, values, strict=True):
        watch.feed(seconds, {"ann": value})
        mine.append(watch._levels["ann"].value)
    table = pd.DataFrame({"source_id": 1, "subject": 1, "seconds": times, "anger": values})
    assert mine == pytest.approx(smoothed(table, ["anger"], half_life)["anger"].tolist(), abs=1e-6)


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 6), st.integers(0, 10))
def test_as_a_slow_and_obvious_search_has_it(beyond: list[bool], for_seconds: int, pause_seconds: int):
    """Against runs of samples beyond the level, found in the whole list."""
    runs: list[list[int]] = []
    for second, is_beyond in enumerate(beyond):
        if is_beyond and second and beyond[second - 1]:
            runs[-1].append(second)
        elif is_beyond:
            runs.append([second])
    expected, silent_until = [], -1
    for run in runs:
        late = [second for second in run if second >= run[0] + for_seconds and second >= silent_until]
        if late:
            expected.append((run[0], late[0], run[-1]))
            silent_until = run[-1] + pause_seconds
    rule = anger(for_seconds=for_seconds, pause_seconds=pause_seconds)
    assert [each for each in told(rule, [float(b) for b in beyond], every=1.0) if each[2] is not None] == expected


def test_levels_are_not_reached_but_passed():
    assert not rules.holds(anger(), 0.5)
    assert rules.holds(anger(), 0.51)
