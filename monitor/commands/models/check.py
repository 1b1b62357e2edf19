"""`monitor models check`: which runtime works for which model, how exactly, and how fast."""

from __future__ import annotations

import json as jsonlib
import math
import time
from collections.abc import Iterable, Iterator
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.commands.models.found import chosen, find
from monitor.commands.models.options import Config, Folders, Json
from monitor.errors import ArtifactError, RuntimeUnavailable
from monitor.settings import load_settings

if TYPE_CHECKING:
    from monitor.model.artifact import Artifact
    from monitor.model.reference import Reference
    from monitor.plugin import Runtime

ALL = "all"
BATCHES = {1: 15, 32: 3}
"""Samples at once -> how often that is timed."""


def check_models(
    model: Annotated[
        str | None, typer.Argument(help="Name of a model, or its folder.", show_default="all of them")
    ] = None,
    runtime: Annotated[
        str | None, typer.Option(help="A runtime by its name, or all.", show_default="the one of the settings")
    ] = None,
    folders: Folders = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Run models on made pictures, and compare with what they should answer.

    That is what ONNX Runtime says on the CPU in single precision, kept beside the model or computed now. The difference
    is the largest of a probability; of other outputs it is a part of their largest number. `same label` is the share of
    the pictures with the same most probable label. Times are medians for one call. A runtime that does not work here is
    an error only where it was asked for by its name; one that answers wrongly always is.
    """
    from monitor.model.runtimes import configured
    from monitor.plugin.registry import plugins_in_use

    settings = load_settings(config)
    found = find(settings, folders)
    artifacts = []
    for each in found if model is None else [chosen(found, model)]:
        if each.artifact is None:
            raise ArtifactError(each.problem)
        artifacts.append(each.artifact)
    names = list(plugins_in_use().runtimes) if runtime == ALL else [runtime or settings.runtime]
    with configured(settings):
        rows = list(checks(artifacts, names))
    if json:
        print(jsonlib.dumps(rows, indent=2))
    else:
        print_table(rows)
    wrong = [f"{row['model']} by {row['runtime']}" for row in rows if row["works"] and not row["is_close"]]
    if wrong:
        raise ArtifactError(f"answers differ from the reference by more than is allowed: {', '.join(wrong)}")
    failed = [row["why"] for row in rows if not row["works"]]
    if failed and runtime != ALL:
        raise RuntimeUnavailable(failed[0])


def checks(artifacts: Iterable[Artifact], runtimes: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What `--json` says of each model with each runtime."""
    from monitor.model.reference import Reference
    from monitor.model.runtimes import OnnxRuntime, load

    for artifact in artifacts:
        kept = Reference.read(artifact)
        reference = kept or Reference.of(artifact, OnnxRuntime(artifact))
        for name in runtimes:
            row = {"model": artifact.manifest.name, "runtime": name, "reference": "kept" if kept else "computed"}
            try:
                loaded = load(artifact, name, checked=False)
            except RuntimeUnavailable as error:
                yield {**row, "works": False, "why": str(error)}
            else:
                yield {**row, "runtime": loaded.name, "works": True, **measured(artifact, loaded, reference)}


def measured(artifact: Artifact, runtime: Runtime, reference: Reference) -> dict[str, Any]:
    """How exact and how fast `runtime` is."""
    from monitor.model.reference import QUICK, made_inputs

    rows = len(reference.outputs[0])
    inputs = made_inputs(artifact.manifest, max(rows, *BATCHES))
    first = runtime.run(inputs[:rows])
    agreement = reference.agreement(artifact.manifest, [first, *runtime.outputs(inputs[:QUICK])[1:]])
    times = {}
    for batch, calls in BATCHES.items():
        took = []
        for _ in range(calls):
            began = time.perf_counter()
            runtime.run(inputs[:batch])
            took.append(1e3 * (time.perf_counter() - began))
        times[f"batch_{batch}_ms"] = median(took)
    difference = None if math.isnan(agreement.difference) else agreement.difference
    return {"is_close": agreement.is_close, "difference": difference, "same_top": agreement.same_top, **times}


def print_table(rows: Iterable[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from monitor.views.console import table_console

    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("Model", "Runtime", "Works", "Difference", "Same label", *(f"Batch {size}" for size in BATCHES)):
        table.add_column(heading, overflow="fold")
    for row in rows:
        words = [row["model"], row["runtime"]]
        if row["works"]:
            words.append("yes" if row["is_close"] else "answers wrongly")
            words.append("no number" if row["difference"] is None else f"{row['difference']:.1g}")
            words.append("" if row["same_top"] is None else f"{100 * row['same_top']:.1f} %")
            words += [f"{row[f'batch_{size}_ms']:.1f} ms" for size in BATCHES]
        else:
            words.append(row["why"])
        table.add_row(*map(Text, words))
    table_console().print(table)
