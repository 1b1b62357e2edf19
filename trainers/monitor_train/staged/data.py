"""The pictures of a stage in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import TensorDataset

from monitor.emotions import moved
from monitor_train.face.data import Faces
from monitor_train.face.layouts import read
from monitor_train.pictures.layouts import read_picture
from monitor_train.pictures.settings import PictureSettings
from monitor_train.pictures.splits import DataError, Split
from monitor_train.pictures.terminal import progress
from monitor_train.pictures.training import TrainingData
from monitor_train.staged.chain import Stage
from monitor_train.staged.crop import EyeCrop, square

VALID_SHARE = 0.2


def training_faces(stage: Stage, labels: tuple[str, ...], seed: int) -> TensorDataset:
    """What a stage learns from and validates by, in an order by chance: pictures uint8 (N, S, S, 3), and the share of
    each emotion (N, K).

    Where it takes only some pictures of its set, `seed` draws them. Raises DataError where there are too few.
    """
    faces = faces_of(stage, stage.split, labels)
    if stage.pictures is not None and stage.pictures > len(faces):
        raise DataError(f"stage {stage.name}: {stage.pictures} pictures are to be drawn, and there are {len(faces)}")
    chosen = faces.some(np.random.default_rng(seed).permutation(len(faces))[: stage.pictures])
    return in_memory(stage, chosen, chosen.votes if stage.labels == "votes" else np.eye(len(labels))[chosen.labels])


def test_faces(stage: Stage, labels: tuple[str, ...]) -> TensorDataset:
    """The same of the test faces of a stage's set on which more than half of the votes agree."""
    faces = faces_of(stage, "test", labels)
    decided = faces.some(np.flatnonzero(faces.majority))
    return in_memory(stage, decided, decided.votes)


def faces_of(stage: Stage, split: Split, labels: tuple[str, ...]) -> Faces:
    """The faces of one split that show one of `labels`, with the votes for these."""
    faces = read(stage.data, stage.format, split)
    votes = moved(faces.votes.astype(np.float64), faces.names, labels)
    rows = np.flatnonzero(np.isfinite(votes).all(axis=1))
    if not len(rows):
        raise DataError(f"{stage.data}: no picture of the {split} split shows one of {', '.join(labels)}")
    return replace(faces.some(rows), names=labels, votes=votes[rows].astype(np.float32), labels=votes[rows].argmax(1))


def in_memory(stage: Stage, faces: Faces, votes: NDArray[np.floating[Any]]) -> TensorDataset:
    """Pictures and votes."""
    return TensorDataset(torch.from_numpy(squares(stage, faces)), torch.from_numpy(votes).float())


def squares(stage: Stage, faces: Faces) -> NDArray[np.uint8]:
    """The pictures as the stage's crop has them, (N, S, S, 3).

    Where they are not cut and smaller than the stage's resolution they keep their size; the network enlarges them.
    """
    crop = EyeCrop() if stage.crop == "eyes" else None
    try:
        first = max(read_picture(faces.files[0]).shape[:2])
        side = min(stage.resolution, first) if crop is None else stage.resolution
        out = np.empty((len(faces), side, side, 3), np.uint8)
        for place, file in enumerate(progress(faces.files, f"pictures of {stage.name}", len(faces))):
            picture = read_picture(file)
            out[place] = square(picture if crop is None else crop(picture), side)
    finally:
        if crop is not None:
            crop.close()
    return out


def stage_data(faces: TensorDataset, settings: PictureSettings) -> TrainingData:
    """The faces of a stage: a fifth of them validates, the rest is learnt from."""
    apart = max(1, round(VALID_SHARE * len(faces)))
    return TrainingData(settings, TensorDataset(*faces[apart:]), TensorDataset(*faces[:apart]))
