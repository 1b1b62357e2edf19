"""A live stream on this machine with one face, to measure the service with: MPEG-TS over TCP, at its own pace."""

from __future__ import annotations

import socket
import threading
import time
from typing import Self

import av
import numpy as np
from numpy.typing import NDArray

RATE = 10
"""Frames a second."""
CONNECT_SECONDS = 30.0
"""Longest wait for the viewer."""


class BenchStream:
    """Shows one picture to one viewer, from when it connects until the stream is closed."""

    def __init__(self, image: NDArray[np.uint8]) -> None:
        """`image` is uint8 (height, width, 3) RGB, its sides even."""
        self._image = image
        self._closed = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(CONNECT_SECONDS)
        self.address = f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"
        """As `monitor run` takes it."""
        self._thread = threading.Thread(target=self._send, name="bench stream", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()
        self._listening.close()

    def _send(self) -> None:
        try:
            viewer, _ = self._listening.accept()
            with viewer, viewer.makefile("wb") as file, av.open(file, "w", format="mpegts") as container:
                stream = container.add_stream("mpeg2video", rate=RATE)
                stream.height, stream.width, _ = self._image.shape
                stream.pix_fmt, stream.bit_rate = "yuv420p", 4_000_000
                began, shown = time.monotonic(), 0
                while not self._closed.wait(max(0.0, began + shown / RATE - time.monotonic())):
                    for packet in stream.encode(av.VideoFrame.from_ndarray(self._image, "rgb24")):
                        container.mux(packet)
                    file.flush()
                    shown += 1
        except (OSError, av.FFmpegError):  # the viewer left
            return
