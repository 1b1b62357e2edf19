"""Measures a model on the test pictures of a set, one at a time, as the monitor runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from monitor.artifact import Artifact
from monitor.errors import ArtifactError
from monitor.runtimes import OnnxRuntime
from monitor.scene_picture import input_size, network_input, scene_picture
from monitor_train.retrieval.data import numbers
from monitor_train.retrieval.measures import Said, difference, measures
from monitor_train.scene.data import Scenes, read
from monitor_train.terminal import progress


def evaluate(model: Path, data: Path, layout: str, against: Path | None = None) -> dict[str, Any]:
    """Figures of `model`, the folder of an artifact, on the test split: of its answers, and of rankings by its vector.

    With `against`, another artifact, also how much better `model` is on the same pictures.
    """
    test = read(data, layout)["test"]
    said = predict(Artifact.read(model), test)
    figures = {"model": title(model), "data": f"{layout} test", **measures(said)}
    if against is not None:
        figures["against"] = {"model": title(against), **difference(said, predict(Artifact.read(against), test))}
    return figures


def title(model: Path) -> str:
    """What a model calls itself."""
    manifest = Artifact.read(model).manifest
    return f"{manifest.name} {manifest.version}"


def predict(artifact: Artifact, scenes: Scenes) -> Said:
    """Probabilities and vectors, one run of ONNX Runtime per picture. Raises ArtifactError where the model has none."""
    manifest = artifact.manifest
    truth = numbers(scenes, manifest.labels)
    size, runtime = input_size(manifest), OnnxRuntime(artifact)
    found = []
    for index in progress(range(len(scenes)), "pictures, one at a time", len(scenes)):
        outputs = runtime.outputs(network_input(scene_picture(scenes.read(index), size)[None], manifest))
        if len(outputs) != 2:
            raise ArtifactError(f"{artifact} has {len(outputs)} outputs instead of probabilities and a vector")
        found.append(outputs)
    probabilities, vectors = (np.concatenate(each).astype(np.float64) for each in zip(*found, strict=True))
    return Said(manifest.labels, truth, vectors, probabilities)
