"""What `monitor train staged-transfer` and `monitor ablation staged-transfer` take.

Torch and Lightning are imported when a command runs, not when it is registered.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor_train.pictures.options import command, comparison_run
from monitor_train.pictures.settings import Run
from monitor_train.pictures.terminal import report

ChainFile = Annotated[
    Path, typer.Argument(metavar="CHAIN", help="TOML file with the network and its stages; docs/models has examples.")
]


@command(run=comparison_run)
def train_staged_transfer(chain: ChainFile, run: Run) -> None:
    """Train a network through a chain of stages, from large sets of faces to a small one; artifact in OUT/artifact."""
    from monitor_train.staged.chain import read_chain
    from monitor_train.staged.combinations import Runs
    from monitor_train.staged.model import write_model

    report(write_model(Runs(read_chain(chain), run)))


@command(run=comparison_run)
def ablate_staged_transfer(
    chain: ChainFile,
    run: Run,
    draws: Annotated[
        int, typer.Option(min=1, help="Times to draw the target's pictures, for a mean and its interval.")
    ] = 1,
) -> None:
    """Train every combination of the stages that ends in the target, and compare them on its test set."""
    from monitor_train.staged.chain import read_chain
    from monitor_train.staged.combinations import compare
    from monitor_train.staged.report import write_report

    path = write_report(compare(read_chain(chain), run, draws), run.out)
    typer.echo(path.read_text(encoding="utf-8"))
    typer.echo(f"tables and figures: {run.out}")
