"""The three splits of a data set, and the error that speaks about its files."""

from __future__ import annotations

from typing import Literal

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


class DataError(MonitorError):
    """A data set is incomplete, damaged or laid out in another way."""
