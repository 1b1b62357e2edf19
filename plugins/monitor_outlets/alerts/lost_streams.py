"""Rules about sources that went away: they give no samples then, so how they are is read from the store."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.settings import AlertSettings
from monitor.store import Source
from monitor_outlets.alerts.rule import RuleWatch
from monitor_outlets.alerts.samples import RuleAlert, Subject, watch_of

LOST = ("reconnecting", "failed")
"""States of a source that gives nothing though it should."""


class LostStreams:
    """Watches the rules `stream_lost`, in all sources of a run."""

    def __init__(self, rules: Iterable[AlertSettings]) -> None:
        self._rules = [rule for rule in rules if rule.stream_lost]
        self._watches: dict[tuple[str, int], RuleWatch[Subject]] = {}
        self._lost_at: dict[int, float] = {}
        """Number of a lost source -> when that was first noticed, as `now` counts."""

    @property
    def rules(self) -> bool:
        """Whether there is anything to watch."""
        return bool(self._rules)

    def feed(self, sources: Iterable[Source], now: float) -> list[RuleAlert]:
        """The alerts that the sources of the run, in its order, raise or end at `now`, in seconds of any steady clock.

        While a source is lost its stream time runs on, from the time of its last sample.
        """
        changed = []
        for number, source in enumerate(sources, 1):
            is_lost = source.state in LOST
            if not is_lost:
                self._lost_at.pop(number, None)
            seconds = source.seconds + now - self._lost_at.setdefault(number, now) if is_lost else source.seconds
            for rule in self._rules:
                watch = self._watches.setdefault((rule.name, number), watch_of(rule, float("inf")))
                values = {Subject(): float(is_lost)}
                changed += [RuleAlert(rule, number, alert) for alert in watch.feed(seconds, values)]
        return changed

    def close(self) -> list[RuleAlert]:
        """The alerts that end because the run does."""
        return [
            RuleAlert(watch.rule, number, alert)
            for (_, number), watch in self._watches.items()
            for alert in watch.close()
        ]
