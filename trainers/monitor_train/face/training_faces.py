"""The faces of a data set as training and measuring see them: found once, aligned, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor_face import align
from monitor_face.heatmap import heatmaps
from monitor_train.face import cache as face_cache
from monitor_train.face.cache import Views
from monitor_train.face.data import Faces, Format, read
from monitor_train.face.profile import Profile
from monitor_train.splits import Split

CANVAS = 1.25
"""Training pictures show this much more than the view that the network gets, so that shifting and rolling has room."""


@dataclass(frozen=True)
class DataSet:
    """Where the faces come from."""

    data: Path
    format: Format
    cache: Path | None
    """Folder in which face meshes are kept; None: they are fitted anew every time."""

    def faces(self, split: Split) -> Faces:
        """Files and labels of one split."""
        return read(self.data, self.format, split)

    def meshes(self, faces: Faces, split: Split) -> face_cache.Meshes | None:
        """The face meshes, or None where the data set brings landmarks of its own."""
        if faces.landmarks is not None:
            return None
        cache = None if self.cache is None else self.cache / f"{split}.npz"
        return face_cache.meshes(faces.files, cache, f"face meshes, {split}")


@dataclass(frozen=True)
class Canvases:
    """Faces to draw training views from."""

    faces: Faces
    aligned: Views
    plain: NDArray[np.uint8]
    """The same pictures without alignment, as the monitor sees faces to which no mesh could be fitted."""


def training_canvases(source: DataSet, profile: Profile) -> Canvases:
    """The training faces, each with a border around what the network will see."""
    faces = source.faces("train")
    side, margin = round(CANVAS * profile.size), (CANVAS * (align.FRAME + 2 * align.MARGIN) - align.FRAME) / 2
    grey = profile.colour == "grey"
    aligned = face_cache.views(faces, source.meshes(faces, "train"), side, margin, grey=grey)
    if faces.landmarks is not None:  # aligned by its makers for good
        return Canvases(faces, aligned, aligned.pictures)
    return Canvases(faces, aligned, face_cache.views(faces, None, side, margin, grey=grey).pictures)


def split_views(source: DataSet, split: Split, profile: Profile) -> tuple[Faces, Views]:
    """The faces of a split as the running monitor sees them."""
    faces = source.faces(split)
    grey = profile.colour == "grey"
    return faces, face_cache.views(faces, source.meshes(faces, split), profile.size, align.MARGIN, grey=grey)


def with_heatmaps(views: Views) -> NDArray[np.uint8]:
    """Pictures and heatmaps in one, (N, C + 1, S, S)."""
    return np.concatenate([views.pictures, heatmaps(views.landmarks, views.pictures.shape[-1])[:, None]], axis=1)
