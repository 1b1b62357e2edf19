"""Measures a face emotion artifact on the test set of FER+, one face at a time, as the monitor runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, recall_score, top_k_accuracy_score
from torchmetrics.functional.classification import multiclass_calibration_error

from monitor.artifact import Artifact
from monitor.errors import ArtifactError
from monitor.runtimes import OnnxRuntime
from monitor_face import align
from monitor_face.expression import input_size, network_input
from monitor_train import face_cache, ferplus
from monitor_train.degradations import DEGRADATIONS, read_degraded

RESAMPLINGS = 2000
BINS = 15
"""Of equal width in confidence, for the calibration error."""


def evaluate(artifact: Path, data: Path, cache: Path | None = None, *, robustness: bool = False) -> dict[str, Any]:
    """Figures of an artifact on the FER+ test set without its listed duplicates, at batch size 1.

    The main figures count the pictures on which more than half of the votes agree, as Barsoum et al. do; under
    `undecided_included` stand those of all pictures, with the class of most votes as the truth. Pictures without a face
    mesh are part of both. Meshes are kept in the folder `cache` where one is given. `robustness` adds the accuracy on
    degraded pictures, and on pictures taken as if no mesh could be fitted.
    """
    model = Artifact.read(artifact)
    size = input_size(model.manifest)
    test = ferplus.read(data, "test")
    decided, labels = test.majority, test.labels
    meshes = face_cache.meshes(test.files, None if cache is None else cache / "test.npz", "face meshes, test")
    probabilities = predict(model, face_cache.faces(test.files, meshes, size, align.MARGIN))
    figures: dict[str, Any] = {
        "artifact": f"{model.manifest.name} {model.manifest.version}",
        "data": "FER+ test",
        "duplicates_left_out": test.duplicates_left_out,
        "without_mesh": int((~meshes.found[decided]).sum()),
        **measures(probabilities[decided], labels[decided]),
        "undecided_included": {"without_mesh": int((~meshes.found).sum()), **measures(probabilities, labels)},
    }
    if robustness:
        figures["robustness"] = degraded(
            model, [f for f, kept in zip(test.files, decided, strict=True) if kept], labels[decided]
        )
    return figures


def degraded(model: Artifact, files: Sequence[Path], labels: NDArray[np.int64]) -> dict[str, dict[str, float | int]]:
    """Accuracy, average recall and pictures without a mesh under each degradation."""
    size, present = input_size(model.manifest), np.unique(labels)
    nothing = face_cache.Meshes(np.full((len(files), 478, 3), np.nan, np.float32))
    views = {"unaligned": (nothing, face_cache.faces(files, nothing, size, align.MARGIN))}
    for name in DEGRADATIONS:
        read = partial(read_degraded, name)
        meshes = face_cache.meshes(files, None, f"face meshes, {name}", read)
        views[name] = meshes, face_cache.faces(files, meshes, size, align.MARGIN, read=read)
    figures: dict[str, dict[str, float | int]] = {}
    for name, (meshes, faces) in views.items():
        guesses = predict(model, faces).argmax(axis=1)
        figures[name] = {
            "accuracy": float((guesses == labels).mean()),
            "average_recall": average_recall(labels, guesses, present),
            "without_mesh": int((~meshes.found).sum()),
        }
    return figures


def predict(model: Artifact, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities (N, 8) of faces (N, S, S), one run of ONNX Runtime each, in the order of the FER+ labels."""
    if set(model.manifest.labels) != set(ferplus.LABELS):
        raise ArtifactError(f"{model} has the labels {model.manifest.labels}, FER+ has {ferplus.LABELS}")
    order = [model.manifest.labels.index(label) for label in ferplus.LABELS]
    runtime = OnnxRuntime(model)
    rows = [
        runtime.run(network_input(face[None], model.manifest))[0]
        for face in face_cache.progress(faces, "faces, one at a time", len(faces))
    ]
    probabilities: NDArray[np.float32] = np.stack(rows)[:, order]
    return probabilities


def measures(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> dict[str, Any]:
    """Accuracy, recall, confusion and calibration of probabilities (N, 8) against labels (N,), as JSON can hold them.

    Intervals are the middle 95 per cent of bootstrap resamplings of the pictures. The confusion matrix has the truth in
    rows. Classes without any picture count neither in the average recall nor in its interval.
    """
    classes = list(range(len(ferplus.LABELS)))
    present = np.unique(labels)
    guesses = probabilities.argmax(axis=1)
    recalls = recall_score(labels, guesses, labels=classes, average=None, zero_division=np.nan)
    top = {f"accuracy_top{k}": float(top_k_accuracy_score(labels, probabilities, k=k, labels=classes)) for k in (2, 3)}
    error = multiclass_calibration_error(
        torch.from_numpy(probabilities), torch.from_numpy(labels), len(classes), n_bins=BINS, norm="l1"
    )
    return {
        "pictures": len(labels),
        "accuracy": float((guesses == labels).mean()),
        "accuracy_interval": interval(lambda rows: float((guesses[rows] == labels[rows]).mean()), len(labels)),
        **top,
        "average_recall": float(recalls[present].mean()),
        "average_recall_interval": interval(
            lambda rows: average_recall(labels[rows], guesses[rows], present), len(labels)
        ),
        "calibration_error": float(error),
        "recall": {ferplus.LABELS[index]: float(recalls[index]) for index in present},
        "confusion": confusion_matrix(labels, guesses, labels=classes).tolist(),
    }


def average_recall(labels: NDArray[np.int64], guesses: NDArray[np.int64], classes: NDArray[np.int64]) -> float:
    """Mean recall over those `classes` that occur among the labels; fast enough for thousands of resamplings."""
    count = np.bincount(labels, minlength=len(ferplus.LABELS))[classes]
    right = np.bincount(labels[labels == guesses], minlength=len(ferplus.LABELS))[classes]
    return float((right[count > 0] / count[count > 0]).mean())


def interval(statistic: Callable[[NDArray[np.int64]], float], count: int, seed: int = 0) -> list[float]:
    """[low, high]: the middle 95 per cent of `statistic` over rows drawn with replacement from range(count)."""
    generator = np.random.default_rng(seed)
    values = [statistic(generator.integers(0, count, count)) for _ in range(RESAMPLINGS)]
    return [float(value) for value in np.percentile(values, (2.5, 97.5))]
