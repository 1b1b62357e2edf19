"""What is done to a shot of a person to make it harder to know them again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Random = np.random.Generator
BACKDROP = (96, 104, 112)
"""RGB of the one wall that everybody stands before."""


@dataclass(frozen=True)
class Look:
    """Of one shot."""

    backdrop: bool = False
    """Whether BACKDROP takes the place of the background."""
    mirrored: bool = False
    size: float = 1.0
    """Of the person, at most 1."""
    exposure: float = 1.0
    """Factor of the light."""
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Of the light, a factor each for red, green and blue."""
    gamma: float = 1.0
    """Above 1 darkens the middle."""

    def __call__(self, picture: NDArray[np.uint8], matte: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """`picture` (height, width, 3) of a person who is where `matte` (height, width) is 255."""
        height, width, _ = picture.shape
        if self.backdrop:
            inside = matte[..., None] / np.float32(255)
            picture = np.rint(picture * inside + (1 - inside) * np.array(BACKDROP, np.float32)).astype(np.uint8)
        if self.size < 1:
            small = cv2.resize(picture, None, fx=self.size, fy=self.size, interpolation=cv2.INTER_AREA)
            wall = np.full_like(picture, BACKDROP) if self.backdrop else cv2.GaussianBlur(picture, (0, 0), 20)
            left, top = (width - small.shape[1]) // 2, height - small.shape[0]
            wall[top:, left : left + small.shape[1]] = small
            picture = np.asarray(wall, np.uint8)
        if self.mirrored:
            picture = picture[:, ::-1]
        if (self.exposure, self.colour, self.gamma) != (1.0, (1.0, 1.0, 1.0), 1.0):
            levels = (np.arange(256, dtype=np.float64) / 255) ** self.gamma * self.exposure
            table = np.rint(255 * np.clip(levels[:, None] * self.colour, 0, 1)).astype(np.uint8)
            picture = np.asarray(cv2.LUT(np.ascontiguousarray(picture), table[None]), np.uint8)
        return np.ascontiguousarray(picture)


def plain(random: Random) -> Look:
    return Look()


def one_backdrop(random: Random) -> Look:
    return Look(backdrop=True)


def mirrored(random: Random) -> Look:
    return Look(mirrored=bool(random.integers(2)))


def reduced(random: Random) -> Look:
    return Look(size=random.uniform(0.45, 0.8))


def other_light(random: Random) -> Look:
    red, blue = random.uniform(0.8, 1.2, 2)
    return Look(exposure=random.uniform(0.5, 1.4), colour=(red, 1.0, blue), gamma=random.uniform(0.75, 1.35))


def all_together(random: Random) -> Look:
    light, small = other_light(random), reduced(random)
    return Look(True, bool(random.integers(2)), small.size, light.exposure, light.colour, light.gamma)


AS_THEY_ARE = "as they are"
VARIANTS: dict[str, Callable[[Random], Look]] = {
    AS_THEY_ARE: plain,
    "one backdrop": one_backdrop,
    "mirrored": mirrored,
    "reduced size": reduced,
    "other light": other_light,
    "all together": all_together,
}
"""Each draws the look of one shot."""
