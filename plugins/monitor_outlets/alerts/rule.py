"""One alert rule in one source, as a state machine over times and values; it knows no clock, no store and no sample."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from monitor.settings import AlertSettings

SLACK_SECONDS = 1e-6
"""Times closer than this count as equal: 0.3 - 0.1 is less than 0.2."""

Subject = TypeVar("Subject", bound=Hashable)


@dataclass(frozen=True)
class Alert(Generic[Subject]):
    """A rule has held for long enough. All times are stream time."""

    subject: Subject
    since_seconds: float
    """Since when it has held."""
    raised_seconds: float
    """When it had held for long enough."""
    value: float
    """What is watched, smoothed, when the alert was raised."""
    ended_seconds: float | None = None
    """When it was last seen to hold; None while the alert lasts."""


@dataclass
class Level:
    """What is watched of one subject."""

    value: float
    """Smoothed."""
    seconds: float
    """When the subject was last seen."""
    since_seconds: float | None = None
    """Since when the rule has held; None while it does not."""
    held_seconds: float = 0.0
    """When it was last seen to hold."""


class RuleWatch(Generic[Subject]):
    """Watches the values of any number of subjects; one alert at a time.

    An alert is raised when the smoothed value of a subject has been beyond the level for `for_seconds`. It ends when
    the value no longer is, or when the subject was not seen for `patience_seconds`; from its end on the rule is silent
    for `pause_seconds`. Who was not seen for so long is forgotten, so memory does not grow with the stream.
    """

    def __init__(self, rule: AlertSettings, patience_seconds: float) -> None:
        self.rule = rule
        self._patience_seconds = patience_seconds
        self._levels: dict[Subject, Level] = {}
        self._alert: Alert[Subject] | None = None
        self._silent_until = float("-inf")

    def feed(
        self, seconds: float, values: Mapping[Subject, float], is_meant: Callable[[Subject], bool] = lambda _: True
    ) -> list[Alert[Subject]]:
        """What changed with the `values` seen at `seconds`: the alert that ended, the one that was raised.

        `is_meant` is asked before an alert of a subject is raised; the rule may be about somebody else.
        """
        changed = self._forget(seconds)
        for subject, value in values.items():
            self._take(subject, seconds, value)
        if self._alert is not None and self._levels[self._alert.subject].since_seconds is None:
            changed += self._end()
        if self._alert is None and seconds >= self._silent_until - SLACK_SECONDS:
            for subject in values:
                level = self._levels[subject]
                since = level.since_seconds
                if since is None or seconds - since < self.rule.for_seconds - SLACK_SECONDS or not is_meant(subject):
                    continue
                self._alert = Alert(subject, since, seconds, level.value)
                return [*changed, self._alert]
        return changed

    def close(self) -> list[Alert[Subject]]:
        """The stream is over, and with it the alert that lasts."""
        return [] if self._alert is None else self._end()

    def _forget(self, seconds: float) -> list[Alert[Subject]]:
        """Forget who was not seen for too long; an alert about them ends."""
        oldest = seconds - self._patience_seconds - SLACK_SECONDS
        gone = [subject for subject, level in self._levels.items() if level.seconds < oldest]
        changed = self._end() if self._alert is not None and self._alert.subject in gone else []
        for subject in gone:
            del self._levels[subject]
        return changed

    def _take(self, subject: Subject, seconds: float, value: float) -> None:
        level = self._levels.setdefault(subject, Level(value, seconds))
        level.value = smoothed(level.value, value, seconds - level.seconds, self.rule.half_life_seconds)
        level.seconds = seconds
        if not holds(self.rule, level.value):
            level.since_seconds = None
            return
        level.since_seconds = seconds if level.since_seconds is None else level.since_seconds
        level.held_seconds = seconds

    def _end(self) -> list[Alert[Subject]]:
        assert self._alert is not None
        held_seconds = self._levels[self._alert.subject].held_seconds
        ended = replace(self._alert, ended_seconds=held_seconds)
        self._alert, self._silent_until = None, held_seconds + self.rule.pause_seconds
        return [ended]


def smoothed(before: float, value: float, elapsed_seconds: float, half_life_seconds: float) -> float:
    """`value`, `elapsed_seconds` after the smoothed value was `before`.

    w before + (1 - w) value with w = 0.5 ** (elapsed / half-life), as in `monitor.readout.smoothing`.

    >>> smoothed(1.0, 0.0, 2.0, half_life_seconds=1.0)
    0.25
    """
    if half_life_seconds == 0:
        return value
    weight: float = 0.5 ** (elapsed_seconds / half_life_seconds)
    return weight * before + (1 - weight) * value


def holds(rule: AlertSettings, value: float) -> bool:
    """Whether `value` lies beyond the level of a rule, or between its two."""
    return (rule.above is None or value > rule.above) and (rule.below is None or value < rule.below)
