"""What sessions hold, as the series that the statistics take: raw scores, never smoothed or calibrated ones."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.store import Session, Store
from monitor_studies.statistics.series import Array, Series


@dataclass(frozen=True)
class Recording:
    """The samples of a session as one analyzer saw them, source after source."""

    session: Session
    analyzer: str
    source_ids: NDArray[np.int64]
    """(samples,)"""
    seconds: Array
    """(samples,), stream time of each."""
    series: Series

    def seen(self) -> tuple[Array, Array]:
        """The samples at which anything was seen: their times (samples,), and the share of each label at that time, or
        the mean of each measure (samples, names)."""
        there = self.series.weights > 0
        return self.seconds[there], self.series.sums[there] / self.series.weights[there, None]

    def part(self, chosen: NDArray[np.bool_]) -> Series:
        """The samples where `chosen` (samples,) is true."""
        return self.series.part(chosen)


def recording(
    store: Store,
    session: Session,
    analyzer: str,
    *,
    subjects: Collection[tuple[int, int]] | None = None,
    measure: str | None = None,
) -> Recording:
    """A session as `analyzer` saw it: its labels, or one `measure` of it.

    With `subjects`, (source number in the store, person) each, only what it saw of these. Who is taken out of the
    shares is not part of it.
    Samples at which nobody was seen are part of it, with weight 0; those of excluded stretches are not part of it.
    Scores of faces outside of the quality gate weigh nothing, measures of them do.
    """
    samples = store.samples(session)
    seen = _observations(store, session, analyzer, subjects)
    if measure is None:
        seen = seen[seen["counted"] == 1]
    names = session.labels[analyzer] if measure is None else [measure]
    seen = seen.assign(weight=seen[names].sum(axis=1) if measure is None else seen[measure].notna().astype("float64"))
    by_sample = seen.groupby(["source_id", "sample"])[[*names, "weight"]].sum()
    times = pd.MultiIndex.from_frame(samples[["source_id", "number"]])
    values: Array = by_sample.reindex(times).fillna(0.0).to_numpy(np.float64)
    return Recording(
        session,
        analyzer,
        samples["source_id"].to_numpy(np.int64),
        samples["seconds"].to_numpy(np.float64),
        Series(tuple(names), values[:, :-1], values[:, -1]),
    )


def stretches(store: Store, session: Session, analyzer: str) -> list[Array]:
    """Probabilities (samples, labels) of each subject for as long as it counted in every sample."""
    seen = _observations(store, session, analyzer)
    seen = seen[seen["counted"] == 1]
    found = []
    for _, own in seen.groupby(["source_id", seen["subject"].fillna(0)]):
        breaks = np.flatnonzero(np.diff(own["sample"].to_numpy()) != 1) + 1
        found += np.split(own[session.labels[analyzer]].to_numpy(np.float64), breaks)
    return found


def _observations(
    store: Store, session: Session, analyzer: str, subjects: Collection[tuple[int, int]] | None = None
) -> pd.DataFrame:
    """What an analyzer said outside of excluded stretches, of everybody who is in the shares or of some `subjects`.

    What is `counted` is what the quality gate let through, even where the session is shown with all faces.
    """
    seen = store.observations(replace(session, all_samples=False), analyzer=analyzer)
    people = store.people(session, thumbnails=False)
    wanted = [*zip(people["source_id"], people["subject"], strict=True)] if subjects is None else subjects
    keys = pd.MultiIndex.from_arrays([seen["source_id"], seen["person"].fillna(0).astype("int64")])
    is_whole_frame = (seen["person"].isna() & (subjects is None)).to_numpy(bool)
    return seen[keys.isin(list(wanted)) | is_whole_frame]
