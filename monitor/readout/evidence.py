"""What the analyzers of a session saw of a source, and of what kind that is: faces, or the scene as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from markupsafe import Markup

from monitor.plugin.contracts import Measure
from monitor.readout import doubts, measured, short_windows, timeline
from monitor.readout.calibration import NEUTRAL
from monitor.readout.shown import Shown, lead_in
from monitor.store import Session, Source, Store
from monitor.store.exclusion import Stretches

FACES = "Faces"
SCENE = "Scene"


@dataclass(frozen=True)
class Evidence:
    """What one analyzer saw of one source."""

    analyzer: str
    labels: list[str]
    kind: str
    """FACES, SCENE, or empty where nothing tells."""
    windows: pd.DataFrame
    """Share windows, as `Shown.windows` gives them, or shorter ones."""
    window_seconds: float
    """Length of these and of those of the measures."""
    measures: Sequence[Measure] = ()
    measured: pd.DataFrame | None = None
    """Windows of the measures, as `Store.measure_windows` gives them, always raw; None without measures."""

    @property
    def title(self) -> Markup:
        """The kind in bold and the analyzer's name, as HTML, of which plotly knows as much as this needs."""
        if not self.kind:
            return Markup("<b>{}</b>").format(self.analyzer)
        return Markup("<b>{}</b> · {}").format(self.kind, self.analyzer)

    @property
    def absence(self) -> str:
        """What to say where there is nothing."""
        return "nobody seen" if self.kind == FACES else "nothing observed"

    def within(self, start_seconds: float, end_seconds: float) -> Evidence:
        """What of it touches [start_seconds, end_seconds)."""
        values = None if self.measured is None else timeline.within(self.measured, start_seconds, end_seconds)
        return replace(self, windows=timeline.within(self.windows, start_seconds, end_seconds), measured=values)

    def lane(self, reach: tuple[float, float], *, most: int = timeline.MOST_POINTS) -> timeline.Lane:
        """Its row of a timeline over `reach`; the rows of all analyzers fall on the same times."""
        rows = timeline.share_rows(self.windows, self.labels, self.window_seconds, reach=reach, most=most)
        doubtful = doubts.stretches(self.measured, self.measures, self.window_seconds, reach=reach, most=most)
        return timeline.Lane(self.title, self.labels, rows, self.absence, doubtful)

    @property
    def doubts(self) -> list[str]:
        """Sentences to say beside the shares, where they are to be doubted."""
        return doubts.sentences(self.measured, self.measures, self.window_seconds)

    def measure_rows(
        self, measure: Measure, reach: tuple[float, float], *, most: int = timeline.MOST_POINTS
    ) -> pd.DataFrame:
        """Rows of one of its measures over `reach`, on the times of its lane."""
        assert self.measured is not None
        return measured.measure_rows(self.measured, measure.name, self.window_seconds, reach=reach, most=most)


def gathered(
    store: Store,
    shown: Shown,
    session: Session,
    source: Source,
    analyzers: Iterable[str],
    start_seconds: float = 0.0,
    excluded: Stretches | None = None,
) -> list[Evidence]:
    """What each of these analyzers saw of a source from `start_seconds` on, faces first.

    In the windows of the session, or in shorter ones where the recording is short. `excluded` as for
    `Store.seen_windows`.
    """
    length, kinds = short_windows.shown_window_seconds(session, source), kinds_of_evidence(store, session)
    names, read_from = list(analyzers), lead_in(session, start_seconds)
    of: dict[str, Any] = {"source_id": source.id, "start_seconds": read_from}
    if length == session.window_seconds:
        seen = store.seen_windows(session, names, excluded=excluded, **of)
    else:
        seen = {name: short_windows.seen_windows(store, session, name, length, **of) for name in names}
    found = []
    for name in names:
        windows, values = seen[name]
        measures = session.measures.get(name, [])
        windows = shown.adjusted(session, name, windows, length)
        found.append(
            Evidence(name, session.labels[name], kinds[name], windows, length, measures, values if measures else None)
        )
    if read_from < start_seconds:
        found = [own.within(start_seconds, math.inf) for own in found]
    return sorted(found, key=lambda own: own.kind == SCENE)


def with_shares(found: Iterable[Evidence]) -> list[Evidence]:
    """That of analyzers with labels; the others only measure."""
    return [own for own in found if own.labels]


def length(session: Session, source: Source, found: Iterable[Evidence]) -> float:
    """Seconds of a timeline of all that was found in a source: to the end of the last window, but no further than where
    the sample after the newest would be."""
    ends = [float(own.windows["end_seconds"].max()) for own in found if len(own.windows)]
    return max(source.seconds, min(max(ends, default=0.0), source.seconds + session.every_seconds))


def kinds_of_evidence(store: Store, session: Session) -> dict[str, str]:
    """Analyzer -> the kind of its evidence: whom its observations are of tells it.

    Of one that has said nothing so far only its labels are left to tell: `neutral` is a face at rest. Empty where they
    do not tell either.
    """
    unknown = {name: FACES if NEUTRAL in session.labels[name] else "" for name in session.analyzers}
    return unknown | {
        name: FACES if saw else SCENE for name, saw in store.saw_people(session).items() if saw is not None
    }
