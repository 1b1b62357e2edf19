"""What `monitor bench` measured, as tables with bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from monitor.commands.bench.timing import Spread
from monitor.views.console import table_console

WIDTH = 30
"""Characters of the longest bar."""


def print_tables(result: Mapping[str, Any]) -> None:
    """On standard output."""
    console = table_console()
    for table in (ways_table(result), stages_table(result), alone_table(result)):
        console.print(table)
    own = result["overhead"]
    console.print(
        f"engine's own overhead  {own['wall_ms']:.2f} ms per sample, {own['processor_ms']:.2f} ms of processor time"
    )
    held = result["memory_mb"]
    console.print(
        f"memory                 {held['early']:.0f} MB in the second tenth of the video, {held['late']:.0f} MB in the "
        f"last, {result['peak_memory_mb']:.0f} MB at most",
        soft_wrap=True,
    )
    if "beside_crowd" in result:
        console.print(words_on_crowd(result["streams"], result["beside_crowd"]), highlight=False, markup=False)


def ways_table(result: Mapping[str, Any]) -> Table:
    streams = f", {result['streams']} streams" if result["streams"] > 1 else ""
    table = Table(
        title=f"{result['file']}: {result['seconds']:.1f} s{streams}, {result['repetitions']} repetitions in turn",
        title_justify="left",
    )
    for heading in ("", "x real time", "pipeline is faster by", "pipeline is cheaper by", "processor time"):
        table.add_column(heading)
    for name, way in result["ways"].items():
        ratios = result["ratios"].get(name)
        compared = [str(Spread(**ratios[kind])) for kind in ("speed", "thrift")] if ratios else ["", ""]
        used = sorted(way["processor_seconds"])[len(way["processor_seconds"]) // 2]
        per_second = 1e3 * used / way["seconds"] if way["seconds"] else 0.0
        table.add_row(name, str(Spread(**way["realtime_factor"])), *compared, f"{per_second:.0f} ms for a second")
    return table


def stages_table(result: Mapping[str, Any]) -> Table:
    table = Table(title="Stages of the pipeline, per sample", title_justify="left", show_header=False)
    most = max(result["stages_ms"].values(), default=0.0)
    for name, milliseconds in result["stages_ms"].items():
        table.add_row(name, f"{milliseconds:.2f} ms", bar(milliseconds, most))
    return table


def alone_table(result: Mapping[str, Any]) -> Table:
    table = Table(title="Stages by themselves, one frame or face at a time", title_justify="left")
    for heading in ("", "by the clock", "processor time", ""):
        table.add_column(heading)
    most = max((each["processor_ms"] for each in result["stages_alone"].values()), default=0.0)
    for name, each in result["stages_alone"].items():
        wall, processor = each["wall_ms"], each["processor_ms"]
        table.add_row(name, f"{wall:.2f} ms", f"{processor:.2f} ms", bar(processor, most))
    return table


def words_on_crowd(streams: int, beside: Mapping[str, Any]) -> str:
    """What became of the streams beside a crowd.

    >>> samples = {"crowd": 12, "least": 11, "most": 13}
    >>> words_on_crowd(15, {"faces": 40.0, "samples": samples, "longest_wait_seconds": 2.345})
    'beside a crowd         of 40.0 faces, which had 12 samples: 11 to 13 for each of 15 streams, at most 2.3 s apart'
    """
    samples, wait = beside["samples"], beside["longest_wait_seconds"]
    of_crowd = f"beside a crowd         of {beside['faces']:.1f} faces, which had {samples['crowd']} samples: "
    return (
        f"{of_crowd}{samples['least']} to {samples['most']} for each of {streams} streams, at most {wait:.1f} s apart"
    )


def bar(value: float, most: float) -> str:
    """A bar of `value`, where `most` is the longest.

    >>> bar(1, 2), bar(0, 0)
    ('███████████████', '')
    """
    return "█" * round(WIDTH * value / most) if most > 0 else ""
