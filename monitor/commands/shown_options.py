"""The options of several commands that say how a session is shown."""

from __future__ import annotations

from typing import Annotated, Any

import typer

HalfLife = Annotated[
    float | None,
    typer.Option("--half-life", metavar="SECONDS", help="Smooth each person's scores with this half-life; 0: do not."),
]
Calibrate = Annotated[
    float | None,
    typer.Option(
        "--calibrate", metavar="SECONDS", help="Take each person's first SECONDS as neutral for them; 0: do not."
    ),
]
AllSamples = Annotated[
    bool | None,
    typer.Option(
        "--all-samples/--good-samples",
        help="Count faces in shares that are seen too badly for the quality gate, or do not.",
    ),
]


def given(half_life: float | None, calibrate: float | None, all_samples: bool | None = None) -> dict[str, Any]:
    """The settings of section `[shown]` that the options set; a session has fields of the same names."""
    options = {"half_life_seconds": half_life, "calibrate_seconds": calibrate, "all_samples": all_samples}
    return {name: value for name, value in options.items() if value is not None}
