"""Moments as rows of a table, and rows as moments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from monitor_retrieval.moment import LIBRARY, Moment


def moments_schema(numbers: int, labels: Sequence[str], model: str) -> pa.Schema:
    """Columns of the table for vectors of `numbers` numbers; the model's identity and the labels are kept with it."""
    columns = {
        "vector": pa.list_(pa.float32(), numbers),
        "session": pa.int64(),
        "source": pa.string(),
        "seconds": pa.float64(),
        "file": pa.string(),
        "scores": pa.list_(pa.float32(), len(labels)),
        "novelty": pa.float32(),
        "thumbnail": pa.binary(),
    }
    return pa.schema(list(columns.items()), metadata={"model": model, "labels": ",".join(labels)})


def model_of(schema: pa.Schema) -> str:
    """Identity of the model that made the vectors."""
    return str(schema.metadata[b"model"].decode())


def labels_of(schema: pa.Schema) -> tuple[str, ...]:
    """What `scores` are of, in order."""
    return tuple(schema.metadata[b"labels"].decode().split(","))


def to_rows(moments: Sequence[Moment], schema: pa.Schema) -> pa.Table:
    """Moments as a table with that schema."""
    labels = labels_of(schema)
    numbers = {
        "vector": np.array([moment.vector for moment in moments], np.float32),
        "scores": np.array([[moment.scores[label] for label in labels] for moment in moments], np.float32),
    }
    columns = [
        pa.FixedSizeListArray.from_arrays(numbers[field.name].ravel(), field.type.list_size)
        if field.name in numbers
        else pa.array([getattr(moment, field.name) for moment in moments], field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def to_moments(rows: pa.Table, schema: pa.Schema) -> list[Moment]:
    """Rows of a table with that schema as moments, with the distance where a search has added one."""
    labels = labels_of(schema)
    return [
        Moment(
            vector=np.asarray(row["vector"], np.float32),
            session=row["session"],
            source=row["source"],
            seconds=row["seconds"],
            scores=dict(zip(labels, row["scores"], strict=True)),
            file=row["file"],
            novelty=row["novelty"],
            thumbnail=row["thumbnail"],
            distance=row.get("_distance"),
        )
        for row in rows.to_pylist()
    ]


def within(session: int | None = None, library: str | None = None) -> str:
    """The condition for rows of one session or one library, or else of all sessions."""
    if library is not None:
        return f"session = {LIBRARY} AND {of_source(library)}"
    return f"session > {LIBRARY}" if session is None else f"session = {session:d}"


def of_source(source: str) -> str:
    """The condition for rows of one source, or of the library of that name."""
    quoted = source.replace("'", "''")
    return f"source = '{quoted}'"
