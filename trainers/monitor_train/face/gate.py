"""Does the quality gate tell good views of faces from bad ones? Answers inside and outside of it, right and wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.artifact import Artifact
from monitor.model.runtimes import load
from monitor.quality import FACE_HEIGHT, HEAD_YAW, SHARPNESS, Gate
from monitor_face.expression import align
from monitor_face.expression.face_input import FaceInput
from monitor_people.head_pose import head_pose
from monitor_people.picture_quality import picture_quality
from monitor_train.face import cache as face_cache
from monitor_train.face.cache import WHOLE, Meshes
from monitor_train.face.data import Faces
from monitor_train.face.degradations import Change, Picture, blur, darkness, read_changed, roll, small
from monitor_train.face.evaluate import inputs, predict
from monitor_train.face.training_faces import FaceSet
from monitor_train.pictures.inference import title
from monitor_train.pictures.measures import interval
from monitor_train.pictures.splits import Split

TIGHTNESS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
"""The limits of the curve, as multiples of the gate's own; a larger one lets fewer faces in."""
BINS: Mapping[str, Sequence[float]] = {
    FACE_HEIGHT: (0, 12, 16, 24, 32, 48, 1000),
    HEAD_YAW: (0, 10, 20, 30, 40, 50, 180),
    SHARPNESS: (0, 0.02, 0.04, 0.06, 0.08, 0.12, 0.2, 10),
}
Rows = NDArray[np.int64]


def twice(change: Change, picture: Picture) -> Picture:
    """The same change once more."""
    return change(change(picture))


VIEWS: dict[str, Change] = {
    "as it is": np.asarray,
    "blur of 1.2 pixels": blur,
    "blur of 3 pixels": partial(blur, part=16),
    "a quarter of the light": darkness,
    "a sixteenth of the light": partial(twice, darkness),
    "face of 24 pixels": small,
    "face of 16 pixels": partial(small, side=16),
    "face of 12 pixels": partial(small, side=12),
    "tilted by 20 degrees": roll,
    "tilted by 40 degrees": partial(twice, roll),
}
"""What is made of every picture, on purpose."""


@dataclass(frozen=True)
class Judged:
    """Answers of a model on N pictures in V views."""

    views: tuple[str, ...]
    right: NDArray[np.bool_]
    """(V, N)"""
    measures: Mapping[str, NDArray[np.float64]]
    """Measure of the gate -> (V, N); not a number where it is not known."""

    def inside(self, gate: Gate) -> NDArray[np.bool_]:
        """(V, N): which faces the gate lets in."""
        known = [
            {name: float(value) for name, value in zip(self.measures, values, strict=True) if np.isfinite(value)}
            for values in zip(*(each.ravel() for each in self.measures.values()), strict=True)
        ]
        return np.array([gate.lets_in(each) for each in known]).reshape(self.right.shape)


def evaluate_gate(
    artifact: Path, source: FaceSet, gate: Gate, *, runtime: str, split: Split = "test", most: int | None = None
) -> dict[str, Any]:
    """How often an artifact is right inside and outside of `gate`, on the pictures of a split whose votes have a
    majority, and on views of them made worse on purpose; `most` takes that many pictures, drawn by chance.

    Under `all_views` stand all views together, of every view once; `curve` has ever tighter gates. Intervals are 95
    per cent, by bootstrap over pictures with all of their views. Faces are as high as the picture; a face to which no
    mesh could be fitted has no yaw.
    """
    model = Artifact.read(artifact)
    faces = source.faces(split)
    rows = faces.majority.nonzero()[0]
    if most is not None and most < len(rows):
        rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
    kept = replace(faces.some(rows), landmarks=None)
    loaded = load(model, runtime)
    return {
        **title(model, loaded),
        "data": f"{source.format} {split}, majority of the votes",
        **gate_figures(judged(model, loaded, kept), gate),
    }


def judged(model: Artifact, runtime: Any, faces: Faces) -> Judged:
    """Look at every view of every face."""
    takes = FaceInput(model.manifest)
    right, measures = [], []
    for name in VIEWS:
        read = partial(read_changed, VIEWS[name])
        meshes = face_cache.meshes(faces.files, None, f"face meshes, {name}", read)
        seen = face_cache.views(faces, meshes, takes.size, align.MARGIN, grey=takes.grey, read=read)
        guesses = predict(model, runtime, inputs(takes, seen), faces.names)[0].argmax(axis=1)
        right.append(guesses == faces.labels)
        measures.append([_measured(read(file), meshes, row) for row, file in enumerate(faces.files)])
    values = np.array(measures, np.float64)
    names = (FACE_HEIGHT, HEAD_YAW, SHARPNESS)
    return Judged(tuple(VIEWS), np.array(right), {name: values[..., place] for place, name in enumerate(names)})


def _measured(picture: Picture, meshes: Meshes, row: int) -> tuple[float, float, float]:
    """The three measures of the gate; yaw is not a number without a mesh."""
    quality, mesh = picture_quality(picture, WHOLE), meshes.of(row)
    pose = None if mesh is None else head_pose(mesh, picture.shape[1], picture.shape[0])
    return quality.face_height, np.nan if pose is None else pose.yaw, quality.sharpness


def gate_figures(seen: Judged, gate: Gate) -> dict[str, Any]:
    """What `evaluate_gate` tells."""
    inside = seen.inside(gate)
    views = {name: _both(seen.right[place][None], inside[place][None]) for place, name in enumerate(seen.views)}
    return {
        "gate": {
            "smallest_face": gate.smallest_face,
            "most_yaw": gate.most_yaw,
            "least_sharpness": gate.least_sharpness,
        },
        "pictures": seen.right.shape[1],
        "views": views,
        "all_views": _both(seen.right, inside),
        "curve": [
            {"tightness": tightness, **_part(seen.right, seen.inside(tightened(gate, tightness)))}
            for tightness in TIGHTNESS
        ],
        "by_measure": {name: _by_measure(seen, name, edges) for name, edges in BINS.items()},
    }


def tightened(gate: Gate, tightness: float) -> Gate:
    """A gate with limits that are so many times as tight; 0 lets everything in."""
    yaw = min(180.0, gate.most_yaw / tightness) if tightness else 180.0
    return Gate(gate.smallest_face * tightness, yaw, gate.least_sharpness * tightness)


def _both(right: NDArray[np.bool_], inside: NDArray[np.bool_]) -> dict[str, Any]:
    return {"inside": _part(right, inside), "outside": _part(right, ~inside)}


def _part(right: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> dict[str, Any]:
    """Of the chosen of (V, N) faces: how many, which part of all, and how often the answer is right."""
    if not chosen.any():
        return {"faces": 0, "part": 0.0}

    def accuracy(rows: Rows) -> float:
        count = chosen[:, rows].sum()
        return float((right & chosen)[:, rows].sum() / count) if count else float("nan")

    low, high = interval(accuracy, right.shape[1])
    return {
        "faces": int(chosen.sum()),
        "part": float(chosen.mean()),
        "accuracy": accuracy(np.arange(right.shape[1])),
        "accuracy_interval": [low, high] if np.isfinite(low) else None,  # None: resamples may hold none of so few
    }


def _by_measure(seen: Judged, name: str, edges: Sequence[float]) -> list[dict[str, Any]]:
    values = np.abs(seen.measures[name])
    rows = [
        {"from": low, "to": high, **_part(seen.right, (values >= low) & (values < high))}
        for low, high in pairwise(edges)
    ]
    unknown = np.isnan(values)
    return [*rows, {"from": None, "to": None, **_part(seen.right, unknown)}] if unknown.any() else rows


def gate_curve(curve: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Accuracy inside of ever tighter gates against the part of all faces that they leave out."""
    from matplotlib.figure import Figure

    from monitor_train.pictures.figures import save

    points = [point for point in curve if point["faces"] and point["accuracy_interval"]]
    left_out = [100 * (1 - point["part"]) for point in points]
    figure = Figure(figsize=(5, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.plot(left_out, [100 * point["accuracy"] for point in points], marker="o")
    low, high = (np.array([point["accuracy_interval"][end] for point in points]) * 100 for end in (0, 1))
    axes.fill_between(left_out, low, high, alpha=0.2)
    shipped = next(place for place, point in enumerate(points) if point["tightness"] == 1.0)
    axes.plot(left_out[shipped], 100 * points[shipped]["accuracy"], marker="o", color="black", label="the gate")
    axes.set_xlabel("faces left out, %")
    axes.set_ylabel("accuracy inside, %")
    axes.legend()
    save(figure, path)
