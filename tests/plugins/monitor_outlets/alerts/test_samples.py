from __future__ import annotations

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.sample import Face, Frame, Observation, Sample
from monitor.settings import AlertSettings
from monitor_outlets.alerts.samples import SampleAlerts, Subject, check_rules, title, watched

LABELS = {"face-fusion": ("anger", "neutral"), "scene-sentiment": ("positive", "negative")}
MEASURES = {"head-pose": ("head_yaw",)}


def rule(**given: object) -> AlertSettings:
    return AlertSettings(**{"name": "rule", "pause_seconds": 0, "half_life_seconds": 0} | given)


def sample(seconds: float, *tracks: int, source: int = 1) -> Sample:
    faces = tuple(Face((0.1, 0.1, 0.5, 0.5), 0.9, track=track) for track in tracks)
    return Sample(Frame(np.zeros((4, 4, 3), np.uint8), seconds, source, round(2 * seconds)), faces)


def seen(analyzer: str, subject: int | None, **values: float) -> Observation:
    measures = {name: value for name, value in values.items() if name == "head_yaw"}
    scores = {name: value for name, value in values.items() if name not in measures}
    return Observation(analyzer, 1, 0.0, subject, scores, measures=measures)


OBSERVED = [
    seen("face-fusion", 1, anger=0.7, neutral=0.3),
    seen("face-fusion", 2, anger=0.2, neutral=0.8),
    seen("mood", 1, anger=0.1, neutral=0.9),
    seen("mood", None, anger=0.4, neutral=0.6),
    seen("head-pose", 1, head_yaw=-30.0),
]


@pytest.mark.parametrize(
    ("watching", "values"),
    [
        (
            {"share": "anger", "above": 0.5},
            {("face-fusion", 1): 0.7, ("face-fusion", 2): 0.2, ("mood", 1): 0.1},
        ),
        ({"share": "anger", "above": 0.5, "analyzer": "mood"}, {("mood", 1): 0.1}),
        ({"share": "anger", "above": 0.5, "of": "scene"}, {("mood", None): 0.4}),
        ({"measure": "head_yaw", "below": 0.0}, {("head-pose", 1): -30.0}),
        ({"no_face": True}, {(None, None): 0.0}),
    ],
)
def test_what_a_rule_watches(watching: dict, values: dict):
    expected = {Subject(*subject): value for subject, value in values.items()}
    assert watched(rule(**watching), sample(0.0, 1, 2), OBSERVED) == expected


def test_every_source_is_watched_by_itself():
    alerts = SampleAlerts([rule(share="anger", above=0.5, for_seconds=0.5)], 0.5)
    observed = [seen("face-fusion", 1, anger=0.9, neutral=0.1)]
    assert alerts.feed(sample(0.0, 1, source=1), observed, lambda *_: True) == []
    assert alerts.feed(sample(0.5, 1, source=2), observed, lambda *_: True) == []
    (raised,) = alerts.feed(sample(0.5, 1, source=1), observed, lambda *_: True)
    assert (raised.source, raised.alert.subject, raised.alert.since_seconds) == (1, Subject("face-fusion", 1), 0.0)
    (ended,) = alerts.close()
    assert (ended.source, ended.alert.ended_seconds) == (1, 0.5)


def test_nobody_there():
    alerts = SampleAlerts([rule(no_face=True, for_seconds=1.0)], 0.5)
    said = []
    for seconds, tracks in [(0.0, [1]), (0.5, []), (1.0, []), (1.5, []), (2.0, [1])]:
        said += alerts.feed(sample(seconds, *tracks), [], lambda *_: True)
    assert [(each.alert.since_seconds, each.alert.raised_seconds, each.alert.ended_seconds) for each in said] == [
        (0.5, 1.5, None),
        (0.5, 1.5, 1.5),
    ]


def test_faces_that_are_seen_too_badly_count_for_shares_as_little_as_on_pages():
    observed = [seen("face-fusion", 1, anger=0.9, neutral=0.1), seen("head-pose", 1, head_yaw=-70.0)]
    for most, raised in ((60.0, ["turned"]), (80.0, ["angry", "turned"])):
        rules = [
            rule(name="angry", share="anger", above=0.5),
            rule(name="turned", measure="head_yaw", below=-50),
        ]
        alerts = SampleAlerts(rules, 0.5, lambda measures, most=most: abs(measures.get("head_yaw", 0)) <= most)
        said = alerts.feed(sample(0.0, 1), observed, lambda *_: True)
        assert [each.rule.name for each in said] == raised


def test_samples_far_apart_are_waited_for():
    alerts = SampleAlerts([rule(share="anger", above=0.5, for_seconds=20.0)], 10.0)
    observed = [seen("face-fusion", 1, anger=0.9, neutral=0.1)]
    said = [alerts.feed(sample(10.0 * number, 1), observed, lambda *_: True) for number in range(3)]
    assert [len(each) for each in said] == [0, 0, 1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"share": "angr", "above": 0.5},
            r"\[\[alerts\]\] 'rule': unknown share in this run 'angr'; did you mean 'anger'",
        ),
        ({"measure": "head_jaw", "above": 5}, "unknown measure in this run 'head_jaw'; did you mean 'head_yaw'"),
        ({"share": "anger", "above": 0.5, "analyzer": "face-fusio"}, "did you mean 'face-fusion'"),
        (
            {"share": "anger", "above": 0.5, "analyzer": "scene-sentiment"},
            "unknown share in this run 'anger'; known: negative, positive",
        ),
    ],
)
def test_a_rule_about_what_nobody_gives_is_one_clear_line(given: dict, message: str):
    with pytest.raises(ConfigError, match=message):
        check_rules([rule(**given)], LABELS, MEASURES)


def test_rules_about_what_is_given_pass():
    rules = [{"share": "anger", "above": 0.5}, {"measure": "head_yaw", "below": 0}, {"no_face": True}]
    check_rules([rule(**given) for given in rules], LABELS, MEASURES)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"share": "anger", "above": 0.25, "below": 0.5, "of": "Anna"},
            "anger of Anna above 25 % and below 50 % for 0 s",
        ),
        ({"measure": "head_yaw", "below": -20}, "head_yaw of anybody below -20 degrees for 0 s"),
        ({"no_face": True, "for_seconds": 30}, "no face for 30 s"),
        ({"stream_lost": True, "for_seconds": 2.5}, "stream lost for 2.5 s"),
    ],
)
def test_rules_in_words(given: dict, words: str):
    assert title(rule(**given), "degrees") == words
