"""Sampling of video files, against a reference that decodes every picture and reckons in fractions."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import PictureType
from numpy.typing import NDArray

from monitor.errors import SourceError
from monitor.sample import Frame
from monitor.sources import Source, open_source

MakeVideo = Callable[..., Path]
ReadNumber = Callable[[NDArray[np.uint8]], int]

B_FRAMES = {"bf": "3", "g": "50", "x264-params": "b-adapt=0:scenecut=0"}
OPEN_GROUPS = {"bf": "3", "g": "25", "x264-params": "b-adapt=0:scenecut=0:open-gop=1"}
INTRA_REFRESH = {"bf": "0", "g": "25", "x264-params": "intra-refresh=1:scenecut=0"}
UNEVEN = [0, 7, 40, 41, 180, 200, 390, 400, 499, 500, 501, 830, 1700, 1733, 2499, 2500, 2600, 2601, 2999, 3000, 3200]
HUNDREDTH = Fraction(1, 100)
PICTURE = Fraction(1, 25)

FORMATS = {
    "h264.mp4": {"options": B_FRAMES},
    "h264.mkv": {"options": B_FRAMES},
    "h264.mov": {"options": B_FRAMES},
    "h264.ts": {"options": B_FRAMES},
    "h264.flv": {"options": B_FRAMES},
    "open-groups.mkv": {"options": OPEN_GROUPS},
    "open-groups.ts": {"options": OPEN_GROUPS},
    "intra-refresh.mp4": {"options": INTRA_REFRESH},
    "uneven.mp4": {"options": B_FRAMES, "milliseconds": UNEVEN},
    "uneven.mkv": {"options": B_FRAMES, "milliseconds": UNEVEN},
    "hevc.mp4": {"codec": "libx265", "options": {"g": "50", "x265-params": "log-level=none:bframes=3"}},
    "av1.mp4": {"codec": "libsvtav1", "options": {"g": "50", "preset": "12"}},
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"g": "50", "deadline": "realtime", "cpu-used": "8"}},
    "vp8.webm": {"codec": "libvpx", "options": {"g": "50"}},
    "mpeg4.avi": {"codec": "mpeg4", "options": {"g": "50", "bf": "2"}, "time_base": PICTURE},
    "mjpeg.avi": {"codec": "mjpeg", "pixels": "yuvj420p", "time_base": PICTURE},
    "mpeg2.mpg": {"codec": "mpeg2video", "options": {"g": "12", "bf": "2"}, "time_base": PICTURE},
    "animated.gif": {"codec": "gif", "pixels": "rgb8", "time_base": HUNDREDTH},
}
RANGES = [("0.5", "0", None), ("0.1", "0", None), ("0.04", "0", None), ("0.2", "1.3", "3.1"), ("1.1", "2.02", None)]


Pictures = list[tuple[Fraction, av.VideoFrame]]


@pytest.fixture(scope="module", params=FORMATS)
def video(request: pytest.FixtureRequest, make_video: MakeVideo) -> tuple[Path, Pictures]:
    """A video of 100 pictures or fewer, and all of them."""
    path = make_video(request.param, **FORMATS[request.param])
    return path, every_picture(path)


@pytest.fixture(scope="module", params=["mp4", "mkv", "ts", "avi", "webm", "flv"])
def long_video(request: pytest.FixtureRequest, make_video: MakeVideo) -> tuple[Path, Pictures]:
    """A video of 1000 pictures, every tenth a key frame, and all of them."""
    codec = {"avi": "mpeg4", "webm": "libvpx"}.get(request.param, "libx264")
    options = {"g": "10"} | ({"deadline": "realtime", "cpu-used": "8"} if codec == "libvpx" else {})
    path = make_video(
        f"long.{request.param}", codec=codec, options=options, milliseconds=range(0, 40_000, 40), time_base=PICTURE
    )
    return path, every_picture(path)


def every_picture(path: Path) -> Pictures:
    """All pictures with their exact stream times, decoded one after the other."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        start = stream.start_time or 0
        return [((picture.pts - start) * stream.time_base, picture) for picture in container.decode(stream)]


def expected_samples(pictures: Pictures, every: str, start: str, until: str | None) -> Pictures:
    """The first picture of every period of [start, until)."""
    kept: dict[int, tuple[Fraction, av.VideoFrame]] = {}
    for seconds, picture in pictures:
        if Fraction(start) <= seconds and (until is None or seconds < Fraction(until)):
            kept.setdefault(math.floor((seconds - Fraction(start)) / Fraction(every)), (seconds, picture))
    return list(kept.values())


def opened(path: Path, every: str = "0.5", start: str = "0", until: str | None = None) -> Source:
    return open_source(
        str(path),
        every_seconds=float(every),
        start_seconds=float(start),
        until_seconds=None if until is None else float(until),
    )


def frames(source: Source) -> list[Frame]:
    found = [sample for sample in source.samples() if isinstance(sample, Frame)]
    source.close()
    return found


@pytest.mark.parametrize(("every", "start", "until"), RANGES)
def test_samples_are_those_of_decoding_everything(
    video: tuple[Path, Pictures], read_number: ReadNumber, every: str, start: str, until: str | None
) -> None:
    path, pictures = video
    expected = expected_samples(pictures, every, start, until)
    assert len(expected) >= 2
    source = opened(path, every, start, until)
    found = frames(source)
    assert [frame.seconds for frame in found] == pytest.approx([float(seconds) for seconds, _ in expected], abs=1e-9)
    numbers = [read_number(picture.to_ndarray(format="rgb24")) for _, picture in expected]
    assert [read_number(frame.image) for frame in found] == numbers
    assert [frame.index for frame in found] == list(range(len(found)))
    assert all(frame.image.flags.c_contiguous and not frame.image.flags.writeable for frame in found)
    assert not source.frames_dropped


@pytest.mark.parametrize("name", ["h264.mp4", "hevc.mp4", "mpeg4.avi"])
def test_pictures_that_nobody_needs_are_not_decoded(make_video: MakeVideo, name: str) -> None:
    path = make_video(f"sparse-{name}", **FORMATS[name])
    assert any(picture.pict_type == PictureType.B for _, picture in every_picture(path))
    source = opened(path, "0.5")
    samples = len(frames(source))
    assert samples <= source.frames_decoded < 75  # of 100

    source = opened(path, "0.04")
    frames(source)
    assert source.frames_decoded == 100


@pytest.mark.parametrize(("every", "start"), [("3", "0"), ("2.3", "1.7")])
def test_sparse_sampling_jumps_from_key_frame_to_key_frame(
    long_video: tuple[Path, Pictures], read_number: ReadNumber, every: str, start: str
) -> None:
    path, pictures = long_video
    expected = expected_samples(pictures, every, start, None)
    source = opened(path, every, start)
    found = frames(source)
    assert [frame.seconds for frame in found] == pytest.approx([float(seconds) for seconds, _ in expected], abs=1e-9)
    numbers = [read_number(picture.to_ndarray(format="rgb24")) for _, picture in expected]
    assert [read_number(frame.image) for frame in found] == numbers
    assert source.frames_decoded < 750  # of 1000


def test_jumps_end_where_groups_are_long(make_video: MakeVideo, read_number: ReadNumber) -> None:
    """A few short groups of pictures, then one of half a minute."""
    options = {"g": "1000", "x264-params": "scenecut=0", "forced-idr": "1", "bf": "0"}
    path = make_video(
        "groups.mp4", options=options, milliseconds=range(0, 40_000, 40), key_frames={0, 10, 20, 30, 300, 310, 900}
    )
    expected = expected_samples(every_picture(path), "1.5", "0", None)
    found = frames(opened(path, "1.5"))
    assert [frame.seconds for frame in found] == pytest.approx([float(seconds) for seconds, _ in expected])
    assert [read_number(frame.image) for frame in found] == [round(frame.seconds * 25) for frame in found]


@pytest.mark.parametrize("name", ["raw.h264", "reordered.avi"])
def test_where_timestamps_are_missing_the_average_rate_gives_them(
    make_video: MakeVideo, read_number: ReadNumber, name: str
) -> None:
    path = make_video(name, options=B_FRAMES, time_base=PICTURE)
    for start in ("0", "1.3"):
        found = frames(opened(path, "0.2", start))
        assert [frame.seconds for frame in found] == pytest.approx([read_number(f.image) / 25 for f in found])
        first = math.ceil(float(start) * 25)
        assert [read_number(frame.image) for frame in found[:3]] == [first, first + 5, first + 10]


@pytest.mark.parametrize("angle", [0, 90, 180, -90])
def test_pictures_stand_upright(make_video: MakeVideo, angle: int) -> None:
    """The bright corner, lower left in storage, goes where turning counterclockwise by `angle` takes it."""
    image = frames(opened(make_video(f"turned-{angle}.mp4", turned=angle)))[0].image
    assert image.shape == ((160, 96, 3) if angle in (90, -90) else (96, 160, 3))
    height, width, _ = image.shape
    corners = {
        "upper left": image[4, 4],
        "upper right": image[4, width - 5],
        "lower left": image[height - 5, 4],
        "lower right": image[height - 5, width - 5],
    }
    bright = {name for name, pixel in corners.items() if pixel.mean() > 125}
    assert bright == {{0: "lower left", 90: "lower right", 180: "upper right", -90: "upper left"}[angle]}


@pytest.mark.parametrize("cut", [0.5, 0.83])
@pytest.mark.parametrize("name", ["h264.mkv", "h264.ts", "vp9.webm", "animated.gif"])
def test_a_file_cut_in_the_middle_gives_what_is_there(
    make_video: MakeVideo, tmp_path: Path, read_number: ReadNumber, name: str, cut: float
) -> None:
    whole = make_video(f"whole-{name}", **FORMATS[name])
    content = whole.read_bytes()
    part = tmp_path / name
    part.write_bytes(content[: int(len(content) * cut)])
    found = frames(opened(part, "0.1"))
    expected = [(frame.seconds, read_number(frame.image)) for frame in frames(opened(whole, "0.1"))]
    assert 5 < len(found) < len(expected)
    # the last two may be half a picture, or stand in for one that was cut off
    assert [(frame.seconds, read_number(frame.image)) for frame in found[:-2]] == expected[: len(found) - 2]


def test_damaged_pictures_are_counted_and_left_out(make_video: MakeVideo, tmp_path: Path) -> None:
    whole = make_video("to-damage.mkv", options={"g": "10", "bf": "0"})
    with av.open(str(whole)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    content = bytearray(whole.read_bytes())
    place, size = packets[40]
    content[place + 20 : place + size] = bytes(size - 20)
    damaged = tmp_path / "damaged.mkv"
    damaged.write_bytes(content)
    source = opened(damaged, "0.04")
    found = frames(source)
    assert 1 <= source.frames_dropped["corrupt"] <= 10  # at most up to the next key frame
    assert len(found) + source.frames_dropped["corrupt"] in (100, 101)
    assert found[-1].seconds == pytest.approx(3.96)


def cut_head(path: Path) -> None:
    """An mp4 without its index."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def forget_codec(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))


def zero_pictures(path: Path) -> None:
    """An mp4 with an intact index of pictures that are all nulls."""
    content = path.read_bytes()
    begin = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    path.write_bytes(content[:begin] + bytes(end - begin) + content[end:])


@pytest.mark.parametrize(
    ("damage", "words"),
    [(cut_head, "cut short"), (forget_codec, "codec is not known")],
)
def test_a_damaged_mp4_is_refused_at_once(
    make_video: MakeVideo, tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    path = tmp_path / "damaged.mp4"
    shutil.copy(make_video("to-cut.mp4"), path)
    damage(path)
    with pytest.raises(SourceError, match=words) as raised:
        opened(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_video_without_one_readable_picture_is_an_error(make_video: MakeVideo, tmp_path: Path) -> None:
    path = tmp_path / "nulls.mp4"
    shutil.copy(make_video("to-null.mp4"), path)
    zero_pictures(path)
    with pytest.raises(SourceError, match=r"nulls\.mp4.*(no picture|cut short|codec)"):
        frames(opened(path))


def test_audio_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), format="fltp", layout="mono")
        frame.rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(SourceError, match=r"sound\.mp4: there is no video in it, only audio"):
        opened(path)


def test_a_start_behind_the_end_is_refused(make_video: MakeVideo) -> None:
    path = make_video("short.mp4")
    with pytest.raises(SourceError, match=r"--start 4 is after its end at 4\.000 s"):
        opened(path, start="4")
    assert len(frames(opened(path, start="3.9"))) == 1


def test_stop_ends_the_samples(make_video: MakeVideo) -> None:
    source = opened(make_video("stopped.mp4"), "0.04")
    samples = source.samples()
    next(samples)
    source.stop()
    assert len(list(samples)) < 20  # what the decoder had already returned
    source.close()


def test_duration_and_kind(make_video: MakeVideo) -> None:
    source = opened(make_video("facts.mp4"))
    assert (source.kind, source.duration_seconds) == ("file", pytest.approx(4.0))
    assert source.name.endswith("facts.mp4")
    source.close()


def test_ffmpeg_keeps_silent(make_video: MakeVideo, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = make_video("noisy.ts", options=B_FRAMES)
    content = bytearray(whole.read_bytes())
    for place in range(3000, len(content), 900):
        content[place] ^= 0xFF
    damaged = tmp_path / "noisy.ts"
    damaged.write_bytes(content)
    source = opened(damaged, "0.04")
    found = frames(source)
    assert found
    assert source.frames_dropped["corrupt"]
    assert all(one.seconds < other.seconds for one, other in pairwise(found))
    assert capfd.readouterr() == ("", "")
