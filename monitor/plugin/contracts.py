"""The contracts between the engine and what plugins bring: analyzers, detectors, sinks, trainers, commands, pages."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from monitor.sample import Face, Observation, Sample
    from monitor.settings import Settings


@dataclass(frozen=True)
class Measure:
    """A number that an analyzer observes and that is no emotion share, such as head pose."""

    name: str
    """A word as in `head_yaw`: lower-case letters, digits and _."""
    unit: str
    """Unit as it is shown, such as `degrees` or `pixels`; empty for a number without one."""
    low: float
    high: float
    """Least and most that it can be, -inf and inf where there is no limit."""
    meaning: str
    """One sentence for people who read a table of it."""
    doubt: str = ""
    """Of a measure that is 1 where the analyzer's own scores are to be doubted and 0 elsewhere: what follows
    "12 % of the samples", the share in which it is 1."""


class Analyzer(Protocol):
    """Turns samples into observations, a batch at a time.

    The engine gathers samples from one or many streams; the answer for a sample must not depend on what else is in
    its batch. `monitor.testing.check_analyzer` proves that for any analyzer.

    Three more attributes may be declared; an analyzer without them has no measures, is not temporal and names no model:

    * `measures: tuple[Measure, ...]`: numbers that its observations may carry beside the scores, or instead of them;
    * `model: str`: which model answers, as `Manifest.identity` says it; kept with each session;
    * `temporal: bool`: True makes the engine give every source an instance of its own, which sees the source's samples
      in stream order and may remember them; cutting the stream into other batches must change nothing.
    """

    name: str
    labels: tuple[str, ...]
    """Every observation scores exactly these labels. Empty where the analyzer has measures only."""
    needs_faces: bool
    """Whether the face stage has to run before this analyzer."""

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        """One list of observations per sample, in order; empty where there is nothing to say."""

    def close(self) -> None:
        """Give back models and memory."""


class FaceDetector(Protocol):
    """Finds the faces of one picture.

    A detector may also have a method `follow(image, faces, before_seconds, seconds, changed_seconds) -> list[Face] |
    None`, which costs less. The engine calls it in place of `detect` where `image`, shown at `seconds` of stream time,
    comes soon after the picture at `before_seconds`, shows about the same, and those were its `faces`, each with its
    track and hardly moving. `changed_seconds`, float64 (rows, columns), says of the cells of the picture when the
    brightness of each has changed, -inf where it has not since `detect` was called. It gives all faces of `image`,
    newcomers too; None has `detect` called. What it answers may depend on its arguments alone.
    """

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
class Command:
    """A command that is imported when it is called, so that no other command waits for it."""

    at: str
    """Where it is, as `package.module:name`: a function, a `typer.Typer` or a `Server`."""
    help: str
    """Its line in the list of commands, which is made without importing it: the first paragraph of its help."""

    def load(self) -> Any:
        """The function, the `typer.Typer` or the `Server`. Raises what `pkgutil.resolve_name` raises."""
        return pkgutil.resolve_name(self.at)


class Serving(Protocol):
    """What serves something while something else goes on."""

    @property
    def address(self) -> str:
        """What to type into a browser on this machine."""

    def wait(self) -> object:
        """Return when it has ended."""

    def stop(self) -> None:
        """End it; once more does no harm."""


@dataclass(frozen=True)
class Server:
    """A command that serves something until Ctrl-C. The one called `dashboard` is what `monitor run --dashboard` starts
    beside a run."""

    command: Callable[..., Any]
    """Its parameters are the command's options."""
    start: Callable[[Settings, Path | None], Serving]
    """Starts to serve what is in the store of the settings; the second argument is the file they are from, where one
    was given. Returns when it answers; raises MonitorError where it cannot."""


@dataclass(frozen=True)
class Page:
    """A page of the dashboard; `draw` is called by Streamlit and reads only the store."""

    title: str
    draw: Callable[[], None]
    icon: str = ""
    link: str = ""
    """Words of a link to it on the live page and the session page; its address then says what these show, as in
    `?session=3&source=5`. Empty for no link."""
