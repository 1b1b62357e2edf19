"""Looks at single pictures: who is in them, and what each analyzer says. Nobody is followed, nothing is stored."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from monitor.engine.analyzer_stage import AnalyzerStage
from monitor.engine.face_stage import checked as checked_faces
from monitor.engine.models import Models
from monitor.engine.shared_models import SharedModels
from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor.plugin.registry import Plugins
from monitor.sample import Face, Frame, Observation, Sample
from monitor.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, and what is asked about it."""

    image: NDArray[np.uint8]
    """uint8 (height, width, 3), RGB, contiguous."""
    name: str = ""
    """How it is called in messages."""
    analyzers: tuple[str, ...] = ()
    """Names of the recognizer's analyzers that look at it; empty: all."""


@dataclass(frozen=True, eq=False)
class Recognition:
    """What was seen in one picture, or in one sample of a stream."""

    sample: Sample
    """The picture and its faces, numbered from 1 from left to right; no faces where no analyzer asked needs them."""
    observations: tuple[Observation, ...] = ()
    """In the order of the analyzers; `subject` is the number of a face, or None for the whole picture."""
    faults: dict[str, str] = field(default_factory=dict)
    """Analyzer, or `faces` -> what went wrong there; its observations are missing then."""

    @property
    def faces(self) -> tuple[Face, ...]:
        """The faces of the picture."""
        return self.sample.faces


class Recognizer:
    """A face detector and analyzers, loaded once. One thread at a time may use it, or any where they are shared.

    Raises ConfigError for an analyzer that does not exist or follows streams over time, and the MonitorError of a
    model that cannot be loaded.
    """

    def __init__(self, settings: Settings, plugins: Plugins, *, shared: SharedModels | None = None) -> None:
        """What others have loaded with the same settings may be `shared`."""
        self._models = Models(settings, plugins, with_judges=False, shared=shared)
        self._stages = {stage.declared.name: stage for stage in self._models.analyzers}
        with ExitStack() as undo:
            undo.callback(self.close)
            for name, stage in self._stages.items():
                if stage.declared.temporal:
                    raise ConfigError(
                        f"analyzer {name!r} follows a stream over time and cannot judge single pictures; "
                        "leave it out, or analyse a recording with `monitor run`"
                    )
            undo.pop_all()

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Analyzer -> its labels."""
        return {name: stage.declared.labels for name, stage in self._stages.items()}

    def choose(self, names: Sequence[str]) -> tuple[str, ...]:
        """`names` without repetitions, or all analyzers for none. Raises ConfigError for one that is not loaded."""
        for name in names:
            if name not in self._stages:
                raise ConfigError(unknown_name("analyzer", name, self._stages))
        return tuple(dict.fromkeys(names)) or tuple(self._stages)

    def __call__(self, pictures: Sequence[Picture]) -> list[Recognition]:
        """What is seen in each picture, in order; all pictures that ask for an analyzer are given to it as one batch.

        A picture that makes the detector or an analyzer fail spoils its own answer only.
        """
        wanted = [self.choose(picture.analyzers) for picture in pictures]
        faults: list[dict[str, str]] = [{} for _ in pictures]
        samples = []
        for index, picture in enumerate(pictures):
            frame = Frame(picture.image, 0.0, index + 1, 0, picture.name or None, picture.name)
            if any(self._stages[name].declared.needs_faces for name in wanted[index]):
                samples.append(find_faces(self._numbered, frame, faults[index]))
            else:
                samples.append(Sample(frame))
        return recognitions(self._models.analyzers, samples, wanted, faults)

    def _numbered(self, frame: Frame) -> Sample:
        """The faces of one picture, numbered from left to right."""
        assert self._models.detector is not None
        faces = sorted(checked_faces(self._models.detector.detect(frame.image)), key=lambda face: face.box)
        return Sample(frame, tuple(replace(face, track=number) for number, face in enumerate(faces, 1)))

    def close(self) -> None:
        """Give back models and memory."""
        self._models.close()


def find_faces(find: Callable[[Frame], Sample], frame: Frame, faults: dict[str, str]) -> Sample:
    """What `find` makes of `frame`; the frame without faces where it fails, which is noted in `faults`."""
    try:
        return find(frame)
    except Exception as error:  # the seam around third-party code
        faults["faces"] = _note("the face detector", frame.source_name, error)
        return Sample(frame)


def recognitions(
    stages: Sequence[AnalyzerStage],
    samples: Sequence[Sample],
    wanted: Sequence[Collection[str]],
    faults: Sequence[dict[str, str]],
) -> list[Recognition]:
    """What those analyzers say of each sample whose names are `wanted` for it; `faults` are told with it.

    An analyzer that needs faces is not asked about a sample where looking for them failed.
    """
    seen: list[list[Observation]] = [[] for _ in samples]
    for stage in stages:
        asked = [
            index
            for index, names in enumerate(wanted)
            if stage.declared.name in names and not (stage.declared.needs_faces and "faces" in faults[index])
        ]
        if asked:
            _analyze(stage, asked, samples, seen, faults)
    return [
        Recognition(sample, tuple(observations), fault)
        for sample, observations, fault in zip(samples, seen, faults, strict=True)
    ]


def _analyze(
    stage: AnalyzerStage,
    asked: Sequence[int],
    samples: Sequence[Sample],
    seen: Sequence[list[Observation]],
    faults: Sequence[dict[str, str]],
) -> None:
    """Add the analyzer's answers for the samples `asked` for; where the batch fails, each is tried by itself."""
    batch = [samples[index] for index in asked]
    try:
        answers = stage.answers(batch)
    except Exception as error:  # the seam around third-party code
        if len(asked) == 1:
            name = stage.declared.name
            faults[asked[0]][name] = _note(name, batch[0].frame.source_name, error)
            return
        for index in asked:
            _analyze(stage, [index], samples, seen, faults)
        return
    for index, observations in zip(asked, answers, strict=True):
        seen[index].extend(observations)


def _note(who: str, picture: str, error: Exception) -> str:
    message = f"{type(error).__name__}: {error}"
    log.error("%s failed on %s: %s", who, picture or "a picture", message, exc_info=log.isEnabledFor(logging.DEBUG))
    return message
