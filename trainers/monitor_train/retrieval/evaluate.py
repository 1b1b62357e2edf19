"""Measures a model on the test pictures of a set, one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.manifold import TSNE

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact
from monitor.model.runtimes import load
from monitor.plugin import Runtime
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.figures import map_figure
from monitor_train.pictures.inference import REFERENCE, outputs_of, title
from monitor_train.pictures.settings import Convention, from_profile
from monitor_train.pictures.splits import DataSet
from monitor_train.retrieval.data import numbers, read
from monitor_train.retrieval.measures import Predictions, difference, measures
from monitor_train.retrieval.profile import PROFILES
from monitor_train.retrieval.readouts import pretrained


def evaluate(
    model: Path,
    source: DataSet,
    against: Path | None = None,
    features: str | None = None,
    convention: Convention = "torchvision",
    tsne: Path | None = None,
    runtime: str = REFERENCE,
) -> dict[str, Any]:
    """Figures of `model`, the folder of an artifact, on the test split: of its answers, and of rankings by its vector.

    With `against`, another artifact, also how much better `model` is on the same pictures. With `features`, the initial
    weights of MobileNetV2 and their convention, also the figures of what they see untrained, and how much better
    `model` is than that. `tsne`: file for a map of the vectors. `runtime` runs the artifacts, by the names of
    `monitor.model.runtimes.load`.
    """
    test = read(source)["test"]

    def measured(folder: Path) -> tuple[dict[str, Any], Predictions]:
        artifact = Artifact.read(folder)
        loaded = load(artifact, runtime)
        return title(artifact, loaded), predict(artifact, test, loaded)

    described, own = measured(model)
    figures = {**described, "data": f"{source.format} test", **measures(own)}
    if against is not None:
        described, others = measured(against)
        figures["against"] = {**described, **difference(own, others)}
    if features is not None:
        settings = from_profile(PROFILES, "compact", init=features, convention=convention)
        seen = pretrained(settings, own.emotions, test)
        figures["untouched"] = {distance: measures(each) for distance, each in seen.items()}
        figures["gain_over_untouched"] = {distance: difference(own, each) for distance, each in seen.items()}
    if tsne is not None:
        draw_map(own, tsne)
    return figures


def predict(artifact: Artifact, pictures: LabelledPictures, runtime: Runtime) -> Predictions:
    """Probabilities and vectors of all pictures. Raises ArtifactError where the model has none."""
    truth = numbers(pictures, artifact.manifest.labels)
    outputs = outputs_of(artifact, pictures, runtime)
    if len(outputs) != 2:
        raise ArtifactError(f"{artifact} has {len(outputs)} outputs instead of probabilities and a vector")
    probabilities, vectors = (each.astype(np.float64) for each in outputs)
    return Predictions(artifact.manifest.labels, truth, vectors, probabilities)


def draw_map(predictions: Predictions, path: Path) -> None:
    """The vectors in the plane by t-SNE (van der Maaten and Hinton 2008), as Yang et al. 2018 show
    theirs."""
    perplexity = min(30.0, (len(predictions.vectors) - 1) / 3)
    places = TSNE(metric="cosine", init="random", perplexity=perplexity, random_state=0).fit_transform(
        predictions.vectors
    )
    map_figure(places, [predictions.emotions[each] for each in predictions.truth], predictions.emotions, path)
