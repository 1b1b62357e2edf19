"""Tables of probabilities come back as they were written, and mistakes in them are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from monitor.errors import ConfigError
from monitor_train.pictures.splits import DataError
from monitor_train.scene.probability_table import read_table, write_table


def test_rows_are_found_by_name(tmp_path: Path) -> None:
    path = tmp_path / "inside" / "table.parquet"
    write_table(path, ["a/1.png", "b/2.png", "c/3.png"], np.array([0.1, 0.2, 1.0]))
    assert read_table(path, ["c/3.png", "a/1.png"]).tolist() == [1.0, 0.1]


@pytest.mark.parametrize(
    ("files", "values", "message"),
    [
        (["a", "a"], [0.1, 0.2], "has 1 pictures twice"),
        (["b"], [0.1], "lacks 1 of 1 pictures, a among them"),
        (["a"], [1.5], r"the probability of a is 1\.5, not a number from 0 to 1"),
        (["a"], [float("nan")], "the probability of a is nan"),
        (["a"], [None], "the probability of a is None"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, files: list[str], values: list[float], message: str) -> None:
    path = tmp_path / "table.parquet"
    parquet.write_table(pa.table({"file": files, "positive": pa.array(values, pa.float64())}), path)
    with pytest.raises(DataError, match=message):
        read_table(path, ["a"])


def test_another_file_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    with pytest.raises(ConfigError, match="is not a table with the columns file and positive"):
        read_table(path, ["a"])
    path.write_text("file,positive\n")
    with pytest.raises(ConfigError, match="is not a table"):
        read_table(path, ["a"])
    parquet.write_table(pa.table({"file": ["a"]}), path)
    with pytest.raises(ConfigError, match="is not a table"):
        read_table(path, ["a"])
