"""A study of one comparison without a file, as the command `monitor compare` and the page Compare make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import ConfigError
from monitor_studies.study_file import ComparisonWanted, StudiedSession, StudyFile
from monitor_studies.words import listed


@dataclass(frozen=True)
class Side:
    """One side of a comparison."""

    sessions: Sequence[str]
    """Numbers or names."""
    person: int | str | None = None
    """Number or name of the person who is looked at; None for everybody, or whom the study says."""
    source: str | None = None
    """Name of the source that the person is in, where sessions have several."""

    @property
    def name(self) -> str:
        """The sessions, and the person where one is looked at."""
        sessions = listed(self.sessions)
        several = "s" * (len(self.sessions) > 1)
        return sessions if self.person is None else f"person {self.person} of session{several} {sessions}"


def quick_study(
    sides: Sequence[Side],
    *,
    after: str | None = None,
    inside: str | None = None,
    labels: Sequence[str] | None = None,
    person: int | str | None = None,
    analyzer: str | None = None,
    seed: int = 0,
) -> StudyFile:
    """Two sides against each other, or one side after and before an event, or inside and outside a tier.

    Raises ConfigError where it is none of these.
    """
    if (after is not None) + (inside is not None) + (len(sides) == 2) != 1:
        raise ConfigError("compare needs two sessions or groups (`3 4`, or `3,4 5,6`), or one with --after or --inside")
    if any(not side.sessions for side in sides):
        raise ConfigError("compare needs at least one session on each side")
    if len(sides) == 2 and sides[0].name == sides[1].name:
        raise ConfigError(f"{sides[0].name} is compared with itself")
    wanted = (
        ComparisonWanted(first=sides[0].name, second=sides[1].name)
        if len(sides) == 2
        else ComparisonWanted(after=after, inside=inside)
    )
    return StudyFile(
        title="compare",
        analyzer=analyzer,
        labels=None if labels is None else list(labels),
        person=person,
        seed=seed,
        sessions=[
            StudiedSession(session=key, group=side.name, person=side.person, source=side.source)
            for side in sides
            for key in side.sessions
        ],
        comparisons=[wanted],
    )
