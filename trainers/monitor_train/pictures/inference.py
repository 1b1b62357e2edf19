"""Runs an artifact on the pictures of a split, one at a time, as the running monitor does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.artifact import Artifact
from monitor.model.picture_input import input_size, network_input, scene_picture
from monitor.plugin import Runtime
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.terminal import progress

REFERENCE = "onnxruntime"
"""The runtime of the figures in manifests: it computes in single precision, alike on every machine."""


def outputs_of(artifact: Artifact, pictures: LabelledPictures, runtime: Runtime) -> list[NDArray[np.float32]]:
    """Each output (N, ...) of the model for whole pictures, squeezed to its size as the monitor does."""
    manifest, size = artifact.manifest, input_size(artifact.manifest)
    inputs = (
        network_input(scene_picture(pictures.read(index), size)[None], manifest) for index in range(len(pictures))
    )
    return one_at_a_time(runtime, inputs, len(pictures))


def one_at_a_time(runtime: Runtime, inputs: Iterable[NDArray[np.float32]], count: int) -> list[NDArray[np.float32]]:
    """Each output (N, ...) for `count` inputs (1, C, S, S)."""
    found = [runtime.outputs(each) for each in progress(inputs, "pictures, one at a time", count)]
    return [np.concatenate(rows) for rows in zip(*found, strict=True)]


def title(artifact: Artifact, runtime: Runtime) -> dict[str, Any]:
    """What was measured: name and version of the model, and what ran it."""
    return {"model": f"{artifact.manifest.name} {artifact.manifest.version}", "runtime": runtime.name}
