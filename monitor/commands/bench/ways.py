"""The ways through a video that are timed: the whole pipeline, decoding alone, and loops without an engine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.commands.bench import plain_loop
from monitor.commands.bench.against import Against
from monitor.commands.bench.timing import Timing, timed
from monitor.commands.models.found import below
from monitor.engine.models import Models
from monitor.engine.run import Run
from monitor.engine.stream import Stream
from monitor.errors import ArtifactError, MonitorError
from monitor.model.artifact import Artifact
from monitor.plugin.registry import Plugins
from monitor.sample import Frame
from monitor.settings import Settings
from monitor.sources import Source, open_source, threads_of_each

PIPELINE = "pipeline"


@dataclass
class Video:
    """What every way goes through."""

    file: str
    settings: Settings
    until_seconds: float | None
    streams: int

    def open(self, number: int = 1) -> Source:
        return open_source(
            self.file,
            every_seconds=self.settings.every_seconds,
            until_seconds=self.until_seconds,
            decoder_threads=threads_of_each(self.streams),
            number=number,
        )


@dataclass
class Pipeline:
    """Runs of the engine with models that are loaded once; what they were like stands in `summaries`."""

    video: Video
    plugins: Plugins
    models: Models
    summaries: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, watch: Callable[[Sequence[Stream]], None] = lambda streams: None) -> Timing:
        """`watch` is called after every step, as `Run` does it."""
        video = self.video
        sources = [video.open(number + 1) for number in range(video.streams)]
        with closing(Run(sources, video.settings, self.plugins, models=self.models)) as run:

            def through() -> float:
                summary = run(watch)
                self.summaries.append({"sources": summary.sources, "stages_ms": summary.stages_ms})
                return float(sum(source["seconds"] for source in summary.sources))

            return timed(through)


def decoding(video: Video) -> Timing:
    """The same samples of the same streams, looked at by nobody; a thread for each stream, as in the engine."""

    def through(number: int) -> float:
        with closing(video.open(number + 1)) as source:
            return max((item.seconds for item in source.samples() if isinstance(item, Frame)), default=0.0)

    with ThreadPoolExecutor(video.streams) as threads:
        return timed(lambda: sum(threads.map(through, range(video.streams))))


def plain_command(name: Against, video: Video, plugins: Plugins, python: Path | None, yunet: Path | None) -> list[str]:
    """The command of a loop without an engine, by `python` or our own. Our network is the loop's where it has none.

    Raises ArtifactError where there is none to give it.
    """
    command = [str(python or sys.executable), plain_loop.__file__, name, video.file]
    command += ["--every", str(video.settings.every_seconds)]
    if video.until_seconds is not None:
        command += ["--until", str(video.until_seconds)]
    if name != Against.opencv_loop:
        return command
    first, *_ = plugins.choose_analyzers(video.settings.analyzers)
    folder = plugins.plugins[first.plugin].folder
    models = below(folder) if folder else []
    if not models:
        raise ArtifactError(f"--against {name}: the plugin of {first.name} ships no network that OpenCV could run")
    artifact = Artifact.read(models[0])
    command += ["--network", str(artifact.model), "--shape", *map(str, artifact.manifest.input_shape)]
    if artifact.manifest.colour != "grey":
        command.append("--whole-frames")
    return command + (["--yunet", str(yunet)] if yunet else [])


def plainly(name: Against, command: Sequence[str]) -> Timing:
    """What a loop without an engine says of itself. Raises MonitorError where it is not installed, or fails."""
    result = subprocess.run(command, capture_output=True, text=True)
    said = result.stderr.strip().splitlines()[-1:] or ["it says nothing"]
    if result.returncode == plain_loop.MISSING:
        raise MonitorError(
            f"--against {name}: {said[0]}; install it beside the program, or in another environment whose Python "
            "--peer-python names"
        )
    if result.returncode != 0:
        raise MonitorError(f"--against {name} failed: {said[0]}")
    told = json.loads(result.stdout.splitlines()[-1])
    return Timing(told["seconds"], told["wall"], told["processor"])
