"""An edited recording: shots of several people in turn, as in a film or a press conference, with known truth."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from numpy.random import Generator

from monitor_people.bench.actors import HEIGHT, PICTURES_PER_SECOND, WIDTH, Actor
from monitor_people.bench.looks import Look

SHOT_SECONDS = (2.0, 6.0)
"""Length of a shot, drawn evenly."""


@dataclass(frozen=True)
class Shot:
    """One person, from one cut to the next."""

    actor: int
    start_seconds: float
    seconds: float
    clip_seconds: float
    """Where in the person's clip the shot begins."""
    look: Look


def cut_plan(
    people: int, shots_each: int, look: Callable[[Generator], Look], random: Generator, clip_seconds: Sequence[float]
) -> list[Shot]:
    """`shots_each` shots of each of `people`, shuffled so that no two of one person follow each other.

    `clip_seconds`: length of each person's clip.
    """
    shots: list[Shot] = []
    now = 0.0
    for actor in shuffled(people, shots_each, random):
        pictures = round(random.uniform(*SHOT_SECONDS) * PICTURES_PER_SECOND)
        begins = random.uniform(0, clip_seconds[actor])
        shots.append(Shot(actor, now, pictures / PICTURES_PER_SECOND, begins, look(random)))
        now += pictures / PICTURES_PER_SECOND
    return shots


def shuffled(people: int, shots_each: int, random: Generator) -> list[int]:
    """Numbers 0 to `people` - 1, each `shots_each` times, no two alike in a row where there are two people or more."""
    order: list[int] = []
    for _ in range(shots_each):
        turn = random.permutation(people).tolist()
        if order and people > 1 and turn[0] == order[-1]:
            turn[0], turn[-1] = turn[-1], turn[0]
        order += turn
    return order


def write_recording(path: Path, actors: Sequence[Actor], shots: Sequence[Shot]) -> None:
    """Encode the shots one after the other as H.264."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(PICTURES_PER_SECOND), options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for shot in shots:
            actor = actors[shot.actor]
            for number in range(round(shot.seconds * PICTURES_PER_SECOND)):
                seen = actor.at(shot.clip_seconds + number / PICTURES_PER_SECOND)
                picture = shot.look(actor.pictures[seen], actor.mattes[seen])
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def actor_at(shots: Sequence[Shot], seconds: float) -> int:
    """Who is seen at that time."""
    starts = [shot.start_seconds for shot in shots]
    return shots[max(bisect_right(starts, seconds + 1e-6) - 1, 0)].actor


def clip_lengths(actors: Sequence[Actor]) -> list[float]:
    """Seconds of each clip."""
    return [len(actor.pictures) / PICTURES_PER_SECOND for actor in actors]
