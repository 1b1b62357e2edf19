"""Measures a face emotion artifact on the test split of a data set, one face at a time, as the monitor runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, recall_score
from torchmetrics.functional.classification import multiclass_calibration_error

from monitor.artifact import Artifact
from monitor.errors import ArtifactError
from monitor.runtimes import OnnxRuntime
from monitor_face import align
from monitor_face.face_input import FaceInput
from monitor_train.face import cache as face_cache
from monitor_train.face.cache import Views
from monitor_train.face.data import Faces
from monitor_train.face.degradations import DEGRADATIONS, read_degraded
from monitor_train.face.training_faces import DataSet, with_heatmaps
from monitor_train.terminal import progress

RESAMPLINGS = 2000
BINS = 15
"""Of equal width in confidence, for the calibration error."""


def evaluate(artifact: Path, source: DataSet, *, robustness: bool = False) -> dict[str, Any]:
    """Figures of an artifact on the test split of `source`, at batch size 1.

    The main figures count the pictures on which more than half of the votes agree, as Barsoum et al. do; under
    `undecided_included` stand those of all pictures, with the class of most votes as the truth. Pictures without
    landmarks are part of both. Of a model with a landmark branch the figures under `fusion` compare it with its image
    branch. `robustness` adds the accuracy on degraded pictures, and on pictures taken as if no mesh could be fitted.
    """
    model = Artifact.read(artifact)
    takes = FaceInput(model.manifest)
    test = source.faces("test")
    decided, labels = test.majority, test.labels
    views = face_cache.views(test, source.meshes(test, "test"), takes.size, align.MARGIN, grey=takes.grey)
    without = ~np.isfinite(views.landmarks).all(axis=(1, 2))
    outputs = predict(model, inputs(takes, views), test.names)
    probabilities = outputs[0]
    figures: dict[str, Any] = {
        "artifact": f"{model.manifest.name} {model.manifest.version}",
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
        rows = decided.nonzero()[0]
        kept = replace(test, files=tuple(test.files[row] for row in rows), labels=labels[rows])
        figures["robustness"] = degraded(model, kept)
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
        "difference": float(gain.mean()),
        "difference_interval": interval(lambda rows: float(gain[rows].mean()), len(labels)),
        "who_is_right": {
            "both": int((image_right & landmark_right).sum()),
            "image_only": int((image_right & ~landmark_right).sum()),
            "landmark_only": int((~image_right & landmark_right).sum()),
            "neither": int((~image_right & ~landmark_right).sum()),
        },
    }


def degraded(model: Artifact, faces: Faces) -> dict[str, dict[str, float | int]]:
    """Accuracy, average recall and pictures without landmarks under each degradation."""
    takes, present = FaceInput(model.manifest), np.unique(faces.labels)
    see = partial(face_cache.views, size=takes.size, margin=align.MARGIN, grey=takes.grey)
    unaligned = replace(faces, landmarks=None)
    views = {"unaligned": see(unaligned, None)}
    for name in DEGRADATIONS:
        read = partial(read_degraded, name)
        meshes = face_cache.meshes(faces.files, None, f"face meshes, {name}", read)
        views[name] = see(unaligned, meshes, read=read)
    figures: dict[str, dict[str, float | int]] = {}
    for name, seen in views.items():
        guesses = predict(model, inputs(takes, seen), faces.names)[0].argmax(axis=1)
        figures[name] = {
            "accuracy": float((guesses == faces.labels).mean()),
            "average_recall": average_recall(faces.labels, guesses, present),
            "without_landmarks": int((~np.isfinite(seen.landmarks).all(axis=(1, 2))).sum()),
        }
    return figures


def inputs(takes: FaceInput, views: Views) -> NDArray[np.float32]:
    """Views as the network takes them, (N, C, S, S)."""
    return takes.batch(with_heatmaps(views) if takes.with_heatmap else views.pictures)


def predict(model: Artifact, faces: NDArray[np.float32], names: Sequence[str]) -> NDArray[np.float32]:
    """Probabilities (outputs, N, K) of faces (N, C, S, S), one run of ONNX Runtime each, in the order of `names`."""
    if set(model.manifest.labels) != set(names):
        raise ArtifactError(f"{model} has the labels {model.manifest.labels}, the data has {tuple(names)}")
    order = [model.manifest.labels.index(label) for label in names]
    runtime = OnnxRuntime(model)
    rows = [np.concatenate(runtime.outputs(face[None])) for face in progress(faces, "faces, one at a time", len(faces))]
    probabilities: NDArray[np.float32] = np.stack(rows, axis=1)[:, :, order]
    return probabilities


def measures(probabilities: NDArray[np.float32], labels: NDArray[np.int64], names: Sequence[str]) -> dict[str, Any]:
    """Accuracy, recall, confusion and calibration of probabilities (N, K) against labels (N,), as JSON can hold them.

    Intervals are the middle 95 per cent of bootstrap resamplings of the pictures. The confusion matrix has the truth in
    rows. Classes without any picture count neither in the average recall nor in its interval.
    """
    classes = list(range(len(names)))
    present = np.unique(labels)
    guesses = probabilities.argmax(axis=1)
    recalls = recall_score(labels, guesses, labels=classes, average=None, zero_division=np.nan)
    of_truth = np.take_along_axis(probabilities, labels[:, None], axis=1)
    place = (probabilities >= of_truth).sum(axis=1)  # of the truth among the answers, from 1
    error = multiclass_calibration_error(
        torch.from_numpy(probabilities), torch.from_numpy(labels), len(classes), n_bins=BINS, norm="l1"
    )
    return {
        "pictures": len(labels),
        "accuracy": float((guesses == labels).mean()),
        "accuracy_interval": interval(lambda rows: float((guesses[rows] == labels[rows]).mean()), len(labels)),
        **{f"accuracy_top{k}": float((place <= k).mean()) for k in (2, 3)},
        "average_recall": float(recalls[present].mean()),
        "average_recall_interval": interval(
            lambda rows: average_recall(labels[rows], guesses[rows], present), len(labels)
        ),
        "calibration_error": float(error),
        "labels": list(names),
        "recall": {names[index]: float(recalls[index]) for index in present},
        "confusion": confusion_matrix(labels, guesses, labels=classes).tolist(),
    }


def average_recall(labels: NDArray[np.int64], guesses: NDArray[np.int64], classes: NDArray[np.int64]) -> float:
    """Mean recall over those `classes` that occur among the labels; fast enough for thousands of resamplings."""
    least = int(classes.max()) + 1
    count = np.bincount(labels, minlength=least)[classes]
    right = np.bincount(labels[labels == guesses], minlength=least)[classes]
    return float((right[count > 0] / count[count > 0]).mean())


def interval(statistic: Callable[[NDArray[np.int64]], float], count: int, seed: int = 0) -> list[float]:
    """[low, high]: the middle 95 per cent of `statistic` over rows drawn with replacement from range(count)."""
    generator = np.random.default_rng(seed)
    values = [statistic(generator.integers(0, count, count)) for _ in range(RESAMPLINGS)]
    return [float(value) for value in np.percentile(values, (2.5, 97.5))]
