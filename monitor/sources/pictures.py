"""A folder of pictures, or one picture: every picture is a sample."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from monitor.errors import SourceError
from monitor.sample import Frame

SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})

log = logging.getLogger(__name__)


def natural_order(name: str) -> list[tuple[int, str]]:
    """Sort key that puts `img2.png` before `img10.png`.

    >>> sorted(["b1", "a10", "A2"], key=natural_order)
    ['A2', 'a10', 'b1']
    """
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


class PictureSource:
    """Pictures as samples, one every `every_seconds`, in natural order of their names.

    A picture that cannot be read keeps its place in time, is counted as dropped and named in a warning.
    """

    kind = "pictures"

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        every_seconds: float,
        start_seconds: float = 0.0,
        until_seconds: float | None = None,
        number: int = 1,
    ) -> None:
        """Raises SourceError where there is no picture, or none that can be read."""
        self.name = name
        self.number = number
        self.frames_decoded = 0
        self.frames_dropped: Counter[str] = Counter()
        self._every_seconds = every_seconds
        self._start_seconds = start_seconds
        self._until_seconds = until_seconds
        self._stopped = Event()
        self._paths = [path] if path.is_file() else self._in_folder(path)
        self.duration_seconds: float | None = len(self._paths) * every_seconds
        if not any(map(_is_readable, self._paths)):
            what = "the picture" if path.is_file() else f"none of the {len(self._paths)} pictures in this folder"
            verb = "cannot be read" if path.is_file() else "can be read"
            raise SourceError(f"{name}: {what} {verb}; open it in an image viewer to see whether it is damaged")

    def _in_folder(self, folder: Path) -> list[Path]:
        try:
            entries = [entry for entry in folder.iterdir() if entry.suffix.lower() in SUFFIXES and entry.is_file()]
        except OSError as error:
            raise SourceError(
                f"{self.name}: the folder cannot be read ({error.strerror}); check its permissions"
            ) from None
        if not entries:
            endings = ", ".join(sorted(suffix[1:] for suffix in SUFFIXES))
            raise SourceError(
                f"{self.name}: no pictures in this folder ({endings}); give a video file or another folder; "
                "`monitor batch` takes folders of videos"
            )
        return sorted(entries, key=lambda entry: natural_order(entry.name))

    def samples(self) -> Iterator[Frame]:
        """Every readable picture."""
        from monitor.sources.picture_file import read_rgb

        index = 0
        for number, path in enumerate(self._paths):
            seconds = number * self._every_seconds
            if self._stopped.is_set() or (self._until_seconds is not None and seconds >= self._until_seconds):
                return
            if seconds < self._start_seconds:
                continue
            try:
                image = read_rgb(path)
            except (OSError, ValueError) as error:
                self.frames_dropped["unreadable"] += 1
                log.warning("%s: picture %s cannot be read (%s)", self.name, path.name, error)
                continue
            self.frames_decoded += 1
            yield Frame(image, seconds, self.number, index, path.name, self.name)
            index += 1

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        """Nothing is held open between two pictures."""


def _is_readable(path: Path) -> bool:
    from monitor.sources.picture_file import read_rgb  # here: videos are opened without Pillow

    try:
        read_rgb(path)
    except (OSError, ValueError):
        return False
    return True
