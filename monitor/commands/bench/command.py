"""`monitor bench FILE`: how fast the pipeline is on this machine, against other ways through the same video."""

from __future__ import annotations

import json as jsonlib
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.commands.bench.against import Against
from monitor.commands.bench.baseline import MOST_SLOWER, read_baseline, slower
from monitor.commands.bench.timing import Spread, Timing, Way, in_turn, ratios
from monitor.commands.error_line import print_error

if TYPE_CHECKING:
    from monitor.commands.bench.ways import Video

SLOWER_EXIT_CODE = 1
DECODE = Against.decode.value
WARM_SECONDS = 10.0
"""Of the video, that the pipeline goes through before anything is timed."""


def bench(
    file: Annotated[str, typer.Argument(help="A video file.")],
    every: Annotated[float | None, typer.Option(help="Seconds between two samples.")] = None,
    until: Annotated[float | None, typer.Option(help="End at this stream time, in seconds.")] = None,
    analyzers: Annotated[str | None, typer.Option(help="Analyzers to run, separated by commas.")] = None,
    runtime: Annotated[str | None, typer.Option(help="What computes the models, by its name.")] = None,
    streams: Annotated[int, typer.Option(min=1, help="How often the file is analysed side by side.")] = 1,
    against: Annotated[
        list[Against] | None,
        typer.Option(help="Another way to time; may be repeated. Decoding alone is always timed."),
    ] = None,
    crowd: Annotated[
        str | None, typer.Option(metavar="FILE", help="Another video: how do the streams get on beside it?")
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="How often each way is timed, in turn with the others.")] = 3,
    peer_python: Annotated[
        Path | None,
        typer.Option(help="Python of the environment that deepface or fer is installed in.", show_default="this one"),
    ] = None,
    yunet: Annotated[
        Path | None,
        typer.Option(help="A YuNet model for opencv-loop.", show_default="the cascade that OpenCV ships"),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="What --json printed earlier; exit code 1 where a ratio is 15 % worse.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    config: Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")] = None,
) -> None:
    """Time the whole pipeline and other ways through one FILE, in turn, and each stage by itself.

    Loading models is not counted. Speeds are video time by the clock; `cheaper` compares processor time, which other
    programs disturb less. Ratios are taken within each repetition; median, and range in brackets. In the pipeline,
    stage times are means per sample; decoding runs beside the other stages, so they add up to more than the pipeline
    takes. By itself, a stage gets one frame or one face at a time; medians over the first frames. The engine's own
    overhead is that of an analyzer that looks at nothing on frames that nobody decodes. Memory is that of the first run
    of the pipeline: the most at once, and the medians of its second and last tenth. With --crowd the streams of FILE go
    on beside it once more, until one of them all ends.
    """
    from monitor.commands.bench.tables import print_tables
    from monitor.commands.bench.ways import Video
    from monitor.settings import load_settings

    with tempfile.TemporaryDirectory(prefix="monitor-bench-") as folder:
        settings = load_settings(
            config, every_seconds=every, analyzers=analyzers, runtime=runtime, store=str(Path(folder) / "bench.db")
        )
        video = Video(file, settings, until, streams)
        asked = {
            "file": Path(file).name,
            "every_seconds": settings.every_seconds,
            "until_seconds": until,
            "analyzers": settings.analyzers,
            "streams": streams,
            "runtime": settings.runtime,
            "precision": settings.precision,
            "repetitions": repeat,
        }
        before = None if baseline is None else read_baseline(baseline, asked)
        busy = None if crowd is None else Video(crowd, settings, until, 1)
        result = asked | measured(video, against or [], busy, repeat, peer_python, yunet, Path(folder))
    if json:
        print(jsonlib.dumps(result))
    else:
        print_tables(result)
    worse = [] if before is None else slower(before, result)
    if worse:
        print_error(f"more than {100 * MOST_SLOWER:.0f} % worse than {baseline}: {'; '.join(worse)}")
        raise typer.Exit(SLOWER_EXIT_CODE)


def measured(
    video: Video,
    against: Sequence[Against],
    crowd: Video | None,
    repeat: int,
    python: Path | None,
    yunet: Path | None,
    folder: Path,
) -> dict[str, Any]:
    """All figures of `--json`."""
    from monitor.commands.bench.alone import FRAMES, stages_alone
    from monitor.commands.bench.crowd import beside_crowd
    from monitor.commands.bench.memory import Held
    from monitor.commands.bench.overhead import overhead
    from monitor.commands.bench.ways import PIPELINE, Pipeline, decoding, plain_command, plainly
    from monitor.engine.models import Models
    from monitor.plugin.registry import plugins_in_use
    from monitor.sample import Frame

    plugins = plugins_in_use()
    peers = [name for name in dict.fromkeys(against) if name != Against.decode]
    commands = {name: plain_command(name, video, plugins, python, yunet) for name in peers}
    for each in (video, crowd):
        if each is not None:
            each.open().close()  # before anything is loaded for a file that is not there
    with closing(Models(video.settings, plugins)) as models:
        warm_seconds = min(WARM_SECONDS, video.until_seconds or WARM_SECONDS)
        Pipeline(replace(video, until_seconds=warm_seconds), plugins, models)()
        pipeline, held = Pipeline(video, plugins, models), Held()

        def through() -> Timing:
            timing = pipeline(held)
            held.over()
            return timing

        ways: dict[str, Way] = {PIPELINE: through, DECODE: partial(decoding, video)}
        ways |= {name.value: partial(plainly, name, command) for name, command in commands.items()}
        times = in_turn(ways, repeat)
        beside = {} if crowd is None else {"beside_crowd": beside_crowd(video, crowd, plugins, models)}
    samples = sum(source["frames_sampled"] for source in pipeline.summaries[0]["sources"])
    with closing(video.open()) as source:
        frames = [frame for frame in islice(source.samples(), FRAMES) if isinstance(frame, Frame)]
    decoded = {
        "wall_ms": 1e3 * median(timing.wall for timing in times[DECODE]) / max(1, samples),
        "processor_ms": 1e3 * median(timing.processor for timing in times[DECODE]) / max(1, samples),
    }
    ours = times.pop(PIPELINE)
    seconds = ours[0].seconds
    return {
        "seconds": seconds,
        "frames_sampled": samples,
        "ways": {PIPELINE: summary(ours, seconds)}
        | {name: summary(timings, timings[0].seconds) for name, timings in times.items()},
        "ratios": {
            name: {kind: asdict(spread) for kind, spread in ratios(ours, timings).items()}
            for name, timings in times.items()
        },
        "stages_ms": medians([each["stages_ms"] for each in pipeline.summaries]),
        "stages_alone": {DECODE: decoded, **stages_alone(frames, video.settings, plugins)},
        "overhead": overhead(folder, plugins),
        "peak_memory_mb": held.peak_mb,
        "memory_mb": held.early_and_late(),
        **beside,
    }


def summary(timings: Sequence[Timing], seconds: float) -> dict[str, Any]:
    """Speed, and processor time for a second of video, of the repetitions of one way."""
    return {
        "seconds": seconds,
        "realtime_factor": asdict(Spread.of([timing.realtime_factor for timing in timings])),
        "wall_seconds": [timing.wall for timing in timings],
        "processor_seconds": [timing.processor for timing in timings],
    }


def medians(stages: Sequence[dict[str, float]]) -> dict[str, float]:
    """Stage -> median over repetitions."""
    return {name: median(each.get(name, 0.0) for each in stages) for name in stages[0]}
