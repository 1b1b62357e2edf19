"""One picture file, or the bytes of one, as upright RGB; what is no picture, or too large a one, is refused."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from monitor.errors import SourceError

MOST_PIXELS = 178_956_970
"""Larger pictures are refused by what their header says, before a pixel is decoded: half a gigabyte of RGB."""
_DAMAGED = (SyntaxError, EOFError, struct.error, OverflowError, TypeError, IndexError, KeyError)
"""What Pillow raises for damaged files, besides OSError and ValueError."""


class TooManyPixels(ValueError):  # noqa: N818 - the file is in order, only too large
    """The picture's header promises more pixels than allowed."""


def read_rgb(file: Path | BinaryIO, most_pixels: int = MOST_PIXELS) -> NDArray[np.uint8]:
    """uint8 (height, width, 3), RGB, contiguous, read-only, upright as its EXIF data say; of a path or an open file.

    Transparent parts become white, 16-bit grey keeps its upper eight bits, of an animation the first picture counts.
    Raises TooManyPixels where width times height exceeds `most_pixels`, OSError or another ValueError where the file
    is no picture or is damaged; half a picture is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd metadata and very large pictures; neither concerns the pixels
        try:
            with Image.open(file) as stored:
                width, height = stored.size
                if width * height > most_pixels:
                    raise TooManyPixels(f"{width} x {height} pixels are more than the {most_pixels:,} that are read")
                return _upright_rgb(stored)
        except Image.DecompressionBombError:  # Pillow's own limit, which is MOST_PIXELS
            raise TooManyPixels(f"it has more than {MOST_PIXELS:,} pixels") from None
        except _DAMAGED as error:
            raise ValueError(str(error) or type(error).__name__) from error


def _upright_rgb(stored: Image.Image) -> NDArray[np.uint8]:
    """Each copy of a large picture costs as much as its decoding, so that only those are made that change something."""
    picture = stored
    ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode.startswith("I"):  # 16-bit grey; a plain conversion would cut it off at 255
        picture = Image.fromarray((np.asarray(picture).clip(0, 65535) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    pixels: NDArray[np.uint8] = np.asarray(picture)
    return pixels


def read_picture(file: Path | BinaryIO, name: str, most_pixels: int = MOST_PIXELS) -> NDArray[np.uint8]:
    """As `read_rgb`, for a file that the user named: raises SourceError, one line with `name` and what is wrong."""
    try:
        return read_rgb(file, most_pixels)
    except TooManyPixels as error:
        raise SourceError(f"picture {name} is too large: {error}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged, or no picture"
        raise SourceError(f"picture {name} cannot be read: {reason}") from None


def is_animated(path: Path) -> bool:
    """Whether the picture file holds more than one picture, and so is a video."""
    try:
        with Image.open(path) as picture:
            return getattr(picture, "n_frames", 1) > 1
    except (OSError, ValueError, Image.DecompressionBombError, *_DAMAGED):
        return False
