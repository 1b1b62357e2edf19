"""What a live page shows of a running source, read again at every refresh: it costs the same at every hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from monitor.readout import marked
from monitor.readout.evidence import SCENE, Evidence, gathered
from monitor.readout.shown import Shown, caption
from monitor.store import Session, Source, Store
from monitor.store.events import Event
from monitor.store.exclusion import excluded_of

MOST_PEOPLE = 12


@dataclass(frozen=True)
class Newest:
    """The last stretch of a source."""

    since: float
    """Start of the stretch, in seconds of stream time."""
    found: list[Evidence]
    events: list[Event]
    gaps: pd.DataFrame
    faults: pd.DataFrame
    people: pd.DataFrame
    """The MOST_PEOPLE seen last."""
    names: Mapping[int, str]
    """Person -> the name that they were given."""
    sums: Mapping[str, pd.DataFrame]
    """Analyzer that sees people -> sums of these people: over the whole session, or over the stretch where its scores
    are shown otherwise than raw, because totals are raw and adjusting all windows would cost more with every hour."""


def newest(
    store: Store, shown: Shown, session: Session, source: Source, analyzers: Iterable[str], reach_seconds: float
) -> Newest:
    """What there is to show of the last `reach_seconds` of a source."""
    since = max(0.0, source.seconds - reach_seconds)
    events = marked.of_source(store, source)
    stretches = excluded_of(events, source.id)
    excluded = {source.id: stretches} if stretches else {}
    found = gathered(store, shown, session, source, analyzers, since, excluded)
    people = store.people(session, source_id=source.id, newest=MOST_PEOPLE, excluded=excluded)
    sums = {}
    for own in found:
        if own.labels and own.kind != SCENE:
            sums[own.analyzer] = (
                own.windows
                if caption(session, own.analyzer)
                else store.totals(
                    session,
                    own.analyzer,
                    source_id=source.id,
                    subjects=people["subject"].tolist(),
                    excluded=excluded,
                )
            )
    gaps, faults = store.gaps(session, source_id=source.id), store.faults(session, source_id=source.id)
    return Newest(since, found, events, gaps, faults, people, store.names(source.id), sums)
