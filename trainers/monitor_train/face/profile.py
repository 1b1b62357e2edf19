"""The two sizes in which the face networks come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from monitor.errors import ConfigError


@dataclass(frozen=True)
class Convolution:
    """A layer of the landmark branch, one row of the paper's table 1: without padding; with `pool` a 2 x 2 maximum
    follows."""

    kernel: int
    channels: int
    pool: bool = False


PAPER = (
    Convolution(5, 32, pool=True),
    Convolution(3, 64, pool=True),
    Convolution(3, 128, pool=True),
    Convolution(3, 256, pool=True),
    Convolution(3, 512),
    Convolution(4, 512),
)
"""224 x 224 -> 7 x 7 x 512."""
COMPACT = (
    Convolution(5, 16, pool=True),
    Convolution(3, 32, pool=True),
    Convolution(3, 64),
    Convolution(3, 128),
    Convolution(3, 192),
    Convolution(4, 192),
)
"""64 x 64 -> 5 x 5 x 192: the first two reductions of the paper's, and narrower."""


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
    def grey(self) -> bool:
        """Whether pictures have no colour."""
        return self.colour == "grey"

    @property
    def channels(self) -> int:
        """Of a picture."""
        return 1 if self.grey else 3

    def takes(self, *, heatmap: bool = False) -> dict[str, Any]:
        """What a manifest says of a network's input; with `heatmap`, that is one more channel, left as it is."""
        mean, std = (self.mean,) * self.channels + (0.0,) * heatmap, (self.std,) * self.channels + (1.0,) * heatmap
        return {"size": self.size, "mean": mean, "std": std, "colour": self.colour}


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
