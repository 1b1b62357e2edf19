"""Shorter windows for short recordings: a clip of five seconds would be one point in windows of five seconds.

The store keeps windows of one length. What a short recording consists of is cheap to read, so its windows are made
from the raw observations each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor

import numpy as np
import pandas as pd

from monitor.moments import STATISTICS
from monitor.readout import health
from monitor.readout.timeline import windows_in_a_point
from monitor.shares import WHOLE_FRAME
from monitor.sources.sampler import period_index
from monitor.store import Session, Source, Store
from monitor.store.frames import columns

FEWEST_WINDOWS = 12
"""A recording that has fewer windows is shown in shorter ones."""
HEAD = ["source_id", "source", "subject", "start_seconds", "end_seconds", "samples"]


def shown_window_seconds(session: Session, source: Source) -> float:
    """Length of the windows in which a source is shown.

    That of the session; for a recording too short to fill FEWEST_WINDOWS of these, as many whole samples as give it
    that many windows, and at least one. A live stream counts as short only once it has ended.
    """
    over = health.state(session, source) not in ("waiting", "running", "reconnecting")
    seconds = source.seconds + session.every_seconds if over else source.duration_seconds
    if seconds is None:
        return session.window_seconds
    samples = max(1, floor(seconds / session.every_seconds / FEWEST_WINDOWS + 1e-6))
    return min(session.window_seconds, samples * session.every_seconds)


def caption(session: Session, source: Source, reach: tuple[float, float]) -> str:
    """What to say of the points of plots of a source over `reach`, as a sentence; empty where each is one of the
    session's windows."""
    shown, kept = shown_window_seconds(session, source), session.window_seconds
    if shown != kept:
        return f"A short recording, shown in windows of {shown:g} s; exports have those of {kept:g} s."
    joined = windows_in_a_point(reach, kept)
    return (
        "" if joined == 1 else f"Each point of a plot stands for {joined * kept:g} s, {joined} windows of {kept:g} s."
    )


def seen_windows(
    store: Store, session: Session, analyzer: str, window_seconds: float, *, source_id: int, start_seconds: float = 0.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Windows of any length of what an analyzer saw, made from raw observations.

    First its shares; columns and order as of `Store.windows`. Then what it measured, columns as of
    `Store.measure_windows`, but one row per value and not per window: whoever reads such windows pools them anyway.
    """
    first = period_index(start_seconds, window_seconds) * window_seconds
    seen = store.observations(session, analyzer=analyzer, source_id=source_id, start_seconds=first, ignored=False)
    names = seen.columns.tolist()
    _, measured = columns(session, [analyzer], names[: names.index("counted") + 1])
    numbers = np.array([period_index(seconds, window_seconds) for seconds in seen["seconds"]], np.int64)
    seen = seen.assign(
        subject=seen["person"].fillna(WHOLE_FRAME).astype("int64"),
        start_seconds=numbers * window_seconds,
        end_seconds=(numbers + 1) * window_seconds,
        samples=1,
    )
    return _shares(seen, session.labels[analyzer]), _measures(seen, measured)


def _shares(seen: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    seen = seen[seen[labels].notna().all(axis=1)] if labels else seen[:0]
    sums = seen.assign(**{label: seen[label] * seen["counted"] for label in labels})
    keys = ["start_seconds", "end_seconds", "source_id", "source", "subject"]
    rows = sums.groupby(keys, as_index=False)[["samples", "counted", *labels]].sum()
    return rows[[*HEAD, "counted", *labels]]


def _measures(seen: pd.DataFrame, measured: Mapping[str, str]) -> pd.DataFrame:
    """`measured` is measure -> its column."""
    tables = [pd.DataFrame(columns=[*HEAD, "measure", *STATISTICS])]
    for name, column in measured.items():
        values = seen.loc[seen[column].notna(), [*HEAD, column]].rename(columns={column: "mean"})
        tables.append(values.assign(measure=name, count=1, deviations=0.0, low=values["mean"], high=values["mean"]))
    return pd.concat(tables[1:] or tables, ignore_index=True)[[*HEAD, "measure", *STATISTICS]]
