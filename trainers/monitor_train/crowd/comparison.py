"""What cleaning is worth to a model: trained on cleaned soft labels, and on raw majority labels, of the same answers.

Workers of known quality answer about training faces of FER+ (`monitor_labels.simulation`), other ones in every draw.
Both networks of a draw see the same faces and begin alike; each is validated on labels of its own kind, as a user would
have to. Both are measured on the same faces of FER+'s test set, on whose label most annotators agree.

A training that is finished is not repeated, so that a comparison that was interrupted goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from monitor.emotions import SEVEN
from monitor_labels.cleaning import Cleaned, clean
from monitor_labels.comparison import some_pictures
from monitor_labels.simulation import Draw, Simulated, expected_accuracy, simulate
from monitor_labels.votes import read_votes
from monitor_train.crowd.settings import Settings
from monitor_train.crowd.training import fit
from monitor_train.face import ferplus
from monitor_train.face.crowd import labelled
from monitor_train.face.data import Faces
from monitor_train.face.training_faces import FaceSet, channels_last, split_views
from monitor_train.pictures.classifier import logits_of
from monitor_train.pictures.comparison import Figures, measure_once, over_draws
from monitor_train.pictures.measures import average_recall
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import Split

RAW, CLEANED = "majority, hard", "cleaned, soft"
FACES = "FER2013Train"


def compare(
    data: Path,
    settings: Settings,
    run: Run,
    *,
    method: str,
    answers: int,
    pictures: int,
    workers: int,
    draws: int,
    draw: Draw,
) -> dict[str, Any]:
    """Test accuracy and average recall of both ways, and their differences, with 95 per cent intervals over draws.

    `data`: FER+ as published. Everything is measured in torch, without export.
    """
    votes = read_votes(data / ferplus.VOTES, SEVEN, "Training")
    test = decided(ferplus.read(data, "test"))
    _, views = split_views(GivenFaces(data, "ferplus", run.out / "cache", {"test": test}), "test", settings)
    faces = channels_last(views)

    def measured(simulated: Simulated, how: str, own: Settings, at: Run) -> Figures:
        cleaned = clean(simulated.answers, how)
        right = expected_accuracy(cleaned, simulated.truth)
        return {"labels": right, **trained(data, cleaned, test, faces, own, at)}

    found: dict[str, list[dict[str, float]]] = {RAW: [], CLEANED: []}
    for seed in range(draws):
        drawn = some_pictures(votes, pictures, seed)
        simulated = simulate(drawn, votes.confusion(), answers, workers, seed, draw)
        for name, how in ((RAW, "majority"), (CLEANED, method)):
            own = replace(settings, hard=name == RAW, seed=seed)
            at = run.at(f"draw-{seed + 1}", how)
            found[name].append(measure_once(at.out / "result.json", partial(measured, simulated, how, own, at)))
    return {
        "data": f"FER+ test, majority of the votes, {len(test)} faces",
        "training": f"{pictures} faces, {answers} answers each by {workers} workers, by {draw}, cleaned by {method}",
        "draws": draws,
        "rows": {name: over_draws(runs) for name, runs in found.items()},
        "gain": over_draws(found[CLEANED], found[RAW]),
    }


def decided(faces: Faces) -> Faces:
    """The faces on whose label most votes agree, of the seven classes."""
    kept = faces.some(np.flatnonzero(faces.majority & (faces.labels < len(SEVEN))))
    return replace(kept, names=SEVEN, votes=kept.votes[:, : len(SEVEN)])


@dataclass(frozen=True)
class GivenFaces(FaceSet):
    """Faces in memory in place of those of a set on disk."""

    given: Mapping[Split, Faces]

    def faces(self, split: Split) -> Faces:
        return self.given[split]


def trained(data: Path, cleaned: Cleaned, test: Faces, seen: Tensor, settings: Settings, run: Run) -> dict[str, float]:
    """Accuracy and average recall on the `test` faces, which look as `seen`, of a network trained on cleaned labels."""
    splits: tuple[Split, ...] = ("train", "valid")
    given = {split: labelled(cleaned, data / FACES, split, tested=True) for split in splits}
    source = GivenFaces(data, "crowd", run.out / "cache", given)
    guesses = logits_of(fit(source, settings, run), seen).argmax(1).numpy()
    recall = average_recall(test.labels, guesses, np.unique(test.labels))
    return {"accuracy": float((guesses == test.labels).mean()), "average_recall": recall}
