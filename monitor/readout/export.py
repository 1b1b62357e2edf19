"""A session as tables for other programs: raw observations and share windows, as CSV, Parquet or JSON.

`docs/export.md` describes every column; the descriptions travel inside Parquet files. Files are written a piece at a
time, so memory does not grow with the length of a session.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal

import pandas as pd

from monitor.errors import MonitorError
from monitor.readout.export_chunks import observation_chunks, window_chunks
from monitor.readout.export_columns import observation_columns, window_columns
from monitor.readout.marked import EVENT_COLUMNS, event_table, excluded_seconds
from monitor.store import Session, Store
from monitor.store.events import events
from monitor.store.records import measure_row

Format = Literal["csv", "parquet", "json"]
Table = Literal["observations", "windows", "events"]


def observations(store: Store, session: Session) -> pd.DataFrame:
    """All of `observation_chunks` in one table."""
    return pd.concat(observation_chunks(store, session), ignore_index=True)


def windows(store: Store, session: Session) -> pd.DataFrame:
    """All of `window_chunks` in one table."""
    return pd.concat(window_chunks(store, session), ignore_index=True)


def observations_csv(store: Store, session: Session) -> str:
    return _text(lambda file: write_csv(observation_chunks(store, session), file))


def windows_csv(store: Store, session: Session) -> str:
    return _text(lambda file: write_csv(window_chunks(store, session), file))


def observations_parquet(store: Store, session: Session) -> bytes:
    return _parquet(store, session, "observations")


def windows_parquet(store: Store, session: Session) -> bytes:
    return _parquet(store, session, "windows")


def as_json(store: Store, session: Session) -> str:
    return _text(lambda file: write_json(store, session, file))


def write_csv(chunks: Iterable[pd.DataFrame], file: IO[str]) -> None:
    """Write a table as CSV, its head once."""
    for number, chunk in enumerate(chunks):
        chunk.to_csv(file, index=False, header=number == 0, lineterminator="\n")


def write_json(store: Store, session: Session, file: IO[str]) -> None:
    """One object: `session` (with its sources), `events`, `observations` and `windows`; rows as objects, nothing as
    null."""
    file.write(f'{{"session": {json.dumps(facts(store, session))}')
    for name, chunks in (
        ("events", [event_table(store, session)]),
        ("observations", observation_chunks(store, session)),
        ("windows", window_chunks(store, session)),
    ):
        file.write(f',\n"{name}": [')
        rows = (str(chunk.to_json(orient="records", double_precision=6))[1:-1] for chunk in chunks if len(chunk))
        for number, text in enumerate(rows):
            file.write(f"{',' if number else ''}{text}")
        file.write("]")
    file.write("}\n")


def facts(store: Store, session: Session) -> dict[str, Any]:
    """What is known about a session besides its observations; times as ISO 8601 in UTC."""
    known = asdict(session)
    del known["picture_url"], known["alive_at"], known["stages_ms"]
    for name in ("started_at", "ended_at"):
        known[name] = (
            None if known[name] is None else datetime.fromtimestamp(known[name], UTC).isoformat("T", "seconds")
        )
    known["measures"] = {
        analyzer: [measure_row(measure) for measure in own] for analyzer, own in session.measures.items()
    }
    marked = events(store, session.id)
    sources = [
        asdict(source) | {"excluded_seconds": round(excluded_seconds(session, source, marked), 6)}
        for source in store.sources(session.id)
    ]
    return known | {"sources": sources}


def write(store: Store, session: Session, format: Format, path: Path) -> list[Path]:
    """Write a session to `path`, and for CSV and Parquet its windows beside it, and its events where it has any.

    Returns the files written. Raises MonitorError where a file cannot be written.
    """
    if format == "json":
        _write_text(path, lambda file: write_json(store, session, file))
        return [path]
    written = [write_table(store, session, "observations", format, path)]
    beside: list[Table] = ["windows", "events"] if len(event_table(store, session)) else ["windows"]
    for table in beside:
        place = path.with_name(f"{path.stem}.{table}{path.suffix}")
        written.append(write_table(store, session, table, format, place))
    return written


def write_table(store: Store, session: Session, table: Table, format: Literal["csv", "parquet"], path: Path) -> Path:
    """Write one table of a session to `path`, which is returned. Raises MonitorError where it cannot be written."""
    chunks, described = _table(store, session, table)
    if format == "csv":
        _write_text(path, lambda file: write_csv(chunks, file))
    else:
        _write_bytes(path, lambda file: _write_parquet(chunks, described, facts(store, session), file))
    return path


def _table(store: Store, session: Session, table: Table) -> tuple[Iterable[pd.DataFrame], Mapping[str, str]]:
    """A table piece by piece, and column -> what it holds."""
    if table == "observations":
        return observation_chunks(store, session), observation_columns(session).described
    if table == "windows":
        return window_chunks(store, session), window_columns(session).described
    return [event_table(store, session)], EVENT_COLUMNS


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file. Raises MonitorError, with the path and the reason, where that cannot be."""
    _write_bytes(path, lambda file: file.write(content.encode() if isinstance(content, str) else content))


def _write_text(path: Path, make: Callable[[IO[str]], object]) -> None:
    def encoded(file: IO[bytes]) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        make(text)
        text.detach()

    _write_bytes(path, encoded)


def _write_bytes(path: Path, make: Callable[[IO[bytes]], object]) -> None:
    """Write beside `path` and rename, so that an interrupted export leaves nothing, or what was there before.

    A device or a pipe is written to as it is.
    """
    special = path.exists() and not path.is_file()
    place = path if special else path.resolve()
    partial = path if special else place.with_name(f".{place.name}.part")
    try:
        with partial.open("wb") as file:
            make(file)
        if not special:
            partial.replace(place)
    except OSError as error:
        raise MonitorError(f"{path} cannot be written: {error.strerror}; choose another place with -o") from None
    finally:
        if not special:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def _text(make: Callable[[IO[str]], object]) -> str:
    file = io.StringIO()
    make(file)
    return file.getvalue()


def _parquet(store: Store, session: Session, table: Table) -> bytes:
    file = io.BytesIO()
    _write_parquet(*_table(store, session, table), facts(store, session), file)
    return file.getvalue()


def _write_parquet(
    chunks: Iterable[pd.DataFrame], described: Mapping[str, str], session: Mapping[str, Any], file: IO[bytes]
) -> None:
    """Parquet with a `description` at every column and the session's facts under the key `emotion-monitor`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def kind(column: pd.Series) -> pa.DataType:
        is_number, is_whole = pd.api.types.is_numeric_dtype(column), pd.api.types.is_integer_dtype(column)
        return pa.int64() if is_whole else pa.float64() if is_number else pa.string()

    pieces = iter(chunks)
    first = next(pieces)
    schema = pa.schema(
        [pa.field(name, kind(first[name]), metadata={"description": words}) for name, words in described.items()],
        metadata={"emotion-monitor": json.dumps(session)},
    )
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:  # type: ignore[no-untyped-call]
        for chunk in chain([first], pieces):
            writer.write_table(pa.Table.from_pandas(chunk, schema=schema, preserve_index=False))
