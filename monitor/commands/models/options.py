"""Options that the commands of models share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folders = Annotated[
    list[Path] | None,
    typer.Option("--in", metavar="DIR", help="Where trained models lie. May be repeated.", show_default="this folder"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Config = Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")]
