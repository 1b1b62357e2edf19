"""Shares of a session as a whole, and inside its annotations."""

from __future__ import annotations

import pandas as pd

from monitor.store import Store
from monitor.store.events import Event
from monitor.views.clock import span
from monitor_studies.confusion_file import confusion_for
from monitor_studies.share_table import share_rows
from monitor_studies.sides import intervals_of, within
from monitor_studies.studied import Draws, families, models_of, read_sessions
from monitor_studies.study_file import StudyFile


def annotated_shares(
    store: Store, study: StudyFile, by: str | None = None, *, together: bool = False
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Shares of the study's one session, and which of the labels are measures.

    With `by` (a tier, or `tier:label`) one row per interval and label of a face, or with `together` one for all
    intervals of one name. Columns where (the annotation) and when, and those of `share_rows`.
    """
    [found] = read_sessions(store, study)
    draws = Draws(study.seed)
    labels = found.labels
    confusion = confusion_for(labels.analyzer, labels.series.names, study.confusion, models=models_of([found]))
    if by is None:
        places: list[tuple[str, str, list[Event] | None]] = [("whole session", "", None)]
    else:
        events = intervals_of(store, found.labels, by)
        names = dict.fromkeys(event.label for event in events)
        places = (
            [(name, "", [event for event in events if event.label == name]) for name in names]
            if together
            else [(event.label, span(event.start_seconds, event.end_seconds or 0.0), [event]) for event in events]
        )
    rows = []
    for name, when, chosen in places:
        for [recording] in families([found]):
            series = recording.series if chosen is None else recording.part(within(recording, chosen))
            rows += [{"where": name, "when": when, **row} for row in share_rows(series, study, draws, confusion)]
    return pd.DataFrame(rows), tuple(found.measures)
