from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from monitor.errors import SourceError
from monitor.sample import Frame
from monitor.sources import open_source
from tests.made_pictures import BLUE, HUGE_GIF, RED, two_colours


def samples(path: Path, **settings: float) -> list[Frame]:
    source = open_source(str(path), **{"every_seconds": 0.5, **settings})
    found = [sample for sample in source.samples() if isinstance(sample, Frame)]
    source.close()
    return found


@pytest.mark.parametrize("suffix", ["png", "PNG", "bmp", "tiff", "Tif", "jpg", "JPEG", "webp", "gif"])
def test_formats(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"one.{suffix}"
    Image.fromarray(two_colours()).save(path)
    source = open_source(str(path), every_seconds=0.5)
    (frame,) = source.samples()
    assert isinstance(frame, Frame)
    assert (source.kind, frame.file, frame.seconds, frame.index) == ("pictures", f"one.{suffix}", 0.0, 0)
    assert frame.image.shape == (40, 60, 3)
    tolerance = 12 if suffix.lower() in ("jpg", "jpeg", "webp") else 0
    np.testing.assert_allclose(frame.image[:, 4:26].mean(axis=(0, 1)), RED, atol=tolerance)
    np.testing.assert_allclose(frame.image[:, 34:56].mean(axis=(0, 1)), BLUE, atol=tolerance)


def test_a_folder_is_read_in_natural_order_without_its_subfolders(tmp_path: Path) -> None:
    for name in ("img10.png", "img2.PNG", "Img1.jpg", "b.png"):
        Image.fromarray(two_colours()).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "more.png").mkdir()
    Image.fromarray(two_colours()).save(tmp_path / "more.png" / "inner.png")
    found = samples(tmp_path, every_seconds=0.2)
    assert [frame.file for frame in found] == ["b.png", "Img1.jpg", "img2.PNG", "img10.png"]
    assert [frame.seconds for frame in found] == pytest.approx([0.0, 0.2, 0.4, 0.6])
    assert [frame.index for frame in found] == [0, 1, 2, 3]


def test_start_and_until_choose_a_part(tmp_path: Path) -> None:
    for number in range(10):
        Image.fromarray(two_colours()).save(tmp_path / f"{number}.png")
    found = samples(tmp_path, every_seconds=0.1, start_seconds=0.3, until_seconds=0.6)
    assert [frame.file for frame in found] == ["3.png", "4.png", "5.png"]
    assert open_source(str(tmp_path), every_seconds=0.1).duration_seconds == pytest.approx(1.0)


def test_an_unreadable_picture_is_counted_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("1.png", "3.png"):
        Image.fromarray(two_colours()).save(tmp_path / name)
    (tmp_path / "2.png").write_bytes((tmp_path / "1.png").read_bytes()[:60])
    source = open_source(str(tmp_path), every_seconds=0.5)
    with caplog.at_level(logging.WARNING):
        found = list(source.samples())
    assert [(frame.file, frame.seconds) for frame in found if isinstance(frame, Frame)] == [
        ("1.png", 0.0),
        ("3.png", 1.0),
    ]
    assert source.frames_dropped == {"unreadable": 1}
    assert source.frames_decoded == 2
    assert ["2.png" in record.getMessage() for record in caplog.records] == [True]


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no pictures in this folder"):
        open_source(str(tmp_path), every_seconds=0.5)
    (tmp_path / "a.jpg").write_text("no picture")
    (tmp_path / "b.png").write_bytes(b"")
    with pytest.raises(SourceError, match="none of the 2 pictures in this folder can be read"):
        open_source(str(tmp_path), every_seconds=0.5)
    with pytest.raises(SourceError, match=r"a\.jpg: the picture cannot be read"):
        open_source(str(tmp_path / "a.jpg"), every_seconds=0.5)
    (tmp_path / "huge.gif").write_bytes(HUGE_GIF)
    with pytest.raises(SourceError, match=r"huge\.gif"):
        open_source(str(tmp_path / "huge.gif"), every_seconds=0.5)


def test_an_animated_gif_is_a_video(tmp_path: Path) -> None:
    path = tmp_path / "moving.gif"
    pictures = [Image.fromarray(two_colours()), Image.fromarray(np.ascontiguousarray(two_colours()[:, ::-1]))]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=500)
    source = open_source(str(path), every_seconds=0.5)
    assert source.kind == "file"
    assert [frame.seconds for frame in source.samples()] == pytest.approx([0.0, 0.5])
    source.close()


def test_stop_ends_the_samples(tmp_path: Path) -> None:
    for number in range(3):
        Image.fromarray(two_colours()).save(tmp_path / f"{number}.png")
    source = open_source(str(tmp_path), every_seconds=0.5)
    found = source.samples()
    next(found)
    source.stop()
    assert list(found) == []
