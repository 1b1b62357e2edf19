"""Tables of probabilities: a Parquet file with the columns `file` and `positive`, one row per picture.

They carry what a teacher says to a student, and let any model be measured that is not an artifact.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from monitor.errors import ConfigError
from monitor_train.pictures.splits import DataError

SCHEMA = pa.schema([("file", pa.string()), ("positive", pa.float64())])


def write_table(path: Path, names: Sequence[str], positive: NDArray[np.floating[Any]]) -> None:
    """Write the probabilities (N,) of the pictures `names`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table([list(names), np.asarray(positive, np.float64)], schema=SCHEMA)
    parquet.write_table(table, path)  # type: ignore[no-untyped-call]


def read_table(path: Path, names: Sequence[str]) -> NDArray[np.float64]:
    """The probabilities (N,) of the pictures `names`, whatever else the table holds.

    Raises ConfigError where the file is no such table, and DataError for a picture without a probability in [0, 1].
    """
    try:
        table = parquet.read_table(path, columns=SCHEMA.names)  # type: ignore[no-untyped-call]
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"{path} is not a table with the columns file and positive ({reason})") from None
    files, values = table["file"].to_pylist(), table["positive"].to_pylist()
    known = dict(zip(files, values, strict=True))
    if len(known) < len(files):
        raise DataError(f"{path} has {len(files) - len(known)} pictures twice")
    missing = [name for name in names if name not in known]
    if missing:
        raise DataError(f"{path} lacks {len(missing)} of {len(names)} pictures, {missing[0]} among them")
    for name in names:
        value = known[name]
        if not isinstance(value, float) or not 0 <= value <= 1:
            raise DataError(f"{path}: the probability of {name} is {value}, not a number from 0 to 1")
    return np.array([known[name] for name in names])
