"""A folder of pictures, or one picture: every picture is a sample."""

from __future__ import annotations

import logging
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

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


def is_animated(path: Path) -> bool:
    """Whether the picture file holds more than one picture, and so is a video."""
    try:
        with Image.open(path) as picture:
            return getattr(picture, "n_frames", 1) > 1
    except (OSError, ValueError, SyntaxError, EOFError):
        return False


def read_rgb(path: Path | BinaryIO) -> NDArray[np.uint8]:
    """uint8 (height, width, 3), RGB, contiguous, turned upright by its EXIF orientation; of a path or an open file.

    Transparent parts become white, 16-bit grey keeps its upper eight bits. Raises OSError or ValueError where the file
    is no picture or is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd metadata and very large pictures; neither concerns the pixels
        with Image.open(path) as stored:
            picture = ImageOps.exif_transpose(stored)
            if picture.mode.startswith("I"):  # 16-bit grey; a plain conversion would cut it off at 255
                picture = Image.fromarray((np.asarray(picture).clip(0, 65535) >> 8).astype(np.uint8))
            if picture.has_transparency_data:
                picture = picture.convert("RGBA")
                picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
            return np.array(picture.convert("RGB"))


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
    ) -> None:
        """Raises SourceError where there is no picture, or none that can be read."""
        self.name = name
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
                f"{self.name}: no pictures in this folder ({endings}); give a video file or another folder"
            )
        return sorted(entries, key=lambda entry: natural_order(entry.name))

    def samples(self) -> Iterator[Frame]:
        """Every readable picture."""
        index = 0
        for number, path in enumerate(self._paths):
            seconds = number * self._every_seconds
            if self._stopped.is_set() or (self._until_seconds is not None and seconds >= self._until_seconds):
                return
            if seconds < self._start_seconds:
                continue
            try:
                image = read_rgb(path)
            except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for damaged files
                self.frames_dropped["unreadable"] += 1
                log.warning("%s: picture %s cannot be read (%s)", self.name, path.name, error)
                continue
            self.frames_decoded += 1
            yield Frame(image, seconds, self.name, index, path.name)
            index += 1

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        """Nothing is held open between two pictures."""


def _is_readable(path: Path) -> bool:
    try:
        read_rgb(path)
    except (OSError, ValueError, SyntaxError):
        return False
    return True
