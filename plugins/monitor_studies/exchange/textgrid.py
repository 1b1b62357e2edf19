"""Praat's TextGrids, by praatio."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from monitor.errors import MonitorError
from monitor_studies.exchange.annotation import Annotation, by_tier, read_text, split_tier

STRING = re.compile(r'"(?:[^"]|"")*"')
NO_TIME = re.compile(r"^[ \t]*(?:(?:xmin|xmax|time|number) = )?(-\S+|inf\w*|nan)[ \t]*$", re.MULTILINE | re.IGNORECASE)
"""A line of a TextGrid in which a time should stand and something else does."""
MOMENTS = " (moments)"
"""Ends the name of a tier of points where the tier holds intervals, too: Praat keeps these apart."""


def read(path: Path) -> list[Annotation]:
    """Annotations of every tier, empty intervals left out. Raises MonitorError."""
    from praatio import textgrid
    from praatio.data_classes.point_tier import PointTier
    from praatio.utilities.errors import DuplicateTierName, PraatioException

    _check_times(path, read_text(path))
    try:
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False, reportingMode="error")
    except DuplicateTierName as error:
        name = re.findall("'.*'", str(error).partition(". ")[0])
        raise MonitorError(f"{path}: two tiers are called {''.join(name)}; rename one") from None
    except (PraatioException, ValueError, IndexError, KeyError) as error:
        words = " ".join(str(error).split())
        raise MonitorError(f"{path}: not a TextGrid that Praat could have written: {words}") from None
    found = []
    for name in grid.tierNames:
        tier, excluded = split_tier(name.removesuffix(MOMENTS))
        entries = grid.getTier(name)
        for number, entry in enumerate(entries.entries, start=1):
            place = f"{'point' if isinstance(entries, PointTier) else 'interval'} {number} of tier {name!r}"
            end = None if isinstance(entries, PointTier) else entry[1]
            found.append(Annotation(entry[0], end, entry[-1], tier, place, excluded=excluded))
    return found


def write(path: Path, annotations: Sequence[Annotation]) -> None:
    """Intervals and moments of a tier as two. Raises MonitorError where intervals of a tier overlap: Praat has none."""
    from praatio.data_classes.interval_tier import IntervalTier
    from praatio.data_classes.point_tier import PointTier
    from praatio.data_classes.textgrid import Textgrid
    from praatio.utilities.constants import Interval, Point

    grid = Textgrid()
    last = max((each.end_seconds or each.start_seconds for each in annotations), default=1.0)
    for name, own in by_tier(annotations).items():
        intervals = [Interval(each.start_seconds, each.end_seconds, each.label) for each in own if each.end_seconds]
        points = [Point(each.start_seconds, each.label) for each in own if each.end_seconds is None]
        for before, after in pairwise(intervals):
            if after.start < before.end:
                raise MonitorError(
                    f"{path}: a TextGrid holds no overlapping intervals, and on tier {name!r} {after.label!r} starts "
                    f"at {after.start:g} s before {before.label!r} ends; move one to another tier"
                )
        if intervals:
            grid.addTier(IntervalTier(name, intervals, 0.0, last))
        if points:
            grid.addTier(PointTier(name + MOMENTS * bool(intervals), points, 0.0, last))
    grid.save(str(path), format="long_textgrid", includeBlankSpaces=True)


def _check_times(path: Path, text: str) -> None:
    """Raise MonitorError for a time that is negative, whose sign praatio drops, or no number."""
    outside_strings = STRING.sub(lambda string: "\n" * string[0].count("\n"), text)
    if found := NO_TIME.search(outside_strings):
        line = outside_strings.count("\n", 0, found.start(1)) + 1
        raise MonitorError(
            f"{path}, line {line}: {found[1]!r} is not a time in seconds from 0 on; shift times in Praat"
        )
