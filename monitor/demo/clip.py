"""Makes the demo clip: a public-domain portrait whose expression changes, filmed by a moving camera.

The portrait is that of the astronaut Eileen Collins by NASA, which scikit-image carries. What comes out is a video file
like any other; nothing that reads it knows where it is from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from numpy.typing import NDArray

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.demo.face import DemoFace, Expression
    from monitor.plugin.contracts import FaceDetector

WIDTH, HEIGHT = 1280, 720
FRAMES_PER_SECOND = 25
ROWS = 320
"""The camera sees only so many of the portrait's 512 rows."""
ENLARGED = 3
"""Expressions are made in a picture so many times as large as the portrait."""
CHANGE = 0.6
"""Part of the time of one expression in which it turns into the next."""
GUEST_FROM, GUEST_UNTIL = 0.35, 0.75
"""Part of the clip at which the second person enters and leaves."""
GUEST_SIDE = 0.42
"""Side of the second person's picture, as a fraction of the clip's height."""


def make_demo_clip(path: Path, detector: FaceDetector, seconds: float = 24.0) -> Path:
    """Write the clip, H.264 in MP4 of 1280 by 720 pixels and 25 frames a second, to `path` and return it.

    `detector` finds the face of the portrait.

    Raises MonitorError where it cannot be written, or where a system library is missing.
    """
    face = load_face(detector)
    unfinished = path.with_name(f"{path.stem}.unfinished.mp4")
    try:
        write_video(unfinished, frames(face, round(seconds * FRAMES_PER_SECOND)))
        unfinished.replace(path)
    except OSError as error:
        raise MonitorError(f"the demo clip {path} cannot be written: {error.strerror}") from None
    finally:
        if unfinished.exists():  # interrupted
            unfinished.unlink()
    return path


def load_face(detector: FaceDetector) -> DemoFace:
    """The portrait, enlarged, with its mesh."""
    import cv2
    from skimage import data

    from monitor.demo.face import DemoFace

    portrait: NDArray[np.uint8] = np.ascontiguousarray(data.astronaut()[:ROWS])  # type: ignore[no-untyped-call]
    mesh = detector.detect(portrait)[0].mesh
    if mesh is None:
        raise MonitorError("the face detector fits no mesh to the portrait of the demo clip")
    large = cv2.resize(portrait, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
    return DemoFace(np.asarray(large, np.uint8), mesh)


def frames(face: DemoFace, count: int) -> Iterator[NDArray[np.uint8]]:
    """The pictures of the clip, uint8 (HEIGHT, WIDTH, 3) RGB, in order."""
    picture = lru_cache(maxsize=16)(face.picture)
    for number in range(count):
        moment = number / count
        frame = filmed(picture(expression_at(moment)), moment)
        if GUEST_FROM < moment < GUEST_UNTIL:
            add_guest(frame, picture(expression_at((moment + 0.5) % 1.0)), moment)
        yield frame


def filmed(picture: NDArray[np.uint8], moment: float) -> NDArray[np.uint8]:
    """What the camera sees of a picture of the face at `moment` in [0, 1) of a clip, uint8 (HEIGHT, WIDTH, 3) RGB."""
    import cv2

    flags, border = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    seen = cv2.warpAffine(picture, camera(moment), (WIDTH, HEIGHT), flags=flags, borderMode=border)
    return np.asarray(seen, np.uint8)


def expression_at(moment: float) -> Expression:
    """What the face shows at `moment` in [0, 1) of the clip: each expression is held, then turns into the next."""
    from monitor.demo.face import ANGRY, HAPPY, NEUTRAL, SAD, SURPRISED

    course = (NEUTRAL, HAPPY, NEUTRAL, SURPRISED, NEUTRAL, SAD, ANGRY, NEUTRAL)
    held = (3, 4, 1, 4, 1, 4, 4, 1)  # parts of the clip
    ends = np.cumsum(held) / sum(held)
    index = int(np.searchsorted(ends, moment, side="right"))
    change = CHANGE / sum(held)
    part = smooth((moment - ends[index] + change) / change)
    return course[index].towards(course[(index + 1) % len(course)], part)


def smooth(part: float) -> float:
    """`part` in [0, 1], slow at both ends."""
    part = min(max(part, 0.0), 1.0)
    return part * part * (3 - 2 * part)


def camera(moment: float) -> NDArray[np.float64]:
    """The map (2, 3) from pixels of the clip to pixels of the enlarged portrait: slow zoom, pan and roll."""
    wide = 400 + 55 * math.cos(2 * math.pi * moment)  # in pixels of the portrait itself
    x = 244 + 12 * math.sin(4 * math.pi * moment)
    y = 133 + 4 * math.sin(6 * math.pi * moment)
    roll = math.radians(1.2 * math.sin(4 * math.pi * moment + 1))
    scale = wide / WIDTH * ENLARGED
    turn = scale * np.array([(math.cos(roll), -math.sin(roll)), (math.sin(roll), math.cos(roll))])
    return np.column_stack([turn, ENLARGED * np.array([x, y]) - turn @ (WIDTH / 2, HEIGHT / 2)])


def add_guest(frame: NDArray[np.uint8], picture: NDArray[np.uint8], moment: float) -> None:
    """Put a second person, mirrored, small and framed as in a video call, into `frame`; it slides in and out."""
    import cv2

    stay = min(moment - GUEST_FROM, GUEST_UNTIL - moment)
    side = round(GUEST_SIDE * HEIGHT)
    head = picture[15 * ENLARGED : 245 * ENLARGED, 110 * ENLARGED : 340 * ENLARGED, :][:, ::-1]
    small = cv2.resize(np.ascontiguousarray(head), (side, side), interpolation=cv2.INTER_AREA)
    small = cv2.copyMakeBorder(small, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=(235, 235, 235))
    left = round(WIDTH - smooth(stay / 0.04) * (side + 48))
    top = HEIGHT - side - 48
    part = small[:, : WIDTH - left]
    frame[top : top + part.shape[0], left : left + part.shape[1]] = part


def write_video(path: Path, pictures: Iterator[NDArray[np.uint8]], rate: int = FRAMES_PER_SECOND) -> None:
    """Encode `pictures`, uint8 (HEIGHT, WIDTH, 3) RGB, `rate` a second, as H.264.

    Raises OSError where `path` cannot be written.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(rate), options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.thread_type = "AUTO"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
