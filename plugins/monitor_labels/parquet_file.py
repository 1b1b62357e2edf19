"""Parquet files that say in themselves what they are: under one key, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor_labels.text_file import LabelsError

if TYPE_CHECKING:
    import pandas as pd


def write(table: pd.DataFrame, kind: str, about: dict[str, Any], path: Path) -> None:
    """Write a table of that `kind`, with what is to be known `about` it."""
    import pyarrow as pa
    from pyarrow import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    content = pa.Table.from_pandas(table, preserve_index=False)
    content = content.replace_schema_metadata({**(content.schema.metadata or {}), kind: json.dumps(about)})
    parquet.write_table(content, path)  # type: ignore[no-untyped-call]


def read(path: Path, kind: str, made_by: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A table of that `kind`, and what is known about it. Raises LabelsError, which names the command that makes one,
    where the file is none."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        content = parquet.read_table(path)  # type: ignore[no-untyped-call]
    except (OSError, pa.ArrowInvalid) as error:
        raise LabelsError(f"{path} cannot be read as a table: {str(error).splitlines()[0]}") from None
    about = (content.schema.metadata or {}).get(kind.encode())
    if about is None:
        raise LabelsError(f"{path} is a table of another kind; `{made_by}` makes one that can be read here")
    return content.to_pandas(), json.loads(about)


def is_kind(path: Path, kind: str) -> bool:
    """Whether a file is a table of that kind."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return kind.encode() in (parquet.read_schema(path).metadata or {})  # type: ignore[no-untyped-call]
    except (OSError, pa.ArrowInvalid):
        return False
