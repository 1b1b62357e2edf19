"""What is sent: alerts, windows of shares and observations, as the service tells them to followers of a session too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from monitor.sample import Observation, Sample
from monitor.sources.sampler import period_index
from monitor.store import Session, Source, Store
from monitor.store.changes import window_page
from monitor_outlets.alerts.samples import RuleAlert
from monitor_outlets.outlet import Message
from monitor_outlets.people import People

MOST_WINDOWS = 1000
"""That are read from the store at once."""


class Messages:
    """Makes the messages of one session."""

    def __init__(self, session: Session, sources: list[Source], people: People) -> None:
        self._session = session
        self._sources = sources
        self._people = people
        self._next_window: dict[int, int] = {}
        """Source -> number of the first window that was not sent."""

    def observation(self, sample: Sample, seen: Observation, counts: bool) -> Message:
        """One observation; keys as in `monitor.store.changes.observation_facts`, and who the subject is."""
        return self._message(
            "observation",
            seen.source,
            sample=sample.frame.index,
            seconds=seen.seconds,
            analyzer=seen.analyzer,
            subject=seen.subject,
            person=self._person(seen.source, seen.subject),
            box=None if seen.box is None else [float(side) for side in seen.box],
            confidence=float(seen.confidence),
            counts=counts,
            scores={label: float(score) for label, score in seen.scores.items()},
            measures={name: float(value) for name, value in seen.measures.items()},
        )

    def windows(self, store: Store) -> Iterator[Message]:
        """The windows that became complete since the last call; keys as in `monitor.store.changes.window_facts`, and
        who the subjects are.

        They are read from the store, which knows what counts in shares and what does not.
        """
        session = store.session(self._session.id)
        length = session.window_seconds
        for number, source in enumerate(store.sources(session.id), 1):
            is_over = session.state != "running" or source.state not in ("waiting", "running", "reconnecting")
            first = self._next_window.get(number, 0)
            until = None if is_over else period_index(source.seconds, length) * length
            if until is not None and until <= first * length:
                continue
            for facts in window_page(store, session, first * length, until, MOST_WINDOWS):
                if facts["source"] == source.id:
                    self._next_window[number] = round(facts["start_seconds"] / length) + 1
                    for subject in facts["subjects"]:
                        subject["person"] = self._person(number, subject["subject"])
                    yield self._message("window", number, **facts)

    def alert(self, change: RuleAlert, words: str) -> Message:
        """An alert that was raised or has ended."""
        alert, is_over = change.alert, change.alert.ended_seconds is not None
        return self._message(
            "alert",
            change.source,
            name=change.rule.name,
            state="ended" if is_over else "raised",
            since_seconds=alert.since_seconds,
            raised_seconds=alert.raised_seconds,
            ended_seconds=alert.ended_seconds,
            analyzer=alert.subject.analyzer,
            subject=alert.subject.track,
            person=self._person(change.source, alert.subject.track),
            value=alert.value,
            text=words,
        )

    def _person(self, source: int, track: int | None) -> str | None:
        """How the person of a track is called; None for the frame as a whole."""
        return None if track is None else self._people.title(source, track)

    def _message(self, kind: str, number: int, **facts: object) -> Message:
        source = self._sources[number - 1]
        return {
            "kind": kind,
            "session": self._session.id,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            **facts,
            "source": number,
            "source_name": source.name,
        }
