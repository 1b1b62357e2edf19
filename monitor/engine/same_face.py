"""Whether the face in one place is still the same from one sample to the next, by its colours.

Places alone cannot tell: where a film cuts from one centred face to another, or two people change places, the next face
lies where the last one was. A face is compared twice: as it lies in its box, and with its eyes and mouth where those of
the other are. Somebody who moves their head changes much in the box, somebody who turns it away much between the eyes;
another person changes both.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.engine.lab import lab
from monitor.sample import Box, Face

CELLS = 8
"""Across and down a face, each its mean colour: coarse enough for speaking and nodding to change few of them."""
CLEAR = 12.0
"""Difference of colours in units of CIE Lab, of half of the cells, that is another face by itself."""
PATTERN = 0.8
"""How much a face counts as another whose light and dark do not lie where they did, of what another colour counts: in
dim light colours hardly differ. Small enough that another pattern is not enough by itself. A choice between tracks
broken for nothing, which are joined again by looks, and tracks of two people, which nothing parts again."""
ANOTHER = 0.9
"""How unlike two faces are at least, of which 1 is CLEAR in colour alone, that are not one: a little less than 1, for
the reason above."""
MARKS = [[33, 133], [362, 263], [61, 291]]
"""Points of the mesh whose middles are laid upon each other: the corners of either eye and of the mouth,"""
UPRIGHT = np.array([-0.5, 0.5, 1.05j])
"""and where those come to lie, x + iy, in distances of the eyes."""
MIDDLE, SIDE = 0.35j, 3.2
"""Of the square around them that is compared, with hair and chin, in the same unit."""
EVEN = 1e-3
"""Product of the spreads of lightness of two faces of which one has no pattern."""


def colours(image: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
    """Mean colours of `face` in `image` (height, width, 3) RGB, in its box and laid upright: (2, CELLS, CELLS, 3), CIE
    Lab. Without a mesh both are those in its box."""
    in_box = _in_box(image, face.box)
    laid = None if face.mesh is None else _upright(image, face.mesh)
    cells = np.stack([in_box, in_box if laid is None else laid])
    return lab(cells)


def is_another(before: NDArray[np.float32], now: NDArray[np.float32]) -> bool:
    """Whether two faces, as `colours` gives them, are clearly not one."""
    return min(_unlike(one, other) for one, other in zip(before, now, strict=True)) > ANOTHER


def _in_box(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The part of `image` in `box` (fractions), as (CELLS, CELLS, 3)."""
    height, width, _ = image.shape
    left, top = min(int(box[0] * width), width - 1), min(int(box[1] * height), height - 1)
    face = image[top : max(top + 1, round(box[3] * height)), left : max(left + 1, round(box[2] * width))]
    step = max(1, min(face.shape[:2]) // (4 * CELLS))
    small = cv2.resize(np.ascontiguousarray(face[::step, ::step]), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _upright(image: NDArray[np.uint8], mesh: NDArray[np.float32]) -> NDArray[np.uint8] | None:
    """The square around a face whose MARKS are brought to UPRIGHT by the similarity that does so best, as (CELLS,
    CELLS, 3); None where they are in one place, or all of it lies outside of `image`."""
    height, width, _ = image.shape
    marks = mesh[MARKS, :2].mean(axis=1, dtype=np.float64) @ (width, 1j * height)
    middle, upright = marks.mean(), UPRIGHT.mean()
    spread = float((abs(marks - middle) ** 2).sum())
    if spread < 1:
        return None
    pixels = 4 * CELLS
    turn = np.vdot(marks - middle, UPRIGHT - upright) / spread * pixels / SIDE
    reach = pixels / abs(turn)  # half of the square's diagonal is less
    centre = middle + (MIDDLE - upright) * pixels / SIDE / turn
    left, right = (int(np.clip(centre.real + each, 0, width)) for each in (-reach, reach))
    top, bottom = (int(np.clip(centre.imag + each, 0, height)) for each in (-reach, reach))
    step = max(1, int(1 / abs(turn)))
    part = np.ascontiguousarray(image[top:bottom:step, left:right:step])
    if not part.size:
        return None
    moved = (1 + 1j) * pixels / 2 - turn * (centre - (left + 1j * top))
    turn *= step
    move = np.array([[turn.real, -turn.imag, moved.real], [turn.imag, turn.real, moved.imag]])
    laid = cv2.warpAffine(part, move, (pixels, pixels), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(laid, (CELLS, CELLS), interpolation=cv2.INTER_AREA), np.uint8)


def _unlike(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How unlike two faces are, (CELLS, CELLS, 3) in CIE Lab: above ANOTHER they may be of two people."""
    apart: NDArray[np.float32] = np.sqrt(((one - other) ** 2).sum(axis=-1))
    return float(np.median(apart)) / CLEAR + PATTERN * (1 - _correlation(one[..., 0], other[..., 0]))


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Of the lightness of two faces, -1 to 1; 1 where one of them is even, which has no pattern."""
    first, second = (each.ravel() - each.mean() for each in (one, other))
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / lengths if lengths > EVEN else 1.0
