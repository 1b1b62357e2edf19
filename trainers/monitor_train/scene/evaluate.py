"""Measures a scene model, or a table of probabilities, on the test pictures of a set, one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact
from monitor.model.runtimes import load
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.inference import REFERENCE, outputs_of, title
from monitor_train.pictures.splits import DataSet
from monitor_train.scene.data import is_positive, read
from monitor_train.scene.measures import difference, measures
from monitor_train.scene.probability_table import read_table

TABLE = ".parquet"
"""What a table of probabilities ends in; anything else is the folder of an artifact."""


def evaluate(model: Path, source: DataSet, against: Path | None = None, runtime: str = REFERENCE) -> dict[str, Any]:
    """Figures of `model`, the folder of an artifact or a table of probabilities, on the test split.

    `runtime` runs an artifact, by the names of `monitor.model.runtimes.load`. With `against`, another artifact or
    table, also how much better `model` is on the same pictures.
    """
    test = read(source)["test"]
    truth = is_positive(test)
    described, probabilities = positive(model, test, runtime)
    figures = {**described, "data": f"{source.format} test", **measures(probabilities, truth)}
    if against is not None:
        described, others = positive(against, test, runtime)
        figures["against"] = {**described, **difference(probabilities, others, truth)}
    return figures


def positive(
    model: Path, pictures: LabelledPictures, runtime: str = REFERENCE
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """What `model`, an artifact or a table, calls itself, and its probabilities (N,) of "positive".

    Raises ArtifactError where the artifact has no such label.
    """
    if model.suffix == TABLE:
        return {"model": model.name}, read_table(model, pictures.names)
    artifact = Artifact.read(model)
    if "positive" not in artifact.manifest.labels:
        raise ArtifactError(f"{artifact} has the labels {artifact.manifest.labels}, and no positive among them")
    loaded = load(artifact, runtime)
    probabilities, *_ = outputs_of(artifact, pictures, loaded)
    return title(artifact, loaded), probabilities[:, artifact.manifest.labels.index("positive")].astype(np.float64)
