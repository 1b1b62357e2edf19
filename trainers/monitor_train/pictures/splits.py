"""The three splits of a data set, and the error that speaks about its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from typer import Option

from monitor.errors import MonitorError

Split = Literal["train", "valid", "test"]
SPLITS: dict[str, Split] = {
    "train": "train",
    "valid": "valid",
    "val": "valid",
    "validation": "valid",
    "test": "test",
}
"""Name of a folder, or mark in a list -> split."""


@dataclass(frozen=True)
class DataSet:
    """Where pictures and their labels lie."""

    data: Annotated[Path, Option(help="Folder of the pictures, as it was published.")]
    format: str
    """Layout on disk, by its name on the command line."""


class DataError(MonitorError):
    """A data set is incomplete, damaged or laid out in another way."""
