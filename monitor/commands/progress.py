"""What a person at the terminal sees while the engine runs: a bar per file, a status line per live stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from monitor.engine.stream import Stream
from monitor.views.clock import clock


class RunProgress:
    """Shows the streams of a run on standard error while it is entered; silent where that is no terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[status]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            disable=not console.is_terminal,
            refresh_per_second=4,
        )
        self._tasks: dict[int, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, streams: Sequence[Stream]) -> None:
        for stream in streams:
            if stream.id not in self._tasks:
                self._tasks[stream.id] = self._progress.add_task(stream.source.name, status="")
            duration = stream.source.duration_seconds
            ended = stream.ended_at is not None
            self._progress.update(
                self._tasks[stream.id],
                total=stream.seconds if ended else duration,  # without a duration the bar only pulses
                completed=stream.seconds,
                status=status(stream),
            )


def status(stream: Stream) -> str:
    """One line on how a stream is doing."""
    position = clock(stream.seconds)
    if stream.source.kind != "live":
        whole = stream.source.duration_seconds
        place = position if whole is None else f"{position} of {clock(whole)}"
        return f"{place}  {stream.realtime_factor:.1f}x real time{_slow(stream)}"
    words = [stream.state, position, f"{stream.frames_sampled / stream.wall_seconds:.1f} samples/s"]
    words.append(f"{stream.lag_seconds:.1f} s behind")
    words += [f"{count} dropped ({reason})" for reason, count in stream.source.frames_dropped.items() if count]
    return ", ".join(words) + _slow(stream)


def _slow(stream: Stream) -> str:
    return f", {stream.slow_stage}" if stream.slow_stage else ""
