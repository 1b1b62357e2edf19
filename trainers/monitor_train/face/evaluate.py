"""Measures a face emotion artifact on the test split of a data set, one face at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact
from monitor.model.runtimes import load
from monitor.plugin import Runtime
from monitor_face.expression import align
from monitor_face.expression.face_input import FaceInput
from monitor_train.face import cache as face_cache
from monitor_train.face.cache import Views
from monitor_train.face.data import Faces
from monitor_train.face.degradations import DEGRADATIONS, read_changed
from monitor_train.face.training_faces import FaceSet, split_views, with_heatmaps
from monitor_train.pictures.inference import REFERENCE, one_at_a_time, title
from monitor_train.pictures.measures import average_recall, classification_figures, estimates


def evaluate(artifact: Path, source: FaceSet, *, robustness: bool = False, runtime: str = REFERENCE) -> dict[str, Any]:
    """Figures of an artifact on the test split of `source`, at batch size 1.

    The main figures count the pictures on which more than half of the votes agree, as Barsoum et al. do; under
    `undecided_included` stand those of all pictures, with the class of most votes as the truth. Pictures without
    landmarks are part of both. Of a model with a landmark branch the figures under `fusion` compare it with its image
    branch. `robustness` adds the accuracy on degraded pictures, and on pictures taken as if no mesh could be fitted.
    `runtime` runs the artifact, by the names of `monitor.model.runtimes.load`.
    """
    model = Artifact.read(artifact)
    loaded = load(model, runtime)
    takes = FaceInput(model.manifest)
    test, views = split_views(source, "test", takes)
    decided, labels = test.majority, test.labels
    without = ~np.isfinite(views.landmarks).all(axis=(1, 2))
    outputs = predict(model, loaded, inputs(takes, views), test.names)
    probabilities = outputs[0]
    figures: dict[str, Any] = {
        **title(model, loaded),
        "data": f"{source.format} test, batch size 1" + (", majority of the votes" if not decided.all() else ""),
        "duplicates_left_out": test.duplicates_left_out,
        "without_landmarks": int(without[decided].sum()),
        **measures(probabilities[decided], labels[decided], test.names),
        "undecided_included": {
            "without_landmarks": int(without.sum()),
            **measures(probabilities, labels, test.names),
        },
    }
    if len(outputs) == 3:
        figures["fusion"] = fusion_figures(*(each[decided] for each in outputs), labels=labels[decided])
    if robustness:
        figures["robustness"] = degraded(model, loaded, test.some(decided.nonzero()[0]))
    return figures


def fusion_figures(
    merged: NDArray[np.float32],
    image: NDArray[np.float32],
    landmark: NDArray[np.float32],
    *,
    labels: NDArray[np.int64],
) -> dict[str, Any]:
    """What landmarks add, from the probabilities (N, K) of the whole and of its branches against labels (N,).

    `difference` is the accuracy of the whole minus that of the image branch, on the same pictures; `who_is_right` is
    the paper's table 2: pictures by whether image and landmark branch are right.
    """
    right, image_right, landmark_right = (each.argmax(axis=1) == labels for each in (merged, image, landmark))
    gain = right.astype(np.int64) - image_right
    return {
        "image_accuracy": float(image_right.mean()),
        "landmark_accuracy": float(landmark_right.mean()),
        **estimates({"difference": lambda rows: float(gain[rows].mean())}, len(labels)),
        "who_is_right": {
            "both": int((image_right & landmark_right).sum()),
            "image_only": int((image_right & ~landmark_right).sum()),
            "landmark_only": int((~image_right & landmark_right).sum()),
            "neither": int((~image_right & ~landmark_right).sum()),
        },
    }


def degraded(model: Artifact, runtime: Runtime, faces: Faces) -> dict[str, dict[str, float | int]]:
    """Accuracy, average recall and pictures without landmarks under each degradation."""
    takes, present = FaceInput(model.manifest), np.unique(faces.labels)
    see = partial(face_cache.views, size=takes.size, margin=align.MARGIN, grey=takes.grey)
    unaligned = replace(faces, landmarks=None)
    views = {"unaligned": see(unaligned, None)}
    for name in DEGRADATIONS:
        read = partial(read_changed, DEGRADATIONS[name])
        meshes = face_cache.meshes(faces.files, None, f"face meshes, {name}", read)
        views[name] = see(unaligned, meshes, read=read)
    figures: dict[str, dict[str, float | int]] = {}
    for name, seen in views.items():
        guesses = predict(model, runtime, inputs(takes, seen), faces.names)[0].argmax(axis=1)
        figures[name] = {
            "accuracy": float((guesses == faces.labels).mean()),
            "average_recall": average_recall(faces.labels, guesses, present),
            "without_landmarks": int((~np.isfinite(seen.landmarks).all(axis=(1, 2))).sum()),
        }
    return figures


def inputs(takes: FaceInput, views: Views) -> NDArray[np.float32]:
    """Views as the network takes them, (N, C, S, S)."""
    return takes.batch(with_heatmaps(views) if takes.with_heatmap else views.pictures)


def predict(model: Artifact, runtime: Runtime, faces: NDArray[np.float32], names: Sequence[str]) -> NDArray[np.float32]:
    """Probabilities (outputs, N, K) of faces (N, C, S, S), one at a time, in the order of `names`."""
    if set(model.manifest.labels) != set(names):
        raise ArtifactError(f"{model} has the labels {model.manifest.labels}, the data has {tuple(names)}")
    order = [model.manifest.labels.index(label) for label in names]
    return np.stack(one_at_a_time(runtime, (face[None] for face in faces), len(faces)))[:, :, order]


def measures(probabilities: NDArray[np.float32], labels: NDArray[np.int64], names: Sequence[str]) -> dict[str, Any]:
    """Figures of probabilities (N, K) against labels (N,), as JSON can hold them: those of any classifier, and how
    often the truth is among the first two and three answers."""
    of_truth = np.take_along_axis(probabilities, labels[:, None], axis=1)
    place = (probabilities >= of_truth).sum(axis=1)  # of the truth among the answers, from 1
    return {
        **classification_figures(probabilities, labels, names),
        **{f"accuracy_top{k}": float((place <= k).mean()) for k in (2, 3)},
    }
