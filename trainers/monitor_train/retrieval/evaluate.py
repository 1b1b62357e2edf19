"""Measures a model on the test pictures of a set, one at a time, as the monitor runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.manifold import TSNE

from monitor.artifact import Artifact
from monitor.errors import ArtifactError
from monitor.runtimes import OnnxRuntime
from monitor.scene_picture import input_size, network_input, scene_picture
from monitor_train.figures import map_figure
from monitor_train.retrieval.data import numbers, read
from monitor_train.retrieval.measures import Said, difference, measures
from monitor_train.retrieval.profile import profile
from monitor_train.retrieval.readouts import untouched
from monitor_train.scene.data import Scenes
from monitor_train.scene.network import Convention
from monitor_train.terminal import progress


def evaluate(
    model: Path,
    data: Path,
    layout: str,
    against: Path | None = None,
    features: str | None = None,
    convention: Convention = "torchvision",
    tsne: Path | None = None,
) -> dict[str, Any]:
    """Figures of `model`, the folder of an artifact, on the test split: of its answers, and of rankings by its vector.

    With `against`, another artifact, also how much better `model` is on the same pictures. With `features`, the initial
    weights of MobileNetV2 and their convention, also the figures of what they see untrained, and how much better
    `model` is than that. `tsne`: file for a map of the vectors.
    """
    test = read(data, layout)["test"]
    said = predict(Artifact.read(model), test)
    figures = {"model": title(model), "data": f"{layout} test", **measures(said)}
    if against is not None:
        figures["against"] = {"model": title(against), **difference(said, predict(Artifact.read(against), test))}
    if features is not None:
        seen = untouched(profile("compact", init=features, convention=convention), said.emotions, test)
        figures["untouched"] = {distance: measures(each) for distance, each in seen.items()}
        figures["gain_over_untouched"] = {distance: difference(said, each) for distance, each in seen.items()}
    if tsne is not None:
        draw_map(said, tsne)
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


def draw_map(said: Said, path: Path) -> None:
    """The vectors in the plane by t-SNE (van der Maaten and Hinton 2008), as Yang et al. 2018 show
    theirs."""
    perplexity = min(30.0, (len(said.vectors) - 1) / 3)
    places = TSNE(metric="cosine", init="random", perplexity=perplexity, random_state=0).fit_transform(said.vectors)
    map_figure(places, [said.emotions[each] for each in said.truth], said.emotions, path)
