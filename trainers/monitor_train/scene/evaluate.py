"""Measures a scene model, or a table of probabilities, on the test pictures of a set, as the monitor runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.artifact import Artifact
from monitor.errors import ArtifactError
from monitor.runtimes import OnnxRuntime
from monitor.scene_picture import input_size, network_input, scene_picture
from monitor_train.scene.data import Scenes, read
from monitor_train.scene.measures import difference, measures
from monitor_train.scene.table import read_table
from monitor_train.terminal import progress

TABLE = ".parquet"
"""What a table of probabilities ends in; anything else is the folder of an artifact."""


def evaluate(model: Path, data: Path, layout: str, against: Path | None = None) -> dict[str, Any]:
    """Figures of `model`, the folder of an artifact or a table of probabilities, on the test split.

    With `against`, another artifact or table, also how much better `model` is on the same pictures.
    """
    test = read(data, layout)["test"]
    probabilities = positive(model, test)
    figures = {"model": title(model), "data": f"{layout} test", **measures(probabilities, test.positive)}
    if against is not None:
        other = positive(against, test)
        figures["against"] = {"model": title(against), **difference(probabilities, other, test.positive)}
    return figures


def positive(model: Path, scenes: Scenes) -> NDArray[np.float64]:
    """What `model`, an artifact or a table, says of each picture: probabilities (N,) of "positive"."""
    return read_table(model, scenes.names) if model.suffix == TABLE else predict(Artifact.read(model), scenes)


def title(model: Path) -> str:
    """What a model calls itself; a table has only its file name."""
    if model.suffix == TABLE:
        return model.name
    manifest = Artifact.read(model).manifest
    return f"{manifest.name} {manifest.version}"


def predict(artifact: Artifact, scenes: Scenes) -> NDArray[np.float64]:
    """Probabilities (N,) of "positive", one run of ONNX Runtime per picture."""
    manifest = artifact.manifest
    if "positive" not in manifest.labels:
        raise ArtifactError(f"{artifact} has the labels {manifest.labels}, and no positive among them")
    size, column = input_size(manifest), manifest.labels.index("positive")
    runtime = OnnxRuntime(artifact)
    answers = [
        runtime.run(network_input(scene_picture(scenes.read(index), size)[None], manifest))[0, column]
        for index in progress(range(len(scenes)), "pictures, one at a time", len(scenes))
    ]
    return np.array(answers, np.float64)
