"""Warm and saturated colours as a positive mood, cold and grey ones as a negative mood."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from monitor.sample import Observation, Sample


class ColourMoodOptions(BaseModel):
    """Section `[options.analyzers.colour-mood]`."""

    warmth: float = Field(4.0, gt=0)
    """How much the mean difference of red and blue counts, against saturation."""


class ColourMood:
    name = "colour-mood"
    labels = ("positive", "negative")
    needs_faces = False

    def __init__(self, options: ColourMoodOptions) -> None:
        self.options = options

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        return [[self._observe(sample)] for sample in samples]

    def _observe(self, sample: Sample) -> Observation:
        frame = sample.frame
        positive = mood(frame.image, self.options.warmth)
        scores = {"positive": positive, "negative": 1 - positive}
        return Observation(self.name, frame.source, frame.seconds, subject=None, scores=scores)

    def close(self) -> None:
        pass


def mood(image: NDArray[np.uint8], warmth: float) -> float:
    """Probability of a positive mood; `image` is uint8 RGB (height, width, 3)."""
    pixels = image[::4, ::4].reshape(-1, 3) / 255
    warm = float((pixels[:, 0] - pixels[:, 2]).mean())
    saturation = float((pixels.max(axis=1) - pixels.min(axis=1)).mean())
    return 1 / (1 + math.exp(-(warmth * warm + saturation - 0.25)))
