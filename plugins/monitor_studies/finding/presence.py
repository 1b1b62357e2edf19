"""When people come into the picture and when they leave it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from monitor.store import Session, Source, Store
from monitor.store.events import MOMENT, Event
from monitor.store.exclusion import excluded_stretches

ABSENT_SECONDS = 3.0
"""Who is not seen for less than that has looked away, or was missed."""
FEWEST_SAMPLES = 4
"""A face in fewer samples is a passer-by, or no face at all."""
MADE_BY = f"presence (away for {ABSENT_SECONDS:g} s)"


def comings_and_goings(store: Store, session: Session, source: Source) -> list[Event]:
    """A moment for each time that a person enters, and for each that they leave, in the order of time.

    Who is there at the first sample did not enter, and who is there at the last did not leave.
    """
    seen = store.observations(session, source_id=source.id, excluded=True)  # nobody leaves where a stretch begins
    seen = seen[seen["person"].notna()].drop_duplicates(["person", "sample"])
    samples = store.samples(session, source_id=source.id)["seconds"]
    if seen.empty or samples.empty:
        return []
    first, last = samples.min() + session.every_seconds / 2, samples.max() - session.every_seconds / 2
    found = []
    for person, own in seen.groupby("person"):
        name = own["name"].iloc[0]
        who = str(name) if isinstance(name, str) else f"person {person}"
        for start, end in visits(own["seconds"]):
            if start > first:
                found.append(Event(session.id, MOMENT, start, label=f"{who} enters", made_by=MADE_BY))
            if end < last:
                found.append(Event(session.id, MOMENT, end, label=f"{who} leaves", made_by=MADE_BY))
    left_out = excluded_stretches(store, session.id).get(source.id, ())
    counted = [each for each in found if not any(start <= each.start_seconds < end for start, end in left_out)]
    return sorted(counted, key=lambda event: (event.start_seconds, event.label))


def visits(seconds: pd.Series) -> list[tuple[float, float]]:
    """First and last sample of each stretch in which somebody was seen, given the times at which they were."""
    times = np.sort(seconds.to_numpy(np.float64))
    parts = np.split(times, np.flatnonzero(np.diff(times) > ABSENT_SECONDS) + 1)
    return [(float(part[0]), float(part[-1])) for part in parts if len(part) >= FEWEST_SAMPLES]
