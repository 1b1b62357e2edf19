"""The contracts between the engine and what plugins bring: analyzers, face detectors, sinks, trainers and pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.sample import Face, Observation, Sample

if TYPE_CHECKING:
    from monitor.settings import Settings


class Analyzer(Protocol):
    """Turns samples into observations, a batch at a time.

    The engine gathers samples from one or many streams; the answer for a sample must not depend on what else is in
    its batch. `monitor.testing.check_analyzer` proves that for any analyzer.
    """

    name: str
    labels: tuple[str, ...]
    """Every observation scores exactly these labels."""
    needs_faces: bool
    """Whether the face stage has to run before this analyzer."""

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        """One list of observations per sample, in order; empty where there is nothing to say."""

    def close(self) -> None:
        """Give back models and memory."""


class FaceDetector(Protocol):
    """Finds the faces of one picture."""

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces in `image`, uint8 RGB (height, width, 3), with meshes where one could be fitted; no tracks yet."""

    def close(self) -> None:
        """Give back models and memory."""


class Runtime(Protocol):
    """A loaded model."""

    name: str

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """First output for a batch (samples, channels, height, width), one row per sample."""

    def outputs(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs in the model's order, each with one row per sample; the first is what `run` gives."""


class Sink(Protocol):
    """Receives every observation while the engine runs, besides the store."""

    def begin(self, session_id: int, settings: Settings) -> None:
        """Called once, before the first `write`: the session's number in the store, and all settings of the run.

        What it raises ends the run before anything is analysed.
        """

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        """Take what all analyzers said of one sample."""

    def close(self) -> None:
        """Flush and let go."""


@dataclass(frozen=True)
class Trainer:
    """The commands `monitor train NAME`, `monitor evaluate NAME` and `monitor explain NAME`; their options are the
    functions' parameters."""

    train: Callable[..., Any]
    evaluate: Callable[..., Any] | None = None
    explain: Callable[..., Any] | None = None
    """Shows what the model looks at in one picture."""


@dataclass(frozen=True)
class Page:
    """A page of the dashboard; `draw` is called by Streamlit and reads only the store."""

    title: str
    draw: Callable[[], None]
    icon: str = ""
