"""Each stage by itself, with the machine for itself: one frame or one face at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from statistics import median
from typing import Any

from monitor.engine.models import make_analyzer, make_detector
from monitor.plugin.registry import Plugins
from monitor.sample import Frame, Sample
from monitor.settings import Settings

FRAMES = 24
"""Frames on which each stage is timed by itself."""


def stages_alone(frames: Sequence[Frame], settings: Settings, plugins: Plugins) -> dict[str, dict[str, float]]:
    """Stage -> median milliseconds for one frame or, where an analyzer looks at faces, one face.

    `faces` finds the faces of a frame; analyzers of faces are left out where it finds none.
    """
    answer = {}
    faces: list[Sample] = []
    for registration in plugins.choose_analyzers(settings.analyzers):
        with closing(make_analyzer(settings, registration)) as analyzer:
            if analyzer.needs_faces and "faces" not in answer:
                with closing(make_detector(settings, plugins)) as detector:
                    answer["faces"] = median_ms(detector.detect, [frame.image for frame in frames])
                    for frame in frames:
                        faces += [Sample(frame, (replace(face, track=1),)) for face in detector.detect(frame.image)[:1]]
            samples = faces if analyzer.needs_faces else [Sample(frame) for frame in frames]
            if samples:
                answer[analyzer.name] = median_ms(analyzer.analyze, [[sample] for sample in samples])
    return answer


def median_ms(work: Callable[[Any], object], items: Sequence[Any]) -> dict[str, float]:
    """Median milliseconds, by the clock and of processor time, that `work` takes for one of `items`, of which there is
    at least one, once it is warm."""
    work(items[0])
    wall, processor = [], []
    for item in items:
        began, busy = time.perf_counter(), time.process_time()
        work(item)
        wall.append(1e3 * (time.perf_counter() - began))
        processor.append(1e3 * (time.process_time() - busy))
    return {"wall_ms": median(wall), "processor_ms": median(processor)}
