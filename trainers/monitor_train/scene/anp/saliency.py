"""How much of a picture's attention falls on which region.

`itti` is the model of Itti, Koch and Niebur, "A model of saliency-based visual attention for rapid scene analysis"
(1998); `spectral` and `fine` are OpenCV's spectral residual and fine grained saliency.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.sample import Box

Picture = NDArray[np.uint8]
Map = NDArray[np.float32]
Pixel = TypeVar("Pixel", bound=np.generic)

SIDE = 512
"""Longer side, in pixels, at which Itti, Koch and Niebur's model looks at a picture: level 8 is then 2 pixels."""
CENTRES, DELTAS = (2, 3, 4), (3, 4)
"""Fine level of a difference, and how much coarser the other one is."""
ANGLES = (0, 45, 90, 135)
"""Of the Gabor filters, in degrees."""


def itti(picture: Picture) -> Map:
    """Saliency (H, W), at least 0, of a picture uint8 RGB (H, W, 3); zero everywhere where nothing stands out."""
    height, width, _ = picture.shape
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    red, green, blue = cv2.split(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255)
    intensity = (red + green + blue) / 3
    bright = intensity > intensity.max() / 10  # hue cannot be seen in the dark (section II.A)
    red, green, blue = (np.where(bright, each / np.maximum(intensity, 1e-6), 0) for each in (red, green, blue))
    channels = [
        intensity,
        np.maximum(red - (green + blue) / 2, 0) - np.maximum(green - (red + blue) / 2, 0),
        np.maximum(blue - (red + green) / 2, 0) - np.maximum((red + green) / 2 - abs(red - green) / 2 - blue, 0),
    ]
    intensities, reds_greens, blues_yellows = (pyramid(each) for each in channels)
    intensity_map = added(differences(intensities))
    colour_map = added([*differences(reds_greens), *differences(blues_yellows)])
    orientation_map = np.sum([normalised(added(differences(oriented(intensities, a)))) for a in ANGLES], axis=0)
    whole = sum(normalised(each) for each in (intensity_map, colour_map, orientation_map)) / 3
    saliency = cv2.resize(np.asarray(whole, np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.maximum(saliency, 0)


def pyramid(channel: Map) -> list[Map]:
    """Nine levels, each half as large as the one before."""
    levels = [np.asarray(channel, np.float32)]
    for _ in range(max(CENTRES) + max(DELTAS)):
        levels.append(np.asarray(cv2.pyrDown(levels[-1]), np.float32))
    return levels


def oriented(levels: list[Map], angle: float) -> list[Map]:
    """How strong edges and bars of that angle are, on every level."""
    even, odd = (
        np.asarray(cv2.getGaborKernel((9, 9), 2.0, np.deg2rad(angle), 5.0, 1.0, phase)) for phase in (0, np.pi / 2)
    )
    even = even - even.mean()  # an even area has no orientation
    return [np.hypot(cv2.filter2D(each, -1, even), cv2.filter2D(each, -1, odd)) for each in levels]


def differences(levels: list[Map]) -> list[Map]:
    """Normalised differences of fine and coarse levels: what is unlike its surround (equations 1 to 4)."""
    found = []
    for centre in CENTRES:
        height, width = levels[centre].shape
        for delta in DELTAS:
            surround = cv2.resize(levels[centre + delta], (width, height), interpolation=cv2.INTER_LINEAR)
            found.append(normalised(abs(levels[centre] - surround)))
    return found


def added(maps: Sequence[Map]) -> Map:
    """The sum of maps at the size of the coarsest of them, which has level 4 (equations 5 and 6)."""
    height, width = min(each.shape for each in maps)
    smaller = [cv2.resize(each, (width, height), interpolation=cv2.INTER_AREA) for each in maps]
    return np.asarray(np.sum(smaller, axis=0))


def normalised(values: Map) -> Map:
    """The operator N: a map with one strong peak is kept, one with many alike is held down (section II.B).

    The map is scaled to [0, 1] and multiplied by (1 - m)^2, m being the mean of its local maxima but the highest.
    """
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-4:
        return np.zeros_like(values)
    scaled = (values - low) / (high - low)
    peaks = scaled[(scaled == cv2.dilate(scaled, np.ones((3, 3), np.uint8))) & (scaled > 0) & (scaled < 1)]
    return scaled * (1 - float(peaks.mean()) if len(peaks) else 1.0) ** 2


def spectral(picture: Picture) -> Map:
    """OpenCV's spectral residual saliency (Hou and Zhang 2007), (H, W)."""
    return computed(cv2.saliency.StaticSaliencySpectralResidual.create(), picture)


def fine(picture: Picture) -> Map:
    """OpenCV's fine grained saliency (Montabone and Soto 2010), (H, W)."""
    return computed(cv2.saliency.StaticSaliencyFineGrained.create(), picture)


def computed(model: cv2.saliency.StaticSaliency, picture: Picture) -> Map:
    """What one of OpenCV's models says of a picture, (H, W), at least 0."""
    done, values = model.computeSaliency(np.ascontiguousarray(picture[:, :, ::-1]))
    if not done:
        raise RuntimeError(f"{type(model).__name__} gave no map for a picture with {picture.shape = }")
    height, width, _ = picture.shape
    values = cv2.resize(np.asarray(values, np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.nan_to_num(np.maximum(values, 0))


SALIENCIES: dict[str, Callable[[Picture], Map]] = {"itti": itti, "spectral": spectral, "fine": fine}


def share(saliency: Map, box: Box) -> float:
    """Share of the map's sum that falls in a region; 0 where the whole map is zero."""
    total = float(saliency.sum())
    return float(cut(saliency, box).sum()) / total if total > 0 else 0.0


def cut(picture: NDArray[Pixel], box: Box) -> NDArray[Pixel]:
    """The part of a picture or map in `box`, at least one pixel."""
    height, width = picture.shape[:2]
    left, top = min(round(box[0] * width), width - 1), min(round(box[1] * height), height - 1)
    right, bottom = max(round(box[2] * width), left + 1), max(round(box[3] * height), top + 1)
    return picture[top:bottom, left:right]


def weights(shares: NDArray[np.float64], picture: NDArray[np.int64]) -> NDArray[np.float64]:
    """What the answer for each of R regions weighs among those of its picture, (R,), summing to 1 in every picture.

    `shares` (R,) of the saliency, `picture` (R,) the number of the picture that a region belongs to. In a picture whose
    regions are not salient at all they weigh the same.
    """
    total, count = np.bincount(picture, shares)[picture], np.bincount(picture)[picture]
    return np.where(total > 0, shares / np.where(total > 0, total, 1), 1 / count)
