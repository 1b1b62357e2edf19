"""A session as tables for other programs: raw observations and share windows, as CSV, Parquet or JSON.

`docs/export.md` describes every column; the descriptions below travel inside Parquet files.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.errors import MonitorError
from monitor.sampler import period_index
from monitor.shares import WHOLE_FRAME
from monitor.shown import Shown, caption
from monitor.store import Session, Store
from monitor.timeline import normalised

Format = Literal["csv", "parquet", "json"]

OBSERVATION_COLUMNS = {
    "session": "number of the session",
    "source": "name of the source, as given on the command line",
    "sample": "number of the sample within its source, from 0",
    "file": "file name of the picture, for sources that are folders of pictures",
    "seconds": "stream time of the sample, in seconds",
    "faces": "faces found in the sample; empty where no analyzer asked for faces",
    "analyzer": "name of the analyzer; empty in the one row of a sample of which no analyzer said anything",
    "subject": "number of the person within the source, from 1; empty for the whole frame",
    "left": "left side of the face's box, as a fraction of the frame's width",
    "top": "top side of the box, as a fraction of the frame's height",
    "right": "right side of the box, as a fraction of the frame's width",
    "bottom": "bottom side of the box, as a fraction of the frame's height",
    "confidence": "how sure the analyzer is of the subject itself, in [0, 1]",
}
"""Column -> what it holds; one column per label follows, then one per label as shown where that is not raw."""

WINDOW_COLUMNS = {
    "session": "number of the session",
    "source": "name of the source, as given on the command line",
    "analyzer": "name of the analyzer",
    "subject": "number of the person within the source, from 1; empty for the whole frame",
    "start_seconds": "start of the window in stream time, in seconds",
    "end_seconds": "end of the window, which belongs to the next one",
    "samples": "observations of the subject in the window",
}
"""Column -> what it holds; one column per label follows, then one per label as shown where that is not raw."""

PROBABILITY = "probability that the analyzer gave to '{}', in [0, 1]; empty where the analyzer has no such label"
SHARE = "emotion share of '{}' in the window, in [0, 1]; empty where the analyzer has no such label"
SHOWN_PROBABILITY = "probability of '{}' calibrated and smoothed as the session says, in [0, 1]"
SHOWN_SHARE = "emotion share of '{}' in the window, of the calibrated and smoothed probabilities, in [0, 1]"


def observations(store: Store, session: Session) -> pd.DataFrame:
    """One row per sample, analyzer and subject, in stream order; columns `OBSERVATION_COLUMNS`, then the labels.

    Where a session is not shown raw, `shown_` and the label name further columns, with the scores as shown.
    A sample of which no analyzer said anything has one row with nothing but where and when it is, so that "nobody
    there" can be told from "not sampled".
    """
    seen = _with_shown_scores(store, session).drop(columns=["file", "source", "seconds"])
    samples = store.samples(session).rename(columns={"number": "sample"})
    rows = samples.merge(seen, on=["source_id", "sample"], how="left", sort=False)
    rows.insert(0, "session", session.id)
    return _rounded(rows[[*OBSERVATION_COLUMNS, *_labels(session), *_shown_columns(session).values()]])


def windows(store: Store, session: Session) -> pd.DataFrame:
    """One row per source, analyzer, subject and window; columns `WINDOW_COLUMNS`, then the share of each label.

    Where a session is not shown raw, `shown_` and the label name further columns, with shares of the scores as shown.
    """
    labels, shown_columns = _labels(session), _shown_columns(session)
    seen = _with_shown_scores(store, session) if shown_columns else pd.DataFrame()
    tables = []
    for analyzer in session.analyzers:
        own = session.labels[analyzer]
        table = store.windows(session, analyzer).sort_values(["source_id", "subject", "start_seconds"])
        table[own] = normalised(table, own)
        if shown_columns:
            columns = [shown_columns[label] for label in own]
            table[columns] = _shown_shares(seen[seen["analyzer"] == analyzer], table, columns, session.window_seconds)
        table.insert(0, "analyzer", analyzer)
        tables.append(table)
    rows = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    names = (name for name in WINDOW_COLUMNS if name != "session")
    rows = rows.reindex(columns=[*names, *labels, *shown_columns.values()])
    rows["subject"] = rows["subject"].astype("Int64").mask(rows["subject"] == WHOLE_FRAME)
    rows.insert(0, "session", session.id)
    return _rounded(rows)


def observations_csv(store: Store, session: Session) -> str:
    return observations(store, session).to_csv(index=False, lineterminator="\n")


def windows_csv(store: Store, session: Session) -> str:
    return windows(store, session).to_csv(index=False, lineterminator="\n")


def observations_parquet(store: Store, session: Session) -> bytes:
    described = OBSERVATION_COLUMNS | _described(session, PROBABILITY, SHOWN_PROBABILITY)
    return _parquet(observations(store, session), described, facts(store, session))


def windows_parquet(store: Store, session: Session) -> bytes:
    described = WINDOW_COLUMNS | _described(session, SHARE, SHOWN_SHARE)
    return _parquet(windows(store, session), described, facts(store, session))


def as_json(store: Store, session: Session) -> str:
    """One object: `session` (with its sources), `observations` and `windows`; rows as objects, nothing as null."""
    return (
        f'{{"session": {json.dumps(facts(store, session))},\n'
        f'"observations": {_json_rows(observations(store, session))},\n'
        f'"windows": {_json_rows(windows(store, session))}}}\n'
    )


def facts(store: Store, session: Session) -> dict[str, Any]:
    """What is known about a session besides its observations; times as ISO 8601 in UTC."""
    known = asdict(session)
    del known["picture_url"], known["alive_at"]
    for name in ("started_at", "ended_at"):
        known[name] = (
            None if known[name] is None else datetime.fromtimestamp(known[name], UTC).isoformat("T", "seconds")
        )
    sources = [asdict(source) for source in store.sources(session.id)]
    return known | {"sources": sources}


def write(store: Store, session: Session, format: Format, path: Path) -> list[Path]:
    """Write a session to `path`, and for CSV and Parquet its windows beside it; returns the files written.

    Raises MonitorError where a file cannot be written.
    """
    beside = path.with_name(f"{path.stem}.windows{path.suffix}")
    contents: dict[Path, str | bytes]
    if format == "json":
        contents = {path: as_json(store, session)}
    elif format == "csv":
        contents = {path: observations_csv(store, session), beside: windows_csv(store, session)}
    else:
        contents = {path: observations_parquet(store, session), beside: windows_parquet(store, session)}
    for target, content in contents.items():
        write_file(target, content)
    return list(contents)


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file. Raises MonitorError, with the path and the reason, where that cannot be."""
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise MonitorError(f"{path} cannot be written: {error.strerror}; choose another place with -o") from None


def _labels(session: Session) -> list[str]:
    """Labels of all analyzers, each once."""
    return list(dict.fromkeys(label for labels in session.labels.values() for label in labels))


def _shown_columns(session: Session) -> dict[str, str]:
    """Label -> its column of shown scores, for all labels; none where every analyzer's scores are shown raw."""
    if not any(caption(session, analyzer) for analyzer in session.analyzers):
        return {}
    return {label: f"shown_{label}" for label in _labels(session)}


def _with_shown_scores(store: Store, session: Session) -> pd.DataFrame:
    """Raw observations and, where a session is not shown raw, a further column of shown scores for each label."""
    seen = store.observations(session)
    columns = _shown_columns(session)
    seen = seen.reindex(columns=[*seen, *columns.values()])
    shown = Shown(store)
    for analyzer in session.analyzers if columns else []:
        labels = session.labels[analyzer]
        own = seen[seen["analyzer"] == analyzer]
        own = own.assign(subject=own["subject"].fillna(WHOLE_FRAME).astype("int64"))
        seen.loc[own.index, [columns[label] for label in labels]] = shown.scores(session, analyzer, own)[
            labels
        ].to_numpy()
    return seen


def _shown_shares(
    seen: pd.DataFrame, windows: pd.DataFrame, columns: list[str], window_seconds: float
) -> NDArray[np.float64]:
    """(windows, columns), shares of the scores in `columns` of the observations `seen` in each of the windows."""
    number = seen["seconds"].map(lambda seconds: period_index(seconds, window_seconds))
    sums = seen.groupby(["source_id", seen["subject"].fillna(WHOLE_FRAME).astype("int64"), number])[columns].sum()
    numbers = (windows["start_seconds"] / window_seconds).round().astype("int64")
    keys = pd.MultiIndex.from_arrays([windows["source_id"], windows["subject"], numbers])
    return normalised(sums.reindex(keys), columns).to_numpy()


def _described(session: Session, raw: str, shown: str) -> dict[str, str]:
    """Column of a label -> what it holds."""
    columns = _shown_columns(session)
    return {label: raw.format(label) for label in _labels(session)} | {
        column: shown.format(label) for label, column in columns.items()
    }


def _rounded(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.round(dict.fromkeys(rows.select_dtypes("float").columns, 6))


def _json_rows(rows: pd.DataFrame) -> str:
    return str(rows.to_json(orient="records", double_precision=6))


def _parquet(rows: pd.DataFrame, described: Mapping[str, str], session: Mapping[str, Any]) -> bytes:
    """Parquet with a `description` at every column and the session's facts under the key `emotion-monitor`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(rows, preserve_index=False)
    fields = [field.with_metadata({"description": described[field.name]}) for field in table.schema]
    metadata = {**(table.schema.metadata or {}), b"emotion-monitor": json.dumps(session).encode()}
    file = io.BytesIO()
    pq.write_table(table.cast(pa.schema(fields, metadata=metadata)), file, compression="zstd")  # type: ignore[no-untyped-call]
    return file.getvalue()
