"""What can be searched for: moments like a picture, like a moment of a session, or of an emotion."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError, SourceError
from monitor.mistakes import unknown_name

PLACE = re.compile(r"(?P<session>[^/]+)(/(?P<source>.+))?@(?P<time>[^@/]*)")
"""SESSION@TIME or SESSION/SOURCE@TIME."""
TIME = re.compile(r"(((?P<hours>\d+):)?(?P<minutes>\d+):)?(?P<seconds>\d+(\.\d*)?)")
PICTURE_SUFFIX = re.compile(r"\.[A-Za-z]{3,4}")


@dataclass(frozen=True)
class PictureQuery:
    """Moments like a picture."""

    path: Path


@dataclass(frozen=True)
class MomentQuery:
    """Moments like one moment."""

    session: str
    """Its number, its name, or `latest`."""
    source: str | None
    """Name of the source; None where the session has only one."""
    seconds: float
    """Stream time."""


@dataclass(frozen=True)
class EmotionQuery:
    """Moments with the most of an emotion."""

    label: str


Query = PictureQuery | MomentQuery | EmotionQuery


def read_query(text: str, labels: Collection[str]) -> Query:
    """A query as a person types it: one of `labels`, `SESSION@TIME`, `SESSION/SOURCE@TIME`, or a picture's path.

    A file that is there is a picture, unless its name is a label. Raises SourceError for a picture that is not there,
    ConfigError for a time or an emotion that cannot be understood.
    """
    path = Path(text)
    if text in labels:
        return EmotionQuery(text)
    if path.is_file():
        return PictureQuery(path)
    is_picture = PICTURE_SUFFIX.fullmatch(path.suffix) is not None
    if not is_picture and (place := PLACE.fullmatch(text)):
        return MomentQuery(place["session"], place["source"], read_time(place["time"]))
    if is_picture or len(path.parts) > 1:
        raise SourceError(f"picture {text} does not exist")
    hint = "or give a picture file, or a moment as SESSION@TIME, such as 3@1:05"
    raise ConfigError(f"{unknown_name('emotion', text, labels)} ({hint})")


def read_time(text: str) -> float:
    """Seconds out of `65.5`, `1:05.5` or `1:01:05`. Raises ConfigError for anything else.

    >>> read_time("65.5"), read_time("1:05.5"), read_time("1:01:05")
    (65.5, 65.5, 3665.0)
    """
    if found := TIME.fullmatch(text):
        hours, minutes, seconds = (float(found[part] or 0) for part in ("hours", "minutes", "seconds"))
        if (seconds < 60 or not found["minutes"]) and (minutes < 60 or not found["hours"]):
            return 3600 * hours + 60 * minutes + seconds
    raise ConfigError(f"{text!r} is not a time; write seconds (65.5), m:ss (1:05) or h:mm:ss (1:01:05)")
