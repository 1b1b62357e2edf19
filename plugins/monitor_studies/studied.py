"""The sessions of a study, read from the store and found fit to be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor.readout.marked import excluded_seconds
from monitor.store import Session, Store
from monitor.store.events import events
from monitor_studies.recorded import Recording, recording
from monitor_studies.study_file import StudiedSession, StudyFile


@dataclass(frozen=True)
class Studied:
    """A session of a study with what was recorded of it."""

    wanted: StudiedSession
    labels: Recording
    measures: dict[str, Recording]
    excluded_seconds: float
    """Of all sources together."""


class Draws:
    """Random generators, each independent of how much the ones before it were used."""

    def __init__(self, seed: int) -> None:
        self._seed, self._numbers = seed, count()

    def next(self) -> np.random.Generator:
        return np.random.default_rng([self._seed, next(self._numbers)])


def read_sessions(store: Store, study: StudyFile) -> list[Studied]:
    """The sessions of a study in its order. Raises MonitorError where one is missing, or they cannot be compared."""
    sessions = [store.session(each.session) for each in study.sessions]
    analyzer = study.analyzer or next((name for name, labels in sessions[0].labels.items() if labels), "")
    for session in sessions:
        _check_comparable(sessions[0], session, analyzer, study)
    measures = [each.name for each in sessions[0].measures.get(analyzer, [])]
    known = [*sessions[0].labels[analyzer], *measures]
    for name in study.labels or []:
        if name not in known:
            raise ConfigError(unknown_name("label or measure", name, known))
    found = []
    for wanted, session in zip(study.sessions, sessions, strict=True):
        subjects = _subjects(store, session, wanted, study.person)
        labels = recording(store, session, analyzer, subjects=subjects)
        if subjects is not None and not labels.series.observed:
            raise ConfigError(
                f"session {session.id}: person {wanted.person or study.person} was never seen, or never well enough; "
                f"`monitor report {session.id}` shows who was"
            )
        chosen = [name for name in measures if study.labels is None or name in study.labels]
        own = {name: recording(store, session, analyzer, subjects=subjects, measure=name) for name in chosen}
        marked = events(store, session.id)
        excluded = sum(excluded_seconds(session, source, marked) for source in store.sources(session.id))
        found.append(Studied(wanted, labels, own, excluded))
    if not any(each.labels.series.observed for each in found):
        raise ConfigError("nobody was seen in any session of the study: there is nothing to compare")
    return found


def models_of(found: Sequence[Studied]) -> list[str]:
    """Identities (name, version, digest) of the models that analysed the sessions, as far as they are known."""
    known = {each.labels.session.models.get(each.labels.analyzer, "") for each in found}
    return sorted(known - {""})


def families(found: Sequence[Studied]) -> Iterator[list[Recording]]:
    """The labels of all sessions, whose shares sum to one, then each measure."""
    yield [each.labels for each in found]
    for name in found[0].measures:
        yield [each.measures[name] for each in found]


def _check_comparable(first: Session, session: Session, analyzer: str, study: StudyFile) -> None:
    if analyzer not in session.labels:
        known = ", ".join(session.labels) or "none"
        raise ConfigError(f"session {session.id} was not analysed by {analyzer!r}; its analyzers: {known}")
    if not session.labels[analyzer]:
        raise ConfigError(f"session {session.id}: {analyzer!r} gives measures and no labels, so there are no shares")
    if session.labels[analyzer] != first.labels[analyzer]:
        raise ConfigError(
            f"sessions {first.id} and {session.id}: {analyzer} had other labels, so another model; analyse one again"
        )
    if session.measures.get(analyzer) != first.measures.get(analyzer):
        raise ConfigError(
            f"sessions {first.id} and {session.id}: {analyzer} had other measures, so another version; "
            "analyse one again"
        )
    models = [each.models.get(analyzer) for each in (first, session)]
    if None not in models and models[0] != models[1] and not study.allow_different_models:
        raise ConfigError(
            f"sessions {first.id} and {session.id} were analysed by different models, {models[0]} and {models[1]}; "
            "analyse one again, or set allow_different_models = true"
        )
    if session.every_seconds != first.every_seconds and not study.allow_different_sampling:
        raise ConfigError(
            f"sessions {first.id} and {session.id} were sampled every {first.every_seconds:g} and "
            f"{session.every_seconds:g} s; analyse one again, or set allow_different_sampling = true"
        )


def _subjects(
    store: Store, session: Session, wanted: StudiedSession, person: int | str | None
) -> list[tuple[int, int]] | None:
    """(source, person) of whoever is studied; None for everybody. Raises ConfigError where they cannot be found.

    A name may be that of a person in each of several sources; a number needs one source.
    """
    person = person if wanted.person is None else wanted.person
    if person is None:
        return None
    sources = store.sources(session.id)
    if wanted.source is not None:
        names = [source.name for source in sources]
        if wanted.source not in names:
            raise ConfigError(f"session {session.id}: {unknown_name('source', wanted.source, names)}")
        sources = [source for source in sources if source.name == wanted.source]
    if isinstance(person, str):
        return _named(store, session, [source.id for source in sources], person)
    if len(sources) != 1:
        raise ConfigError(
            f"session {session.id} has {len(sources)} sources: say with `source` where person {person} is"
        )
    return [(sources[0].id, person)]


def _named(store: Store, session: Session, source_ids: Sequence[int], name: str) -> list[tuple[int, int]]:
    people = store.people(session, thumbnails=False)
    known = people[people["source_id"].isin(source_ids) & people["name"].notna()]
    found = known[known["name"] == name]
    if found.empty:
        names = sorted(set(known["name"]))
        hint = "the page People and `monitor people` give names"
        raise ConfigError(f"session {session.id}: {unknown_name('person', name, names)}; {hint}")
    return [(int(source), int(subject)) for source, subject in zip(found["source_id"], found["subject"], strict=True)]
