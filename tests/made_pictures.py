"""Pictures that tests make, and files that only claim to be pictures."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RED, BLUE = (200, 30, 40), (20, 60, 210)


def two_colours(width: int = 60, height: int = 40) -> NDArray[np.uint8]:
    """Red on the left, blue on the right."""
    image = np.empty((height, width, 3), np.uint8)
    image[:, : width // 2] = RED
    image[:, width // 2 :] = BLUE
    return image


def png_header(width: int, height: int) -> bytes:
    """A PNG file that claims to be of that size and has no more than a few bytes of pixels."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(99)))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in [*chunks, (b"IEND", b"")]
    )


def encoded(image: NDArray[np.uint8], kind: str = "png", mode: str | None = None, **options: Any) -> bytes:
    """The picture as a file's bytes, its pixels converted to `mode` first."""
    file = io.BytesIO()
    Image.fromarray(image).convert(mode).save(file, kind, **options)
    return file.getvalue()


HUGE_GIF = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
"""4,300 megapixels by its header, one pixel by its content."""
