"""What a person answered about pictures of a recording, as events of its session: a tier for each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from monitor.store import Store
from monitor.store.events import MOMENT, Event, add_events, delete_events, events
from monitor_labels.origins import Origin


def tier_of(worker: str) -> str:
    """The tier on which a person's labels lie."""
    return f"labels of {worker}"


def keep_as_events(
    store: Store, origins: Mapping[str, Origin], worker: str, labels: Mapping[str, str]
) -> dict[int, tuple[int, int]]:
    """Bring the tier of `worker` in every session in line with `labels` (picture -> label).

    The note of an event names the picture and what the analyzer had found. Events that are there already stay as they
    are; those whose answer was changed or taken back go. Returns session -> labels kept, and how many of them correct
    the analyzer.
    """
    wanted: defaultdict[int, dict[str, Event]] = defaultdict(dict)
    corrections: defaultdict[int, int] = defaultdict(int)
    for picture, label in labels.items():
        if picture in origins:
            origin = origins[picture]
            wanted[origin.session_id][picture] = _event(origin, worker, label)
            corrections[origin.session_id] += label != origin.label
    for session_id in {origin.session_id for origin in origins.values()}:
        there = {each.note.split(":")[0]: each for each in events(store, session_id, tiers=[tier_of(worker)])}
        own = wanted[session_id]
        stale = [
            each.id
            for picture, each in there.items()
            if picture in origins and (picture not in own or own[picture].label != each.label) and each.id is not None
        ]
        kept = {picture for picture, each in there.items() if each.id not in stale}
        new = [event for picture, event in own.items() if picture not in kept]
        if stale:
            delete_events(store, stale)
        if new:
            add_events(store, new)
    return {session_id: (len(own), corrections[session_id]) for session_id, own in wanted.items()}


def _event(origin: Origin, worker: str, label: str) -> Event:
    who = "" if origin.subject is None else f" of track {origin.subject}"
    note = f"{origin.task}: {origin.analyzer} found {origin.label}{who} ({100 * origin.probability:.0f} %)"
    return Event(
        origin.session_id,
        MOMENT,
        origin.seconds,
        label=label,
        tier=tier_of(worker),
        source_id=origin.source_id,
        note=note,
        made_by=worker,
    )
