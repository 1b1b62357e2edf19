"""The alert rules of a run, fed with its samples: which values each rule watches, and of whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor.sample import Observation, Sample
from monitor.settings import AlertSettings
from monitor_outlets.alerts.rule import Alert, RuleWatch

ANYBODY, SCENE = "anybody", "scene"
PATIENCE_SECONDS = 2.0
"""A subject may be unseen for so long, or for two samples where these lie further apart, before the rule starts anew: a
face is missed now and then."""
YES_OR_NO = 0.5
"""Level of rules that watch whether something is so, as 1 or 0."""


@dataclass(frozen=True)
class Subject:
    """Whom a value is about."""

    analyzer: str | None = None
    """Who said it; None where no analyzer did."""
    track: int | None = None
    """A face, or None for the frame as a whole."""


@dataclass(frozen=True)
class RuleAlert:
    """An alert with the rule and the source that it is of."""

    rule: AlertSettings
    source: int
    """Number of the source in the run, from 1."""
    alert: Alert[Subject]


IsMeant = Callable[[AlertSettings, int, Subject], bool]
"""(rule, number of the source, subject) -> whether the rule is about that subject."""
LetsIn = Callable[[Mapping[str, float]], bool]
"""Measures of a face -> whether it is seen well enough to count in shares."""


class SampleAlerts:
    """Watches all rules about what is seen, in all sources of a run."""

    def __init__(
        self,
        rules: Iterable[AlertSettings],
        every_seconds: float,
        lets_in: LetsIn | None = None,
    ) -> None:
        """Without `lets_in` every face counts."""
        self._lets_in = lets_in
        self._rules = [rule for rule in rules if not rule.stream_lost]
        self._patience_seconds = max(PATIENCE_SECONDS, 2 * every_seconds)
        self._watches: dict[tuple[str, int], RuleWatch[Subject]] = {}

    def feed(self, sample: Sample, observations: Sequence[Observation], is_meant: IsMeant) -> list[RuleAlert]:
        """The alerts that a sample raised or ended."""
        changed = []
        source = sample.frame.source
        outside = seen_too_badly(observations, self._lets_in)
        counting = [seen for seen in observations if seen.subject not in outside]
        for rule in self._rules:
            watch = self._watches.setdefault((rule.name, source), watch_of(rule, self._patience_seconds))
            values = watched(rule, sample, observations if rule.share is None else counting)
            alerts = watch.feed(sample.frame.seconds, values, partial(is_meant, rule, source))
            changed += [RuleAlert(rule, source, alert) for alert in alerts]
        return changed

    def close(self) -> list[RuleAlert]:
        """The alerts that end because the run does."""
        return [
            RuleAlert(watch.rule, source, alert)
            for (_, source), watch in self._watches.items()
            for alert in watch.close()
        ]


def watch_of(rule: AlertSettings, patience_seconds: float) -> RuleWatch[Subject]:
    """A watch for `rule`; one that asks whether something is so has a level between no and yes, unsmoothed."""
    if rule.no_face or rule.stream_lost:
        rule = rule.model_copy(update={"above": YES_OR_NO, "half_life_seconds": 0.0})
    return RuleWatch(rule, patience_seconds)


def seen_too_badly(observations: Iterable[Observation], lets_in: LetsIn | None) -> set[int | None]:
    """The faces of a sample that do not count in shares."""
    if lets_in is None:
        return set()
    return {seen.subject for seen in observations if seen.subject is not None and not lets_in(seen.measures)}


def watched(rule: AlertSettings, sample: Sample, observations: Iterable[Observation]) -> Mapping[Subject, float]:
    """What `rule` watches in a sample, by subject."""
    if rule.no_face:
        return {Subject(): float(not sample.faces)}
    values = {}
    for seen in observations:
        is_theirs = (seen.subject is None) == (rule.of == SCENE) and rule.analyzer in (None, seen.analyzer)
        value = seen.scores.get(rule.share) if rule.share is not None else seen.measures.get(rule.measure or "")
        if is_theirs and value is not None:
            values[Subject(seen.analyzer, seen.subject)] = float(value)
    return values


def check_rules(
    rules: Iterable[AlertSettings], labels: Mapping[str, Iterable[str]], measures: Mapping[str, Iterable[str]]
) -> None:
    """Raise ConfigError for a rule about an analyzer that does not run, or about what no analyzer of the run gives.

    `labels` and `measures` are those of the analyzers of the run, by its name.
    """
    for rule in rules:
        where = f"[[alerts]] {rule.name!r}"
        if rule.analyzer is not None and rule.analyzer not in labels:
            raise ConfigError(f"{where}: {unknown_name('analyzer of this run', rule.analyzer, list(labels))}")
        for what, name, given in (("share", rule.share, labels), ("measure", rule.measure, measures)):
            known = {each for analyzer, own in given.items() if rule.analyzer in (None, analyzer) for each in own}
            if name is not None and name not in known:
                raise ConfigError(f"{where}: {unknown_name(f'{what} in this run', name, known)}")


def title(rule: AlertSettings, unit: str = "") -> str:
    """A rule in words.

    >>> title(AlertSettings(name="a", share="anger", above=0.6, for_seconds=3))
    'anger of anybody above 60 % for 3 s'
    """
    if rule.no_face or rule.stream_lost:
        return f"{'no face' if rule.no_face else 'stream lost'} for {rule.for_seconds:g} s"
    limits = [("above", rule.above), ("below", rule.below)]
    words = [
        f"{word} {limit:.0%}".replace("%", " %") if rule.share else f"{word} {limit:g} {unit}".rstrip()
        for word, limit in limits
        if limit is not None
    ]
    return f"{rule.share or rule.measure} of {rule.of} {' and '.join(words)} for {rule.for_seconds:g} s"
