"""`monitor bench-people CLIP...`: how well people are told apart, on recordings made from clips."""

from __future__ import annotations

import json as jsonlib
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from monitor.commands.bench.timing import Spread
    from monitor_people.bench.measure import Result

LEAST_PEOPLE = 3
"""Who cross and leave in the wide shot."""


def bench_people(
    clips: Annotated[
        list[Path], typer.Argument(help="Clips whose people stay in the picture; a person in one clip only.")
    ],
    shots: Annotated[int, typer.Option(min=2, help="Shots of each person.")] = 3,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers that cut the recordings.")] = 0,
    follow: Annotated[
        list[Path] | None,
        typer.Option(metavar="CLIP", help="A clip of one shot of several people to be measured too. May be repeated."),
    ] = None,
    hours: Annotated[
        float | None,
        typer.Option(min=0.01, help="Measure nothing but a broadcast of so many hours, as fast as it is analysed."),
    ] = None,
    speed: Annotated[
        int | None,
        typer.Option(min=1, help="Measure nothing but the speed with and without all this, so many times in turn."),
    ] = None,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the recordings in this folder.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON array instead of a table.")] = False,
    config: Annotated[Path | None, typer.Option(help="Settings file; by default config.toml here.")] = None,
) -> None:
    """Cut recordings out of CLIPS, analyse them, and compare the people found with those who are there.

    Edited recordings show one person a shot, 2 to 6 seconds long, everybody several times in a shuffled order: as they
    are, before one backdrop, mirrored, reduced, in other light, and all of that together. In the wide shot three people
    cross, leave and come back elsewhere. With --speed, one of them is analysed as `monitor run` does, with people and
    the measures of their faces, and without.
    """
    from monitor.engine.models import make_detector
    from monitor.errors import SourceError
    from monitor.plugin.registry import plugins_in_use
    from monitor.settings import load_settings
    from monitor_people.bench.actors import actors
    from monitor_people.bench.looks import AS_THEY_ARE
    from monitor_people.bench.measure import Bench
    from monitor_people.bench.speed import speed_with_people
    from monitor_people.face_measures import NAME

    with tempfile.TemporaryDirectory(prefix="monitor-bench-") as folder:
        settings = load_settings(config, analyzers=[NAME], store=str(Path(folder) / "bench.db"))
        plugins = plugins_in_use()
        place = keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        with closing(make_detector(settings, plugins)) as detector:
            people = [actor for clip in clips for actor in actors(clip, detector)]
            if len(people) < LEAST_PEOPLE:
                raise SourceError(f"the clips show {len(people)} people; the benchmark takes {LEAST_PEOPLE} or more")
            bench = Bench(people, shots, seed, place, settings, plugins)
            if speed is not None:
                whole = load_settings(config, store=str(Path(folder) / "bench.db"))
                print_speed(speed_with_people(str(bench.cut(AS_THEY_ARE)[0]), whole, speed), json)
                return
            if hours is None:
                results = [*bench.edited(), bench.wide(), *(bench.followed(clip, detector) for clip in follow or ())]
            else:
                results = [bench.long(hours)]
    if json:
        print(jsonlib.dumps([asdict(result) for result in results]))
    else:
        print_table(results)


def print_speed(ratios: Mapping[str, Spread], json: bool) -> None:
    """What `speed_with_people` says; medians, and ranges in brackets."""
    if json:
        print(jsonlib.dumps({name: asdict(spread) for name, spread in ratios.items()}))
    else:
        print(f"with people, of the speed without: {ratios['speed']}")
        print(f"processor time without people, of that with: {ratios['thrift']}")


def print_table(results: Sequence[Result]) -> None:
    """A row for each recording."""
    from rich.table import Table

    from monitor.views.console import table_console

    table = Table()
    table.add_column("recording", no_wrap=True)
    for heading in ("people", "found", "most", "precision", "recall", "F1", "IDF1 of tracks", "IDF1", "seen"):
        table.add_column(heading)
    for heading in ("mixed tracks", "mixed people", "people, ms a face", "measures, ms a sample", "MB"):
        table.add_column(heading)
    for result in results:
        scores = (result.precision, result.recall, result.f1, result.tracks_idf1, result.idf1, result.seen)
        figures = ("" if score is None else f"{score:.3f}" for score in scores)
        growth = "" if result.growth_megabytes is None else f"{result.growth_megabytes:+.0f}"
        mixed = ("" if count is None else str(count) for count in (result.mixed_tracks, result.mixed_people))
        spent = (f"{milliseconds:.2f}" for milliseconds in (result.people_ms, result.measures_ms))
        counts = (result.recording, str(result.people), str(result.found), str(result.most))
        table.add_row(*counts, *figures, *mixed, *spent, growth)
    table_console().print(table)
