"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StoreAddress = Annotated[str | None, typer.Option("--store", help="Path of an SQLite file, or any SQLAlchemy URL.")]
Config = Annotated[Path | None, typer.Option("--config", help="Settings to read instead of config.toml.")]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Seed of all random draws: with the same seed the numbers are the same.")
]
