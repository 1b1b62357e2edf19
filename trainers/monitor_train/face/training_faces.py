"""The faces of a data set as training and measuring see them: found once, aligned, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from monitor_face.expression import align
from monitor_face.expression.heatmap import heatmaps
from monitor_train.face import cache as face_cache
from monitor_train.face.cache import Views
from monitor_train.face.data import Faces
from monitor_train.face.layouts import read
from monitor_train.pictures.splits import DataSet, Split

CANVAS = 1.25
"""Training pictures show this much more than the view that the network gets, so that shifting and rolling has room."""


@dataclass(frozen=True)
class FaceSet(DataSet):
    """Faces in a layout of `monitor_train.face.layouts`."""

    cache: Path | None
    """Folder in which face meshes are kept; None: they are fitted every time."""

    def faces(self, split: Split) -> Faces:
        """Files and labels of one split."""
        return read(self.data, self.format, split)

    def meshes(self, faces: Faces, split: Split) -> face_cache.Meshes | None:
        """The face meshes, or None where the data set brings landmarks of its own."""
        if faces.landmarks is not None:
            return None
        cache = None if self.cache is None else self.cache / f"{split}.npz"
        return face_cache.meshes(faces.files, cache, f"face meshes, {split}")


class FaceView(Protocol):
    """What a network sees of a face."""

    @property
    def size(self) -> int:
        """Side of the picture, in pixels."""

    @property
    def grey(self) -> bool:
        """Whether it has no colour."""


def split_views(source: FaceSet, split: Split, takes: FaceView) -> tuple[Faces, Views]:
    """The faces of a split as the running monitor sees them."""
    faces = source.faces(split)
    return faces, face_cache.views(faces, source.meshes(faces, split), takes.size, align.MARGIN, grey=takes.grey)


def training_canvases(source: FaceSet, takes: FaceView) -> tuple[Faces, Views]:
    """The training faces, each with a border around what the network will see."""
    faces = source.faces("train")
    return faces, canvases(faces, source.meshes(faces, "train"), takes)


def unaligned_canvases(faces: Faces, aligned: Views, takes: FaceView) -> Views:
    """The same canvases without alignment, as the monitor sees faces to which no mesh could be fitted;
    those that their makers have aligned stay so."""
    return canvases(faces, None, takes) if faces.landmarks is None else aligned


def canvases(faces: Faces, found: face_cache.Meshes | None, takes: FaceView) -> Views:
    """Faces with a border around them, aligned by their meshes `found`."""
    margin = (CANVAS * (align.FRAME + 2 * align.MARGIN) - align.FRAME) / 2
    return face_cache.views(faces, found, round(CANVAS * takes.size), margin, grey=takes.grey)


def channels_last(views: Views) -> Tensor:
    """The pictures of `views` as networks learn from them, uint8 (N, S, S, C)."""
    return torch.from_numpy(views.pictures).permute(0, 2, 3, 1)


def with_heatmaps(views: Views) -> NDArray[np.uint8]:
    """Pictures and heatmaps in one, (N, C + 1, S, S)."""
    return np.concatenate([views.pictures, heatmaps(views.landmarks, views.pictures.shape[-1])[:, None]], axis=1)
