"""`monitor models list`, `show` and `verify`: what there is, and whether its files are in order."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Any

import typer

from monitor.commands.models.found import Found, chosen, find
from monitor.commands.models.options import Config, Folders, Json
from monitor.errors import ArtifactError
from monitor.settings import load_settings

HEADLINES = ("accuracy", "map", "f_macro")
"""The first of these metrics that a model has is listed, with its interval."""


def list_models(folders: Folders = None, json: Json = False, config: Config = None) -> None:
    """List every model: what it is, what it learned from, how good it is, and whether its files are in order."""
    found = find(load_settings(config), folders)
    if json:
        print(jsonlib.dumps([facts(each) for each in found], indent=2, ensure_ascii=False))
        return
    from rich.table import Table
    from rich.text import Text

    from monitor.views.console import table_console

    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("Model", "From", "Measured", "Learned from", "Digest", "Folder"):
        table.add_column(heading, overflow="fold")
    for each in found:
        manifest = each.artifact.manifest if each.artifact else None
        words = (
            ("", each.problem, "damaged")
            if manifest is None
            else (headline(manifest.metrics), manifest.training_data, manifest.sha256[:12])
        )
        name = each.name if manifest is None else f"{manifest.name} {manifest.version}"
        table.add_row(*map(Text, (name, each.origin, *words, str(each.folder))))
    table_console().print(table)


def show_model(
    model: Annotated[str, typer.Argument(help="Name of a model, or its folder.")],
    folders: Folders = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Print all that is known about a model: data, figures, licence, digest."""
    each = chosen(find(load_settings(config), folders), model)
    if each.artifact is None:
        raise ArtifactError(each.problem)
    if json:
        print(jsonlib.dumps(facts(each), indent=2, ensure_ascii=False))
        return
    for key, value in facts(each).items():
        for name, own in value.items() if isinstance(value, dict) else ((key, value),):
            words = ", ".join(map(str, own)) if isinstance(own, list) else own
            print(f"{key}.{name}: {words}" if isinstance(value, dict) else f"{name}: {words}")


def verify_models(
    model: Annotated[
        str | None, typer.Argument(help="Name of a model, or its folder.", show_default="all of them")
    ] = None,
    folders: Folders = None,
    config: Config = None,
) -> None:
    """Compare the files of models with the digests in their manifests; a damaged one makes the exit code 2."""
    found = find(load_settings(config), folders)
    damaged = []
    for each in found if model is None else [chosen(found, model)]:
        if each.artifact is None:
            damaged.append(each.problem)
        else:
            print(f"{each.artifact.manifest.name} {each.artifact.manifest.version} is in order: {each.folder}")
    if damaged:
        raise ArtifactError("; ".join(damaged))


def facts(each: Found) -> dict[str, Any]:
    """What `--json` says of one model."""
    about = {"folder": str(each.folder), "origin": each.origin}
    if each.artifact is None:
        return {**about, "problem": each.problem}
    return {**about, **each.artifact.manifest.model_dump(mode="json")}


def headline(metrics: dict[str, Any]) -> str:
    """The main figure of a model and its interval.

    >>> headline({"accuracy": 0.86, "accuracy_interval": [0.85, 0.87], "map": 0.4})
    'accuracy 0.860 (0.850 to 0.870)'
    """
    for name in HEADLINES:
        if isinstance(metrics.get(name), float):
            low, high = metrics.get(f"{name}_interval", (None, None))
            return f"{name} {metrics[name]:.3f}" + ("" if low is None else f" ({low:.3f} to {high:.3f})")
    return ""
