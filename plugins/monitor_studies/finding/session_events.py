"""Searches a session for events, and keeps in the store what is found."""

from __future__ import annotations

from dataclasses import replace

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor.store import Session, Source, Store
from monitor.store.events import Event, replace_tier
from monitor_studies.finding.change_points import changes
from monitor_studies.finding.peaks import peaks
from monitor_studies.finding.presence import comings_and_goings
from monitor_studies.finding.search import Search, Tier
from monitor_studies.finding.unusual import unusual
from monitor_studies.recorded import Recording, recording


def find_events(store: Store, session: Session, search: Search) -> dict[Tier, int]:
    """Search a session and keep what is found in the place of what was found before: tier -> how many events.

    Doing it again changes nothing. Events that a person changed or deleted are neither overwritten nor made again.
    Raises ConfigError where the session has no such analyzer, or none with labels.
    """
    with_labels = [name for name, labels in session.labels.items() if labels]
    analyzer = search.analyzer or next(iter(with_labels), "")
    if analyzer not in with_labels:
        raise ConfigError(f"session {session.id}: {unknown_name('analyzer with labels', analyzer, with_labels)}")
    whole = recording(store, session, analyzer)
    found: dict[Tier, list[Event]] = {tier: [] for tier in search.tiers}
    for source in store.sources(session.id):
        of_source = _of_source(whole, source.id)
        for tier in search.tiers:
            new = _found(store, session, source, of_source, search, tier)
            found[tier] += [replace(event, tier=tier.value, source_id=source.id) for event in new]
    return {tier: len(replace_tier(store, session.id, tier.value, events)) for tier, events in found.items()}


def _found(store: Store, session: Session, source: Source, seen: Recording, search: Search, tier: Tier) -> list[Event]:
    if tier == Tier.PEOPLE:
        return comings_and_goings(store, session, source)
    if not seen.series.observed:
        return []
    if tier == Tier.PEAKS:
        return peaks(seen, search)
    return changes(seen) if tier == Tier.CHANGES else unusual(seen)


def _of_source(whole: Recording, source_id: int) -> Recording:
    own = whole.source_ids == source_id
    return replace(whole, source_ids=whole.source_ids[own], seconds=whole.seconds[own], series=whole.series.part(own))
