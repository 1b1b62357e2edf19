"""Cuts are found where they were made, in clips of which the right answer is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from monitor.sample import Frame
from monitor.sources import open_source

PICTURES_PER_SECOND = 12
SIZE = (160, 96)
Picture = NDArray[np.uint8]


def scene(image: Picture, left: int, top: int = 0) -> Picture:
    """What a camera sees of `image` that looks at this place of it."""
    return np.ascontiguousarray(image[top : top + SIZE[1], left : left + SIZE[0], :3])


def wavering(image: Picture, pictures: int, step: int = 0) -> Iterable[Picture]:
    """A noisy camera that moves over `image` by `step` pixels a picture."""
    random = np.random.default_rng(pictures)
    for number in range(pictures):
        noise = random.normal(0, 3, (SIZE[1], SIZE[0], 3))
        yield (scene(image, 40 + step * number) + noise).clip(0, 255).astype(np.uint8)


def film(path: Path, *shots: Iterable[Picture]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(PICTURES_PER_SECOND), options={"bf": "2", "g": "48"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for shot in shots:
            for picture in shot:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


def frames(path: Path, every_seconds: float = 0.5) -> list[Frame]:
    source = open_source(str(path), every_seconds=every_seconds)
    found = [frame for frame in source.samples() if isinstance(frame, Frame)]
    source.close()
    return found


def starts(found: Sequence[Frame]) -> list[float]:
    """When the shots began that hold a sample."""
    return sorted({frame.shot_start_seconds for frame in found})


def test_every_cut_is_found_and_no_frame_is_of_a_shot_to_come(tmp_path: Path) -> None:
    lengths = (30, 17, 40, 25)
    images = (data.astronaut(), data.coffee(), data.astronaut(), data.chelsea())
    shots = [wavering(image, length) for image, length in zip(images, lengths, strict=True)]
    found = frames(film(tmp_path / "cuts.mp4", *shots))
    cuts = np.cumsum(lengths)[:-1] / PICTURES_PER_SECOND
    latest = 2 / PICTURES_PER_SECOND  # pictures that nothing depends on are not decoded
    for start, cut in zip(starts(found)[1:], cuts, strict=True):
        assert cut - 1e-6 <= start <= cut + latest
    for frame in found:
        assert frame.shot_start_seconds <= frame.seconds
        assert frame.shot_start_seconds >= max([0.0, *(cut for cut in cuts if cut <= frame.seconds)]) - 1e-6


def before_a_wall(image: Picture, pictures: int) -> Iterable[Picture]:
    """A square of `image` in the middle of an even picture, of which it is a quarter."""
    for shown in wavering(image, pictures):
        picture = np.full_like(shown, 128)
        picture[17:80, 49:111] = shown[17:80, 49:111]
        yield picture


def test_who_changes_before_one_wall_makes_a_cut(tmp_path: Path) -> None:
    path = film(tmp_path / "wall.mp4", before_a_wall(data.coffee(), 24), before_a_wall(data.chelsea(), 24))
    assert starts(frames(path)) == pytest.approx([0.0, 2.0], abs=2 / PICTURES_PER_SECOND)


@pytest.mark.parametrize("every_seconds", [0.5, 1.0])
def test_a_camera_that_moves_makes_no_cut(tmp_path: Path, every_seconds: float) -> None:
    path = film(tmp_path / "pan.mp4", wavering(data.coffee(), 60, step=3))
    assert starts(frames(path, every_seconds)) == [0.0]


def test_a_flash_makes_no_cut_in_the_shots_around_it(tmp_path: Path) -> None:
    white = np.full((SIZE[1], SIZE[0], 3), 250, np.uint8)
    path = film(tmp_path / "flash.mp4", wavering(data.coffee(), 20), [white], wavering(data.coffee(), 27))
    assert [frame.shot_start_seconds for frame in frames(path)] == [0.0] * 8


def test_real_people_before_one_camera_make_no_cut(media: Callable[[str], Path]) -> None:
    for clip in ("WolfgangLanger_Pexels.mp4", "two_faces_intel.gif", "street_crowd_1080p.mp4"):
        assert len(starts(frames(media(clip)))) == 1
