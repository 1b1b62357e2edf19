"""The regions of a picture, with their labels, and who may find them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box
from monitor_train.pictures.layouts import read_text
from monitor_train.pictures.splits import DataError

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
SCENE = "scene"
"""Label of a whole picture that nobody looked into."""


@dataclass(frozen=True)
class Region:
    """A part of a picture and what is in it."""

    label: str
    box: Box


class Segmenter(Protocol):
    """Finds the objects of a picture."""

    def __call__(self, picture: NDArray[np.uint8], name: str) -> list[Region]:
        """Regions of `picture`, uint8 RGB (H, W, 3), which is known as `name`; empty where there is no object."""


def regions_of(segmenter: Segmenter, picture: NDArray[np.uint8], name: str) -> list[Region]:
    """The regions that `segmenter` finds; where it finds none, the whole picture is one.

    Raises DataError for a region outside of the picture or without a label.
    """
    found = segmenter(picture, name)
    for region in found:
        left, top, right, bottom = region.box
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise DataError(
                f"{name}: the region {region.label!r} at {region.box} is not inside of the picture; a box is left, "
                "top, right and bottom in fractions of width and height"
            )
        if not region.label.strip():
            raise DataError(f"{name}: the region at {region.box} has no label")
    return found or [Region(SCENE, WHOLE)]


class WholePicture:
    """No segmentation: every picture is one region."""

    def __call__(self, picture: NDArray[np.uint8], name: str) -> list[Region]:
        return []


class RegionFile:
    """Regions that somebody else has found: a JSON object, picture -> list of {"label": ..., "box": [l, t, r, b]}.

    Pictures are named as below the folder of the data, boxes are fractions of width and height.
    """

    def __init__(self, path: Path) -> None:
        """Raises DataError where the file is missing or laid out in another way."""
        try:
            content = json.loads(read_text(path))
        except ValueError as error:
            raise DataError(f"{path} is not JSON: {error}") from None
        if not isinstance(content, dict):
            raise DataError(f"{path} must hold one object, picture -> regions")
        self.path = path
        self.regions = {name: [self.region(name, each) for each in found] for name, found in content.items()}

    def __call__(self, picture: NDArray[np.uint8], name: str) -> list[Region]:
        if name not in self.regions:
            raise DataError(f"{self.path} has no entry for {name}; a picture without objects has an empty one")
        return self.regions[name]

    def region(self, name: str, entry: object) -> Region:
        """One entry as a region."""
        match entry:
            case {"label": str(label), "box": [_, _, _, _] as box} if all(
                isinstance(side, int | float) for side in box
            ):
                left, top, right, bottom = map(float, box)
                return Region(label, (left, top, right, bottom))
        raise DataError(
            f'{self.path}: {name}: a region is {{"label": "dog", "box": [0.1, 0.2, 0.5, 0.9]}}, not {entry!r}'
        )
