"""Colours as people see their differences: CIE Lab.

OpenCV has the same, but sets up tables for it at its first use, which takes a tenth of a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

XYZ_OF_RGB = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
"""Of linear sRGB, by the light D65 (IEC 61966-2-1)."""
WHITE = XYZ_OF_RGB.sum(axis=1)
BEND = 6 / 29
"""Cube root of the share of white below which a line takes the cube root's place (CIE 15:2004, section 8.2.1)."""


def lab(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Lightness, 0 to 100, green to red and blue to yellow, (..., 3), of `picture` (..., 3), sRGB."""
    shown = picture / 255
    linear = np.where(shown > 0.04045, ((shown + 0.055) / 1.055) ** 2.4, shown / 12.92)
    parts = linear @ XYZ_OF_RGB.T / WHITE
    x, y, z = np.moveaxis(np.where(parts > BEND**3, np.cbrt(parts), parts / (3 * BEND**2) + 4 / 29), -1, 0)
    return np.asarray(np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1), np.float32)
