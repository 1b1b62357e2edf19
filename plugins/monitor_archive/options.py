"""Options that the commands of the archive have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AtOnce = Annotated[
    int | None, typer.Option(min=1, help="Recordings at once; by default as cores and free memory allow.")
]
Memory = Annotated[
    float | None,
    typer.Option("--memory", min=0.1, metavar="GB", help="Memory that each worker is reckoned with; by default 1.2."),
]
Gpus = Annotated[
    float | None,
    typer.Option(
        "--gpus",
        min=0.0,
        metavar="SHARE",
        help="Share of a graphics card that each worker of a cluster gets, as 0.25; by default 1 where models run on "
        "TensorRT, else none.",
    ),
]
Every = Annotated[float | None, typer.Option(help="Seconds between two samples.")]
Window = Annotated[
    float | None, typer.Option(metavar="SECONDS", help="Length of the windows of time that shares are kept for.")
]
Analyzers = Annotated[str | None, typer.Option(help="Analyzers to run, separated by commas.")]
StoreAddress = Annotated[str | None, typer.Option(help="Path of an SQLite file, or a database URL.")]
Config = Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")]
