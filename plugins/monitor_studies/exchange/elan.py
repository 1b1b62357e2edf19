"""ELAN's `.eaf` files, by pympi."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import MonitorError
from monitor_studies.exchange.annotation import (
    SHORTEST_SECONDS,
    Annotation,
    by_tier,
    read_text,
    shortest_is_moment,
    split_tier,
)

if TYPE_CHECKING:
    from pympi import Eaf


def read(path: Path) -> list[Annotation]:
    """Annotations of every tier; those that refer to others have the times of these. Raises MonitorError."""
    import pympi

    try:
        root = ElementTree.fromstring(read_text(path).partition("?>")[2] or read_text(path))
    except ElementTree.ParseError as error:
        raise MonitorError(f"{path}, line {error.position[0]}: not an ELAN file: {error.msg}") from None
    if root.tag != "ANNOTATION_DOCUMENT":
        raise MonitorError(f"{path}: not an ELAN file, but <{root.tag}>")
    names = Counter(tier.get("TIER_ID", "") for tier in root.iter("TIER"))
    if twice := next((name for name, count in names.items() if count > 1), None):
        raise MonitorError(f"{path}: two tiers are called {twice!r}; rename one")
    for slot in root.iter("TIME_SLOT"):
        if not slot.get("TIME_VALUE", "0").isdecimal():
            raise MonitorError(f"{path}: time slot {slot.get('TIME_SLOT_ID')} is at {slot.get('TIME_VALUE')} ms")
    try:
        file = pympi.Eaf(str(path), suppress_version_warning=True)
        _time_all_slots(path, file)
        found = []
        for name in file.get_tier_names():
            tier, excluded = split_tier(name)
            for number, (start, end, label, *_) in enumerate(sorted(file.get_annotation_data_for_tier(name)), start=1):
                place = f"annotation {number} of tier {name!r}"
                last = shortest_is_moment(start / 1000, end / 1000)
                found.append(Annotation(start / 1000, last, label, tier, place, excluded=excluded))
    except KeyError as error:
        raise MonitorError(f"{path}: not a whole ELAN file: {error} is missing") from None
    return found


def write(path: Path, annotations: Sequence[Annotation]) -> None:
    """A tier for each tier; times are whole milliseconds there."""
    import pympi

    file = pympi.Eaf(author="Emotion Monitor")
    file.remove_tier("default")
    for name, own in by_tier(annotations).items():
        file.add_tier(name)
        for each in own:
            end = each.start_seconds + SHORTEST_SECONDS if each.end_seconds is None else each.end_seconds
            file.add_annotation(name, round(1000 * each.start_seconds), round(1000 * end), each.label)
    file.to_file(str(path))


def _time_all_slots(path: Path, file: Eaf) -> None:
    """Give a time to the slots that have none, as ELAN does where it divides a stretch: evenly.

    Raises MonitorError for an annotation that does not start or never ends.
    """
    slots = file.timeslots  # name -> milliseconds, or None
    for name, (alignable, *_) in file.tiers.items():
        following = {start: end for start, end, *_ in alignable.values()}
        for first in [slot for slot in following if slots[slot] is not None]:
            chain = [first, following[first]]
            while slots[chain[-1]] is None and chain[-1] in following and len(chain) <= len(following):
                chain.append(following[chain[-1]])
            if (last := slots[chain[-1]]) is not None:
                step = (last - slots[first]) / (len(chain) - 1)
                slots.update({slot: round(slots[first] + n * step) for n, slot in enumerate(chain)})
        for key, (start, end, label, *_) in alignable.items():
            if slots[start] is None or slots[end] is None:
                what = "has no start" if slots[start] is None else "never ends"
                raise MonitorError(f"{path}: annotation {key} of tier {name!r}, {label!r}, {what}")
