"""A wide shot: several people before one wall at once, who cross, leave and come back somewhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from monitor_people.bench.actors import HEIGHT, PICTURES_PER_SECOND, Actor
from monitor_people.bench.actors import WIDTH as ACTOR_WIDTH
from monitor_people.bench.looks import BACKDROP

WIDTH = 1280
"""Of the shot, in pixels; people are as large in it as in their cut-outs."""
SECONDS = 100.0
REACH = 0.5
"""Of a cut-out's width: a face that is further from where a person is, is not theirs."""


@dataclass(frozen=True)
class Walk:
    """Where one person is, from one moment to another; nowhere before and afterwards."""

    actor: int
    seconds: Sequence[float]
    """Rising,"""
    places: Sequence[float]
    """and the person's middle then, as a fraction of the shot's width; evenly in between."""

    def place(self, seconds: float) -> float | None:
        if not self.seconds[0] <= seconds <= self.seconds[-1]:
            return None
        return float(np.interp(seconds, self.seconds, self.places))


WALKS = (
    Walk(0, (0, 10, 14), (0.2, 0.2, -0.2)),  # leaves to the left for more than a minute
    Walk(0, (80, 84, SECONDS), (1.2, 0.8, 0.8)),  # and comes back from the right
    Walk(1, (0, 20, 30, 50, 60, 70, SECONDS), (0.5, 0.5, 0.8, 0.8, 0.3, 0.3, 0.3)),  # crosses the next one twice
    Walk(2, (0, 20, 30, 50, 60, 70, SECONDS), (0.8, 0.8, 0.5, 0.5, 0.6, 0.6, 0.55)),
)
"""Of three people; who is named later walks before the others."""


def truth(walks: Sequence[Walk], seconds: float) -> dict[int, float]:
    """Person -> place, of those whose face is in the picture at that time."""
    places = {walk.actor: walk.place(seconds) for walk in walks if walk.place(seconds) is not None}
    return {actor: place for actor, place in places.items() if place is not None and 0.02 < place < 0.98}


def write_wide_shot(path: Path, actors: Sequence[Actor], walks: Sequence[Walk] = WALKS) -> None:
    """Encode the shot as H.264."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(PICTURES_PER_SECOND), options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(round(SECONDS * PICTURES_PER_SECOND)):
            seconds = number / PICTURES_PER_SECOND
            picture = np.full((HEIGHT, WIDTH, 3), BACKDROP, np.uint8)
            for walk in walks:
                place = walk.place(seconds)
                if place is not None:
                    _put(picture, actors[walk.actor], seconds, place)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def _put(picture: NDArray[np.uint8], actor: Actor, seconds: float, place: float) -> None:
    """Paint a person over `picture` (HEIGHT, WIDTH, 3)."""
    number = actor.at(seconds)
    move = np.array([[1, 0, place * WIDTH - ACTOR_WIDTH / 2], [0, 1, 0]], np.float64)
    size = (WIDTH, HEIGHT)
    matte = cv2.warpAffine(actor.mattes[number], move, size)[..., None] / np.float32(255)
    person = cv2.warpAffine(actor.pictures[number], move, size)
    picture[:] = np.rint(picture + matte * (person.astype(np.float32) - picture)).astype(np.uint8)


def distances(true: Mapping[int, float], found: Sequence[float]) -> NDArray[np.float64]:
    """Of true places and the middles of found faces, (true, found), in cut-outs' widths; not a number where too far."""
    apart = np.abs(np.subtract.outer(list(true.values()), list(found))) * WIDTH / ACTOR_WIDTH
    return np.where(apart <= REACH, apart, np.nan)
