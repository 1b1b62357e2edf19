"""The exported tables of a session a piece at a time, so that a session of any length takes the same memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from monitor.moments import pooled
from monitor.readout.export_columns import STATISTICS, Columns, observation_columns, window_columns
from monitor.readout.shown import Shown
from monitor.readout.timeline import normalised
from monitor.shares import WHOLE_FRAME
from monitor.sources.sampler import period_index
from monitor.store import Session, Source, Store
from monitor.store.frames import Rows, measure_frame, sum_frame

SAMPLES_AT_ONCE = 1000
WINDOWS_AT_ONCE = 5000
WHOLE_NUMBERS = ("session", "sample", "faces", "subject", "samples", "counted")
WORDS = ("source", "file", "analyzer", "person")


def observation_chunks(store: Store, session: Session) -> Iterator[pd.DataFrame]:
    """One row per sample, analyzer and subject, in stream order; columns as `observation_columns` says.

    A sample of which no analyzer said anything has one row with nothing but where and when it is, so that "nobody
    there" can be told from "not sampled". The first piece is there even where the session is empty.
    """
    columns = observation_columns(session)
    yield _tidy(pd.DataFrame(), session, columns)
    for samples, seen in _samples_and_observations(store, session, columns):
        rows = samples.rename(columns={"number": "sample"}).merge(
            seen.drop(columns=["file", "source", "seconds"]), on=["source_id", "sample"], how="left", sort=False
        )
        rows["person"] = rows["name"].fillna(rows["person"].astype("string").astype("str"))
        yield _tidy(rows, session, columns)


def window_chunks(store: Store, session: Session) -> Iterator[pd.DataFrame]:
    """One row per source, analyzer, subject and window; columns as `window_columns` says.

    The first piece is there even where the session is empty.
    """
    columns = window_columns(session)
    yield _tidy(pd.DataFrame(), session, columns)
    shown_sums = _shown_sums(store, session) if columns.shown else {}
    people = store.people(session, thumbnails=False).dropna(subset="name")
    names = dict(zip(zip(people["source_id"], people["subject"], strict=True), people["name"], strict=True))
    for analyzer in session.analyzers:
        for source in store.sources(session.id):
            after = None
            while rows := store.window_rows(session, analyzer, source.id, after=after, most=WINDOWS_AT_ONCE):
                after = (rows[-1]["subject"], rows[-1]["number"])
                table = _windows(rows, session, analyzer, columns)
                if (analyzer, source.id) in shown_sums:
                    keys = pd.MultiIndex.from_tuples(
                        list(dict.fromkeys((row["subject"], row["number"]) for row in rows))
                    )
                    shown = [columns.shown[label] for label in session.labels[analyzer]]
                    table[shown] = normalised(shown_sums[analyzer, source.id].reindex(keys), shown).to_numpy()
                named = [names.get((source.id, subject)) for subject in table["subject"]]
                table["person"] = pd.Series(named, dtype="str").fillna(table["subject"].astype("string").astype("str"))
                yield _tidy(table, session, columns)


def _windows(rows: Rows, session: Session, analyzer: str, columns: Columns) -> pd.DataFrame:
    """Windows of one analyzer with shares of its labels and statistics of its measures."""
    labels = session.labels[analyzer]
    sums = sum_frame(rows, session, analyzer, windows=True)
    shares = normalised(sums, labels).rename(columns=columns.labels)
    table = pd.concat([sums.drop(columns=labels).assign(analyzer=analyzer), shares], axis=1)
    table["subject"] = table["subject"].astype("Int64").mask(table["subject"] == WHOLE_FRAME)
    measured = measure_frame(rows, session, analyzer, windows=True)
    keys = ["subject", "start_seconds"]
    index = pd.MultiIndex.from_frame(sums[keys])
    for name, own in pooled(measured, [*keys, "measure"]).groupby("measure"):
        statistics = own.set_index(keys)[list(STATISTICS)].reindex(index)
        table[list(columns.measures[str(name)])] = statistics.to_numpy()
    return table


def _samples_and_observations(
    store: Store, session: Session, columns: Columns
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """SAMPLES_AT_ONCE samples of a source at a time, and their observations with columns of shown scores."""
    shown = Shown(store)
    for source in store.sources(session.id):
        smoothed: dict[str, pd.DataFrame] = {}
        for samples in _samples(store, session, source):
            seen = store.observations(
                session,
                source_id=source.id,
                start_seconds=samples["seconds"].min(),
                end_seconds=np.nextafter(samples["seconds"].max(), np.inf),
            )
            seen = seen.reindex(columns=[*seen, *columns.shown.values()])
            for analyzer in session.analyzers if columns.shown else []:
                _add_shown(seen, shown, session, analyzer, columns, smoothed)
            yield samples, seen


def _samples(store: Store, session: Session, source: Source) -> Iterator[pd.DataFrame]:
    after = None
    while len(samples := store.samples(session, source_id=source.id, after=after, most=SAMPLES_AT_ONCE)):
        after = int(samples["number"].iloc[-1])
        yield samples


def _add_shown(
    seen: pd.DataFrame,
    shown: Shown,
    session: Session,
    analyzer: str,
    columns: Columns,
    smoothed: dict[str, pd.DataFrame],
) -> None:
    """Fill the columns of shown scores of an analyzer; `smoothed` holds the last row of each subject so far."""
    labels = session.labels[analyzer]
    own = seen[seen["analyzer"] == analyzer]
    if own.empty or not labels:
        return
    rows = pd.DataFrame(
        {
            "source_id": own["source_id"],
            "subject": own["person"].fillna(WHOLE_FRAME).astype("int64"),
            "seconds": own["seconds"],
            **{label: own[columns.labels[label]] for label in labels},
        }
    )
    before = smoothed.get(analyzer, rows.iloc[:0])
    scores = shown.scores(session, analyzer, rows, before[before["subject"].isin(set(rows["subject"]))])
    seen.loc[own.index, [columns.shown[label] for label in labels]] = scores[labels].to_numpy()
    last = scores.groupby("subject").tail(1)
    smoothed[analyzer] = pd.concat([before[~before["subject"].isin(set(last["subject"]))], last], ignore_index=True)


def _shown_sums(store: Store, session: Session) -> Mapping[tuple[str, int], pd.DataFrame]:
    """(analyzer, source) -> sums of the shown scores of each subject and window, which index the rows."""
    columns = observation_columns(session)
    parts: dict[tuple[str, int], list[pd.DataFrame]] = {}
    for _, seen in _samples_and_observations(store, session, columns):
        subject = seen["person"].fillna(WHOLE_FRAME).astype("int64").rename("subject")
        number = seen["seconds"].map(lambda seconds: period_index(seconds, session.window_seconds)).rename("number")
        for analyzer in session.analyzers:
            own = seen[seen["analyzer"] == analyzer]
            names = [columns.shown[label] for label in session.labels[analyzer]]
            if len(own) and names:
                key = (analyzer, int(own["source_id"].iloc[0]))
                own = own.assign(**{name: own[name] * own["counted"] for name in names})
                parts.setdefault(key, []).append(own.groupby([subject, number])[names].sum())
    return {key: pd.concat(found).groupby(level=["subject", "number"]).sum() for key, found in parts.items()}


def _tidy(rows: pd.DataFrame, session: Session, columns: Columns) -> pd.DataFrame:
    """The columns of the table in order, each of the same type in every piece, numbers rounded."""
    rows = rows.assign(session=session.id).reindex(columns=columns.names)
    kinds = {
        name: "str" if name in WORDS else "Int64" if name in WHOLE_NUMBERS else "float64" for name in columns.names
    }
    rows = rows.astype(kinds)
    return rows.round({name: 6 for name, kind in kinds.items() if kind == "float64"})
