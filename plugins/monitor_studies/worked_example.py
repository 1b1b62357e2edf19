"""The worked example: recordings of one face, made as the demo clip is, that is angry more often after an event.

Recordings have no more frames than are sampled, and the few pictures of the face are made once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitor.emotions import FACES
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.demo.face import Expression
    from monitor.plugin.contracts import FaceDetector
    from monitor.settings import Settings

SESSIONS = 6
"""Recordings before the event, and as many after it: with fewer, no label of eight could differ after correction."""
SECONDS = 60.0
EVERY_SECONDS = 0.5
"""Between two frames, and two samples."""
HELD = (1, 8)
"""Fewest and most samples for which an expression is held; how long is random."""
STRENGTHS = (0.6, 0.8, 1.0)
"""How plain an expression is, at random."""
ANGRY_BEFORE, ANGRY_AFTER = 0.05, 0.25
"""How often the next expression is an angry one: the truth that the study is to find."""
FIRST_DAY = date(2024, 1, 8)
WEEK = timedelta(days=7)
BEFORE, AFTER = "before", "after"
STUDY = "study.toml"
STORE = "study.db"

Picture = Callable[["Expression"], NDArray[np.uint8]]


def recordings() -> list[tuple[str, str, date]]:
    """Name, group and day of each recording, in order."""
    groups = [BEFORE] * SESSIONS + [AFTER] * SESSIONS
    return [(f"{group}-{n % SESSIONS + 1}", group, FIRST_DAY + WEEK * n) for n, group in enumerate(groups)]


def make_clips(folder: Path, detector: FaceDetector, seed: int) -> list[Path]:
    """Write the recordings into `folder`, in order. Raises MonitorError where that cannot be."""
    from monitor.demo.clip import load_face, write_video

    picture = lru_cache(maxsize=1 + 4 * len(STRENGTHS))(load_face(detector).picture)
    paths = []
    for (name, group, _), generator in zip(recordings(), np.random.default_rng(seed).spawn(2 * SESSIONS), strict=True):
        path = folder / f"{name}.mp4"
        course = expressions(ANGRY_BEFORE if group == BEFORE else ANGRY_AFTER, generator)
        try:
            write_video(path, _filmed(picture, course), rate=round(1 / EVERY_SECONDS))
        except OSError as error:
            raise MonitorError(f"{path} cannot be written: {error.strerror}") from None
        paths.append(path)
    return paths


def expressions(angry: float, generator: np.random.Generator) -> list[Expression]:
    """What the face shows in each frame of a recording; the next expression is an angry one with chance `angry`."""
    from monitor.demo.face import ANGRY, HAPPY, NEUTRAL, SAD, SURPRISED

    shown = (NEUTRAL, HAPPY, SURPRISED, SAD, ANGRY)
    chances = [*(np.array([0.55, 0.25, 0.08, 0.12]) * (1 - angry)), angry]
    course: list[Expression] = []
    while len(course) < round(SECONDS / EVERY_SECONDS):
        expression = NEUTRAL.towards(shown[generator.choice(5, p=chances)], generator.choice(STRENGTHS))
        course += [expression] * int(generator.integers(*HELD, endpoint=True))
    return course[: round(SECONDS / EVERY_SECONDS)]


def record(clips: Sequence[Path], settings: Settings) -> None:
    """Analyse each recording as a session of its own, named as its file."""
    from contextlib import closing

    from monitor.engine.models import Models
    from monitor.engine.run import Run
    from monitor.plugin.registry import plugins_in_use

    with closing(Models(settings, plugins_in_use())) as models:
        for clip in clips:
            with closing(Run([str(clip)], settings, plugins_in_use(), name=clip.stem, models=models)) as run:
                run()


def study_text() -> str:
    """The study file."""
    lines = [
        'title = "Is the face angrier after the announcement?"',
        f'question = "{2 * SESSIONS} short recordings of one made-up person, half of them after an announcement."',
        f"labels = {list(FACES)}",
        "",
    ]
    for name, group, day in recordings():
        lines += ["[[sessions]]", f'session = "{name}"', f'group = "{group}"', f"date = {day}", ""]
    event = FIRST_DAY + WEEK * SESSIONS - timedelta(days=3)
    return "\n".join([*lines, "[[events]]", 'name = "Announcement"', f"date = {event}", ""])


def _filmed(picture: Picture, course: Sequence[Expression]) -> Iterator[NDArray[np.uint8]]:
    from monitor.demo.clip import filmed

    for number, expression in enumerate(course):
        yield filmed(picture(expression), number / len(course))
