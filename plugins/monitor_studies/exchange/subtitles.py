"""Subtitles, `.srt` and `.vtt`, by webvtt-py: one tier, whose name the file does not hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from monitor.errors import MonitorError
from monitor_studies.exchange.annotation import SHORTEST_SECONDS, Annotation, by_tier, read_text, shortest_is_moment

TIER = "subtitles"
TIMES = re.compile(r"^\s*(.*?)\s*-->\s*(\S*)")
TIME = re.compile(r"^(?:(\d+):)?([0-5]?\d):([0-5]?\d)[.,](\d{3})$")


def read(path: Path) -> list[Annotation]:
    """A cue for each annotation, its lines joined by spaces. Raises MonitorError."""
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    lines = _lines_of_cues(path)
    try:
        cues = (webvtt.from_srt if path.suffix.lower() == ".srt" else webvtt.read)(str(path))
    except (MalformedCaptionError, MalformedFileError) as error:
        raise MonitorError(f"{path}: not subtitles: {' '.join(str(error).split()) or 'the head is missing'}") from None
    found = []
    for line, cue in zip(lines, cues.captions, strict=False):
        start, end = _seconds(path, line, cue.start), _seconds(path, line, cue.end)
        last = shortest_is_moment(start, end)
        found.append(Annotation(start, last, " ".join(cue.text.split()), TIER, f"line {line}"))
    return found


def write(path: Path, annotations: Sequence[Annotation]) -> None:
    """Cues in the order of time. Raises MonitorError where there is more than one tier."""
    import webvtt

    tiers = by_tier(annotations)
    if len(tiers) > 1:
        raise MonitorError(f"{path}: subtitles hold one tier; choose one with --tier: {', '.join(tiers)}")
    cues = webvtt.WebVTT()
    for each in next(iter(tiers.values()), []):
        end = each.start_seconds + SHORTEST_SECONDS if each.end_seconds is None else each.end_seconds
        cues.captions.append(webvtt.Caption(_time(each.start_seconds), _time(end), each.label))
    if path.suffix.lower() == ".srt":
        cues.save_as_srt(str(path))
    else:
        cues.save(str(path))


def _lines_of_cues(path: Path) -> list[int]:
    """Numbers of the lines with times. Raises MonitorError for times that are none."""
    numbers = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        times = TIMES.match(line)
        if times is None:
            continue
        for text in times.groups():
            _seconds(path, number, text)
        numbers.append(number)
    return numbers


def _seconds(path: Path, line: int, text: str) -> float:
    found = TIME.match(text)
    if found is None:
        raise MonitorError(f"{path}, line {line}: {text!r} is not a time such as 00:01:35.500")
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds + thousandths / 1000


def _time(seconds: float) -> str:
    whole = round(1000 * seconds)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"
