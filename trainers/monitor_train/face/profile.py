"""The two sizes in which the face networks come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.errors import ConfigError
from monitor_train.face.landmark_network import COMPACT, PAPER, Convolution


@dataclass(frozen=True)
class Profile:
    """Sizes of the image branch and of the landmark branch."""

    size: int
    """Side of picture and heatmap, in pixels."""
    colour: Literal["grey", "rgb"]
    width: int
    """Channels of the first of ResNet-18's four stages."""
    cell: int
    """Side, in pixels, of what the Amend Representation Module makes of one place of the feature maps."""
    stride: int
    """Of the module's convolution, in those pixels."""
    landmarks: tuple[Convolution, ...]
    landmark_cell: int
    landmark_stride: int
    mean: float = 0.5
    std: float = 0.25
    """Of a pixel / 255; the network evens out what is left of brightness and contrast itself."""

    @property
    def channels(self) -> int:
        """Of a picture."""
        return 3 if self.colour == "rgb" else 1


PROFILES = {
    "compact": Profile(64, "grey", 40, 8, 2, COMPACT, landmark_cell=8, landmark_stride=4),
    "paper": Profile(224, "rgb", 64, 16, 8, PAPER, landmark_cell=16, landmark_stride=8),
}


def profile(name: str) -> Profile:
    """The profile of that name. Raises ConfigError where there is none."""
    if name not in PROFILES:
        raise ConfigError(f"--profile {name}: there are {', '.join(PROFILES)}")
    return PROFILES[name]


def profile_of(size: int) -> Profile:
    """The profile whose pictures have that side. Raises ConfigError where there is none."""
    for each in PROFILES.values():
        if each.size == size:
            return each
    raise ConfigError(f"no profile has pictures of {size} pixels; there are {', '.join(PROFILES)}")
