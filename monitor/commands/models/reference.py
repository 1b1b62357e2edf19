"""`monitor models reference`: the answers by which runtimes are judged, for a model that has none."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.commands.models.found import chosen, find
from monitor.commands.models.options import Config, Folders
from monitor.errors import ArtifactError
from monitor.settings import load_settings


def write_reference(
    model: Annotated[str, typer.Argument(help="Name of a model, or its folder.")],
    folders: Folders = None,
    config: Config = None,
) -> None:
    """Keep beside a model what it answers to made pictures, by ONNX Runtime on the CPU in single precision.

    Models that are trained here have it already. A runtime is used only where it gives the same answers.
    """
    from monitor.model.reference import Reference
    from monitor.model.runtimes import OnnxRuntime

    each = chosen(find(load_settings(config), folders), model)
    if each.artifact is None:
        raise ArtifactError(each.problem)
    print(Reference.of(each.artifact, OnnxRuntime(each.artifact)).write(each.artifact))
