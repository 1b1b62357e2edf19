"""What the analyzers of a session saw of a source, and of what kind that is: faces, or the scene as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from html import escape

import pandas as pd

from monitor import timeline
from monitor.baseline import NEUTRAL
from monitor.shares import WHOLE_FRAME
from monitor.shown import Shown
from monitor.store import Session, Source, Store

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
    """Share windows, as `Shown.windows` gives them."""

    @property
    def title(self) -> str:
        """The kind in bold and the analyzer's name, as HTML, of which plotly knows as much as this needs."""
        return f"<b>{self.kind}</b> · {escape(self.analyzer)}" if self.kind else f"<b>{escape(self.analyzer)}</b>"

    @property
    def absence(self) -> str:
        """What to say where there is nothing."""
        return "nobody seen" if self.kind == FACES else "nothing observed"

    def within(self, start_seconds: float, end_seconds: float) -> Evidence:
        """What of it touches [start_seconds, end_seconds)."""
        return replace(self, windows=timeline.within(self.windows, start_seconds, end_seconds))

    def lane(self, session: Session, reach: tuple[float, float], *, most: int = timeline.MOST_POINTS) -> timeline.Lane:
        """Its row of a timeline over `reach`; the rows of all analyzers fall on the same times."""
        rows = timeline.share_rows(self.windows, self.labels, session.window_seconds, reach=reach, most=most)
        return timeline.Lane(self.title, self.labels, rows, self.absence)


def gathered(
    store: Store,
    shown: Shown,
    session: Session,
    source: Source,
    analyzers: Iterable[str],
    start_seconds: float = 0.0,
) -> list[Evidence]:
    """What each of these analyzers saw of a source from `start_seconds` on, faces first."""
    found = []
    for analyzer in analyzers:
        windows = shown.windows(session, analyzer, source_id=source.id, start_seconds=start_seconds)
        labels = session.labels[analyzer]
        kind = kind_of(windows if len(windows) else store.totals(session, analyzer), labels)
        found.append(Evidence(analyzer, labels, kind, windows))
    return sorted(found, key=lambda evidence: evidence.kind == SCENE)


def length(source: Source, found: Iterable[Evidence]) -> float:
    """Seconds of a timeline of all that was found in a source: to its newest sample and to the end of every window."""
    return max([source.seconds, *(float(own.windows["end_seconds"].max()) for own in found if len(own.windows))])


def kind_of(sums: pd.DataFrame, labels: Collection[str]) -> str:
    """The kind of evidence of an analyzer: whom its windows or totals are of tells it.

    Of one that has said nothing so far only its labels are left to tell: `neutral` is a face at rest. Empty where they
    do not tell either.
    """
    if sums.empty:
        return FACES if NEUTRAL in labels else ""
    return FACES if (sums["subject"] != WHOLE_FRAME).any() else SCENE
