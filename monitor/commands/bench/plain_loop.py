"""What a program without an engine does: OpenCV reads every frame, and what is due is looked at, one after the other.

A script of its own, so that `monitor bench` can run it by the Python of another environment, where DeepFace or FER is
installed. It prints one JSON object; loading is not counted. Exit code 3 says that a package is missing.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2

MISSING = 3
"""Exit code where a package is not installed."""
CASCADE = "haarcascade_frontalface_default.xml"
Look = Callable[[Any], int]
"""Takes a frame, uint8 BGR (height, width, 3); answers how many faces it has found."""


def opencv_loop(options: argparse.Namespace) -> Look:
    """OpenCV's cascade, or YuNet at full size, and the emotion network by OpenCV's own inference."""
    network = cv2.dnn.readNetFromONNX(options.network)
    channels, height, width = options.shape
    if options.yunet:
        yunet = cv2.FaceDetectorYN.create(options.yunet, "", (320, 320))
    else:
        cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / CASCADE))

    def boxes(frame: Any) -> Any:
        if options.whole_frames:
            return [(0, 0, frame.shape[1], frame.shape[0])]
        if options.yunet:
            yunet.setInputSize((frame.shape[1], frame.shape[0]))
            found = yunet.detect(frame)[1]
            return [[int(max(0, edge)) for edge in face[:4]] for face in ([] if found is None else found)]
        return cascade.detectMultiScale(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))

    def look(frame: Any) -> int:
        found = boxes(frame)
        for left, top, across, down in found:
            picture = cv2.resize(frame[top : top + down, left : left + across], (width, height))
            planes = (picture.astype("float32") / 127.5 - 1).transpose(2, 0, 1)[:channels]
            network.setInput(planes[None])
            network.forward()
        return len(found)

    return look


def deepface_loop(options: argparse.Namespace) -> Look:
    """DeepFace with its own defaults, asked for emotions alone."""
    deepface = importlib.import_module("deepface").DeepFace

    def look(frame: Any) -> int:
        return len(deepface.analyze(frame, actions=["emotion"], enforce_detection=False, silent=True))

    return look


def fer_loop(options: argparse.Namespace) -> Look:
    """FER with its own defaults: OpenCV's cascade and a mini-Xception."""
    detector = importlib.import_module("fer").FER()
    return lambda frame: len(detector.detect_emotions(frame))


LOOPS = {"opencv-loop": opencv_loop, "deepface": deepface_loop, "fer": fer_loop}


def frames_due(file: str, every_seconds: float, until_seconds: float | None) -> Iterator[tuple[float, Any]]:
    """Seconds and picture of the first frame at or after each multiple of `every_seconds`."""
    capture = cv2.VideoCapture(file)
    rate, number, due = capture.get(cv2.CAP_PROP_FPS) or 25.0, 0, 0
    while True:
        is_read, frame = capture.read()
        seconds = number / rate
        if not is_read or (until_seconds is not None and seconds >= until_seconds):
            break
        if seconds >= due * every_seconds - 1e-6:
            due += 1
            yield seconds, frame
        number += 1
    capture.release()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("loop", choices=LOOPS)
    parser.add_argument("file")
    parser.add_argument("--every", type=float, required=True)
    parser.add_argument("--until", type=float)
    parser.add_argument("--network", help="the emotion network of opencv-loop, an ONNX file")
    parser.add_argument("--shape", type=int, nargs=3, help="its channels, height and width")
    parser.add_argument("--whole-frames", action="store_true", help="look at whole frames, not at faces")
    parser.add_argument("--yunet", help="a YuNet model for opencv-loop")
    options = parser.parse_args()
    try:
        look = LOOPS[options.loop](options)
    except ImportError as error:
        print(error, file=sys.stderr)
        sys.exit(MISSING)
    first = next(frames_due(options.file, options.every, options.until), None)
    if first is not None:
        look(first[1])  # once, so that nothing is loaded while the clock runs
    began, busy = time.perf_counter(), time.process_time()
    samples, faces, seconds = 0, 0, 0.0
    for seconds, frame in frames_due(options.file, options.every, options.until):  # noqa: B007 - the last one counts
        samples, faces = samples + 1, faces + look(frame)
    wall, processor = time.perf_counter() - began, time.process_time() - busy
    print(json.dumps({"seconds": seconds, "samples": samples, "faces": faces, "wall": wall, "processor": processor}))


if __name__ == "__main__":
    main()
