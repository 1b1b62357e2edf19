"""Gives a portrait other expressions, by moving the points of its face mesh and warping the triangles between them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.spatial import Delaunay

Points = NDArray[np.float64]
"""(n, 2)."""


@dataclass(frozen=True)
class Expression:
    """What the face does. Lengths are in distances between the pupils; all 0 is the portrait as it is, a smile."""

    relax: float = 0.0
    """From the portrait's smile, 0, to lips of a mouth that is closed and at ease, 1."""
    width: float = 0.0
    """Mouth corners apart (below 0: together)."""
    corners: float = 0.0
    """Mouth corners up."""
    opening: float = 0.0
    """Between the lips, in the middle."""
    press: float = 0.0
    """Part of the lips' thickness that is pressed away."""
    inner_brows: float = 0.0
    """Up."""
    outer_brows: float = 0.0
    """Up."""
    knit: float = 0.0
    """Brows together."""
    lids: float = 0.0
    """Eyes wider open."""

    def towards(self, other: Expression, part: float) -> Expression:
        """The expression at `part` of the way to `other`, from 0 to 1."""
        return Expression(
            *(
                (1 - part) * getattr(self, field.name) + part * getattr(other, field.name)
                for field in fields(Expression)
            )
        )


HAPPY = Expression(corners=0.02, width=0.02)
NEUTRAL = Expression(relax=1.0, corners=-0.04)
SURPRISED = Expression(relax=1.0, width=-0.12, opening=0.45, inner_brows=0.2, outer_brows=0.2, lids=0.05)
SAD = Expression(relax=1.0, corners=-0.15, inner_brows=0.17, outer_brows=-0.06, knit=0.05, lids=-0.045)
ANGRY = Expression(relax=1.0, corners=-0.1, press=0.5, inner_brows=-0.16, outer_brows=0.04, knit=0.1, lids=-0.04)

# Points of mediapipe's face mesh. Lips and jaw from the picture's left to its right, brows and lids from the temple to
# the nose, left ones first.
UPPER_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
UPPER_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
JAW = (136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365)
BROWS = (46, 53, 52, 65, 55), (70, 63, 105, 66, 107), (276, 283, 282, 295, 285), (300, 293, 334, 296, 336)
UPPER_LIDS = (246, 161, 160, 159, 158, 157, 173), (466, 388, 387, 386, 385, 384, 398)
LOWER_LIDS = (7, 163, 144, 145, 153, 154, 155), (249, 390, 373, 374, 380, 381, 382)
CHEEKS = (205, 425)
SMILE_FOLDS = (203, 206, 216, 57), (423, 426, 436, 287)
"""From the nose to beside the mouth."""
PUPILS = (468, 473)
STILL = (
    *(33, 133, 362, 263, 468, 473),  # corners and middles of the eyes
    *(6, 197, 1, 2, 98, 327),  # nose
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 109, 67, 103, 54, 21, 162, 127, 234, 93),  # hairline, temples
)

RELAXED_WIDTH = 0.76
"""Of the mouth at ease, as a part of the smile's."""
RELAXED_THICKNESS = 1.1
"""Of the lips, as a factor; a smile stretches them."""
RELAXED_DROP = 0.05
"""By which it lies lower, in pupil distances."""
CLOSED = 0.015
"""Opening of a mouth that is closed: the dark line between the lips."""
UPPER_PART = 0.3
"""Of the mouth's opening, above the line where the lips meet."""
JAW_DROP = 0.7
"""Of the mouth's opening, by which the chin goes down."""
FOLD_WIDTH = 0.2
"""Of the folds that a smile makes and that a face at rest does not have, in pupil distances."""
RING = 1.8
"""Radius of the ring at which hair and background stand still, in half-heights of the face."""
MOUTH_TOP, MOUTH_BOTTOM = (30.0, 8.0, 10.0), (120.0, 52.0, 52.0)
"""Colours inside the mouth, RGB."""
FLAT = 0.5
"""Triangles of less than half this many pixels are not drawn; their neighbours cover them."""
MOUTH_EDGE = 6
"""Pixels over which they fade."""


class DemoFace:
    """A portrait whose face can be given any `Expression`."""

    def __init__(self, portrait: NDArray[np.uint8], mesh: NDArray[np.float32]) -> None:
        """`portrait`: uint8 (height, width, 3) RGB. `mesh`: float32 (478, 3) of its face, in fractions of it."""
        height, width, _ = portrait.shape
        points = mesh[:, :2].astype(np.float64) * (width, height)
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
        ring = middle + RING * np.ptp(points[:, 1]) / 2 * np.column_stack([np.cos(angles), np.sin(angles)])
        ring = np.clip(ring, 0, (width - 1, height - 1))
        origin = np.floor(ring.min(axis=0)).astype(int)
        end = np.ceil(ring.max(axis=0)).astype(int) + 1
        self._portrait = portrait
        unit = float(np.linalg.norm(points[PUPILS[1]] - points[PUPILS[0]]))
        self._rested = without_lines(portrait, [points[list(fold)] for fold in SMILE_FOLDS], FOLD_WIDTH * unit)
        self._window = slice(origin[1], end[1]), slice(origin[0], end[0])
        self._points = np.concatenate([points, ring]) - origin
        self._triangles = Delaunay(self._points).simplices
        across = self._points[PUPILS[1]] - self._points[PUPILS[0]]
        self._axes = np.array([across, (-across[1], across[0])])  # rows: one pupil distance to the right, and down
        self._face = self._points @ np.linalg.inv(self._axes)  # in pupil distances
        self._handles = sorted({*_moved(self._face, NEUTRAL), *range(len(points), len(self._points))})
        where = self._face[self._handles]
        # one column per handle: how far each point follows it
        self._follow = RBFInterpolator(where, np.eye(len(where)), kernel="thin_plate_spline")(self._face)

    def picture(self, expression: Expression) -> NDArray[np.uint8]:
        """The portrait with that expression, uint8 of the portrait's size."""
        moves = _moved(self._face, expression)
        shifts = np.array([moves.get(handle, (0.0, 0.0)) for handle in self._handles])
        moved = self._points + self._follow @ shifts @ self._axes
        smiling, rested = self._portrait[self._window], self._rested[self._window]
        window = cv2.addWeighted(smiling, 1 - expression.relax, rested, expression.relax, 0)
        source = piecewise_affine(moved, self._points, self._triangles, (window.shape[0], window.shape[1]))
        warped = np.asarray(cv2.remap(window, source, None, cv2.INTER_CUBIC), np.uint8)  # type: ignore[call-overload]
        lips = moved[[*UPPER_INNER, *LOWER_INNER[-2:0:-1]]]
        darken_mouth(warped, lips, expression.relax)
        picture = self._portrait.copy()
        picture[self._window] = warped
        return picture


def _moved(face: Points, expression: Expression) -> dict[int, Points]:
    """Point of the mesh -> how far it goes, (2,), for all points that the expression holds or moves.

    `face` are the points at rest; everything in pupil distances, right and down.
    """
    moves = {point: np.zeros(2) for point in STILL}
    moves |= _mouth(face, expression)
    for share, point in zip(np.sin(np.linspace(0, np.pi, len(JAW))), JAW, strict=True):
        moves[point] = np.array([0.0, JAW_DROP * expression.opening * expression.relax * share])
    for side, points in zip((1, 1, -1, -1), BROWS, strict=True):
        for share, point in zip(np.linspace(0, 1, len(points)), points, strict=True):
            up = (1 - share) * expression.outer_brows + share * expression.inner_brows
            moves[point] = np.array([side * share * expression.knit, -up])
    for direction, lids in ((-1.0, UPPER_LIDS), (0.4, LOWER_LIDS)):
        for lid in lids:
            for share, point in zip(np.sin(np.linspace(0, np.pi, len(lid) + 2))[1:-1], lid, strict=True):
                moves[point] = np.array([0.0, direction * share * expression.lids])
    for side, point in zip((1, -1), CHEEKS, strict=True):
        moves[point] = expression.relax * np.array([0.05 * side, 0.1])
    return moves


def _mouth(face: Points, expression: Expression) -> dict[int, Points]:
    """The part of `_moved` for the lips: between those of the portrait and those of a redrawn mouth."""
    corners = face[[UPPER_OUTER[0], UPPER_OUTER[-1]]]
    between_lips = (face[UPPER_INNER[5], 1] + face[LOWER_INNER[5], 1]) / 2
    middle = np.array([corners[:, 0].mean(), between_lips + RELAXED_DROP])
    half = np.ptp(corners[:, 0]) / 2
    moves: dict[int, Points] = {}
    rows = (UPPER_OUTER, UPPER_INNER, -UPPER_PART), (LOWER_OUTER, LOWER_INNER, 1 - UPPER_PART)
    for outer, inner, part in rows:
        for index in range(len(outer)):
            out, inn = face[outer[index]], face[inner[index]]
            place = np.clip((out[0] - middle[0]) / half, -1, 1)  # -1 and 1 at the corners
            sideways = np.array([place * expression.width / 2, -expression.corners * place**2])
            gap = max(expression.opening, CLOSED) * np.sqrt(1 - place**2)
            thick = (out - inn)[1] * RELAXED_THICKNESS * (1 - expression.press)
            for point, old, lip in ((outer[index], out, thick), (inner[index], inn, 0.0)):
                new = middle + np.array([(old[0] - middle[0]) * RELAXED_WIDTH, part * gap + lip])
                moves[point] = sideways + expression.relax * (new - old)
    return moves


def without_lines(picture: NDArray[np.uint8], lines: list[Points], width: float) -> NDArray[np.uint8]:
    """`picture` (height, width, 3) with the surroundings of each line (n, 2) grown over it, `width` pixels wide."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    for line in lines:
        cv2.polylines(mask, [np.rint(line).astype(np.int32)], False, (255,), round(width))
    grown = np.asarray(cv2.inpaint(picture, mask, width / 2, cv2.INPAINT_TELEA), np.float32)
    grown = np.asarray(cv2.GaussianBlur(grown, (0, 0), width / 4), np.float32)  # Telea's method leaves streaks
    part = np.asarray(cv2.GaussianBlur(mask, (0, 0), width / 3), np.float32)[..., None] / 255
    return np.rint((1 - part) * picture + part * grown).astype(np.uint8)


def piecewise_affine(
    moved: Points, source: Points, triangles: NDArray[np.int32], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """For each pixel of a picture of `shape`, where in the source its colour is; float32 (height, width, 2) as (x, y).

    `triangles` (t, 3) join points that lie at `source` (n, 2) and go to `moved` (n, 2). Pixels outside of all triangles
    stay where they are; triangles that were turned over or flattened are left out.
    """
    kept = doubled_areas(moved[triangles]) * np.sign(doubled_areas(source[triangles])) > FLAT
    before, after = source[triangles[kept]], moved[triangles[kept]]  # (t, 3, 2)
    (one, other), (from_one, from_other) = ((c[:, 1] - c[:, 0], c[:, 2] - c[:, 0]) for c in (after, before))
    area = doubled_areas(after)[:, None]
    along_x = (other[:, 1:] * from_one - one[:, 1:] * from_other) / area
    along_y = (one[:, :1] * from_other - other[:, :1] * from_one) / area
    offset = before[:, 0] - after[:, 0, :1] * along_x - after[:, 0, 1:] * along_y
    affine = np.stack([along_x, along_y, offset], axis=1)  # (t, 3, 2)
    affine = np.concatenate([affine, [[(1, 0), (0, 1), (0, 0)]]]).astype(np.float32)
    number = np.full(shape, len(affine) - 1, np.int32)
    for index, triangle in enumerate(np.rint(moved[triangles[kept]] * 16).astype(np.int32)):
        cv2.fillConvexPoly(number, triangle, (index,), shift=4)
    y, x = np.indices(shape, np.float32)
    of_x, of_y, constant = (affine[:, row].take(number, axis=0) for row in range(3))
    return np.asarray(of_x * x[..., None] + of_y * y[..., None] + constant)


def doubled_areas(corners: Points) -> NDArray[np.float64]:
    """Twice the area of each triangle (t, 3, 2), negative where its corners run the other way round, (t,)."""
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])


def darken_mouth(picture: NDArray[np.uint8], lips: Points, strength: float) -> None:
    """Darken the inside of `lips` (n, 2) in `picture`, uint8 (height, width, 3), by `strength` in [0, 1]."""
    left, top = np.floor(lips.min(axis=0)).astype(int) - MOUTH_EDGE
    right, bottom = np.ceil(lips.max(axis=0)).astype(int) + MOUTH_EDGE
    part = picture[top:bottom, left:right]
    mask = np.zeros(part.shape[:2], np.float32)
    cv2.fillPoly(mask, [np.rint((lips - (left, top)) * 16).astype(np.int32)], (strength,), cv2.LINE_AA, shift=4)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), MOUTH_EDGE / 4), np.float32)[..., None]
    depth = np.linspace(0, 1, len(part))[:, None, None]
    inside = (1 - depth) * np.array(MOUTH_TOP) + depth * np.array(MOUTH_BOTTOM)
    part[:] = np.rint(part + mask * (inside - part))
