"""What pages, reports and exports show of a session: its raw scores, or those calibrated and then smoothed.

What the store holds stays raw. A session says by its `half_life_seconds` and `calibrate_seconds` how it is shown; to
show it otherwise, change these with `dataclasses.replace`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.readout.calibration import NEUTRAL, Baselines, baselines, calibrated
from monitor.readout.smoothing import smoothed, smoothed_means
from monitor.readout.timeline import normalised, within
from monitor.shares import WHOLE_FRAME
from monitor.store import Session, Store

LEAD_HALF_LIVES = 10
"""What lies further back counts less than a thousandth in a smoothed score, so it need not be read."""


def raw(session: Session) -> Session:
    """The session as it is without any adjustment."""
    return replace(session, half_life_seconds=0.0, calibrate_seconds=0.0)


def caption(session: Session, analyzer: str) -> str:
    """How the analyzer's scores are shown, as one sentence; empty where they are shown raw."""
    words = []
    if session.half_life_seconds and session.labels[analyzer]:
        words.append(f"smoothed, half-life {session.half_life_seconds:g} s")
    if is_calibrated(session, analyzer):
        words.append(f"calibrated on each person's first {session.calibrate_seconds:g} s")
    sentence = "; ".join([*words, "raw scores in the export"]) if words else ""
    return sentence[:1].upper() + sentence[1:]


def is_calibrated(session: Session, analyzer: str) -> bool:
    return session.calibrate_seconds > 0 and NEUTRAL in session.labels[analyzer]


def lead_in(session: Session, start_seconds: float) -> float:
    """From when on windows have to be read to show those from `start_seconds` on."""
    return max(0.0, start_seconds - LEAD_HALF_LIVES * session.half_life_seconds)


class Shown:
    """A store seen as its sessions say. Remembers the baselines of people whose first seconds are over."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, float], dict[tuple[int, int], NDArray[np.float64]]] = {}
        """(analyzer, calibrate_seconds) -> baselines that will not change any more."""

    def windows(self, session: Session, analyzer: str, *, source_id: int, start_seconds: float = 0.0) -> pd.DataFrame:
        """Share windows of a source that end after `start_seconds`, as `Store.windows` gives them, of shown scores."""
        start = lead_in(session, start_seconds)
        windows = self._store.windows(session, analyzer, source_id=source_id, start_seconds=start)
        return within(self.adjusted(session, analyzer, windows, session.window_seconds), start_seconds, math.inf)

    def adjusted(self, session: Session, analyzer: str, windows: pd.DataFrame, window_seconds: float) -> pd.DataFrame:
        """Raw share windows of a source, `window_seconds` long, with shown scores.

        They have to begin at `lead_in`. This is the window-level form: a window's mean scores are calibrated and
        smoothed as if they had held all through it. So it costs the same at every hour of a session. The export adjusts
        each sample; the two differ the more, the more the scores vary within a window.
        """
        if not caption(session, analyzer):
            return windows
        labels = session.labels[analyzer]
        counted = windows[windows["counted"] > 0]
        means = counted.assign(seconds=counted["start_seconds"])
        means[labels] = normalised(windows, labels)
        means = self._calibrated(session, analyzer, means)
        if session.half_life_seconds:
            means = smoothed_means(means, labels, session.half_life_seconds, window_seconds)
        shown = windows.copy()
        shown.loc[counted.index, labels] = means[labels].mul(counted["counted"], axis=0)
        return shown

    def scores(
        self, session: Session, analyzer: str, rows: pd.DataFrame, before: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """`rows` of an analyzer with shown scores in the label columns; index, order and sums stay.

        Columns source_id, subject (WHOLE_FRAME for the whole frame), seconds, and the analyzer's labels. Where `rows`
        go on from earlier ones, `before` holds the last of these of each subject, as it was shown.
        """
        rows = self._calibrated(session, analyzer, rows)
        if not session.half_life_seconds:
            return rows
        earlier = rows.iloc[:0] if before is None else before.set_axis(range(-len(before), 0))
        both = pd.concat([earlier, rows])  # a first score stays as it is, so smoothing goes on from a shown one
        return smoothed(both, session.labels[analyzer], session.half_life_seconds).iloc[len(earlier) :]

    def _calibrated(self, session: Session, analyzer: str, rows: pd.DataFrame) -> pd.DataFrame:
        if not is_calibrated(session, analyzer):
            return rows
        return calibrated(rows, session.labels[analyzer], self._baselines(session, analyzer, rows))

    def _baselines(self, session: Session, analyzer: str, rows: pd.DataFrame) -> Baselines:
        """Baselines of the people in `rows`; of those still in their first seconds, from what there is so far."""
        labels, seconds = session.labels[analyzer], session.calibrate_seconds
        known = self._known.setdefault((analyzer, seconds), {})
        people = {person for person in zip(rows["source_id"], rows["subject"], strict=True) if person[1] != WHOLE_FRAME}
        fresh: dict[tuple[int, int], NDArray[np.float64]] = {}
        for source in self._store.sources(session.id):  # before the observations, which may go on meanwhile
            missing = sorted(subject for source_id, subject in people - known.keys() if source_id == source.id)
            first = self._store.first_observations(session, analyzer, source.id, missing, seconds)
            fresh |= baselines(first, labels)
            known |= baselines(first[first["first_seconds"] + seconds <= source.seconds], labels)
        return {person: known[person] for person in people & known.keys()} | fresh
