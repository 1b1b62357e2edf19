"""One picture file or its bytes: every kind of pixel becomes upright RGB, what is no picture is refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from monitor.errors import SourceError
from monitor.sources.picture_file import MOST_PIXELS, TooManyPixels, is_animated, read_picture, read_rgb
from tests.made_pictures import HUGE_GIF, RED, encoded, png_header, two_colours


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    """Stored as the camera held it, seen as it was: red on the left in each of the eight orientations."""
    upright = two_colours()
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.png"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif)
    np.testing.assert_array_equal(read_rgb(path), upright)


def test_other_kinds_of_pixels_become_rgb(tmp_path: Path) -> None:
    grey = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (16, 1))
    expected = np.repeat(grey[:, :, None], 3, axis=2)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(grey.astype(np.uint16) * 257).save(tmp_path / "grey16.png")
    Image.fromarray(grey).convert("P").save(tmp_path / "palette.png")
    for name in ("grey.png", "grey16.png", "palette.png"):
        image = read_rgb(tmp_path / name)
        assert image.dtype == np.uint8
        assert image.flags.c_contiguous
        assert not image.flags.writeable
        np.testing.assert_array_equal(image, expected, err_msg=name)


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    Image.fromarray(two_colours()).convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    image = read_rgb(tmp_path / "print.jpg")
    np.testing.assert_allclose(image[:, 4:26].mean(axis=(0, 1)), RED, atol=12)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_become_white(tmp_path: Path, mode: str) -> None:
    picture = Image.new("RGBA", (8, 4), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 4, 4))
    path = tmp_path / "clear.png"
    picture.convert(mode).save(path)
    image = read_rgb(path)
    assert (image[:, :4] == 0).all()
    assert (image[:, 4:] == 255).all()


def test_the_first_picture_of_an_animation_counts(tmp_path: Path) -> None:
    pictures = [Image.fromarray(two_colours()), Image.fromarray(np.ascontiguousarray(two_colours()[:, ::-1]))]
    pictures[0].save(tmp_path / "moving.gif", save_all=True, append_images=pictures[1:], duration=500)
    np.testing.assert_array_equal(read_rgb(tmp_path / "moving.gif"), two_colours())
    assert is_animated(tmp_path / "moving.gif")


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp", "bmp", "tiff"])
def test_half_a_picture_is_refused(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    whole = encoded(noise, kind)
    assert read_rgb(io.BytesIO(whole)).shape == (40, 60, 3)
    half = whole[: len(whole) // 2]
    with pytest.raises((OSError, ValueError)):
        read_rgb(io.BytesIO(half))
    with pytest.raises(SourceError, match="picture half cannot be read: it is damaged, or no picture"):
        read_picture(io.BytesIO(half), "half")


@pytest.mark.parametrize(
    "header",
    [png_header(100_000, 60_000), HUGE_GIF],
    ids=["6,000 megapixels in a PNG", "4,300 megapixels in a GIF"],
)
def test_the_header_decides_whether_a_picture_is_too_large(header: bytes, tmp_path: Path) -> None:
    with pytest.raises(TooManyPixels, match=f"more than {MOST_PIXELS:,} pixels"):
        read_rgb(io.BytesIO(header))
    (tmp_path / "huge").write_bytes(header)
    assert not is_animated(tmp_path / "huge")


def test_callers_may_allow_less() -> None:
    assert read_rgb(io.BytesIO(encoded(two_colours())), most_pixels=2400).shape == (40, 60, 3)
    with pytest.raises(TooManyPixels, match="60 x 40 pixels are more than the 2,399"):
        read_rgb(io.BytesIO(encoded(two_colours())), most_pixels=2399)
    with pytest.raises(SourceError, match="picture wall is too large: 60 x 40"):
        read_picture(io.BytesIO(encoded(two_colours())), "wall", most_pixels=2399)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"picture gone\.png cannot be read: No such file"):
        read_picture(tmp_path / "gone.png", "gone.png")
