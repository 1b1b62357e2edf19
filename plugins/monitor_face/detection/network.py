"""The networks that lie in mediapipe's wheel, run by OpenVINO: mediapipe itself, which costs a second and a hundred
megabytes to import, is not needed for them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import MonitorError
from monitor.model.artifact import sha256
from monitor.model.runtimes import compile_once, import_openvino

MOST_AT_ONCE = 4
"""More threads than this gain little on one frame."""


def at_once() -> int:
    """How many threads may use a network at the same time."""
    return min(MOST_AT_ONCE, os.cpu_count() or 1)


class Network:
    """One network, for several threads at a time; every call uses one of them.

    It is held as often as threads have used it at the same time: a single face needs the landmark network once.
    """

    def __init__(self, file: str, extensions: Sequence[Any] = (), *, full_precision: bool = True) -> None:
        """`file` is a path inside mediapipe's folder `modules`. `extensions` translate operations of its own.

        Without `full_precision` it computes in what the processor is best at, perhaps bfloat16. Raises MonitorError
        where mediapipe is not installed.
        """
        openvino = import_openvino()
        core = openvino.Core()
        core.add_extension(list(extensions))
        path = mediapipe_modules() / file
        precision = {"INFERENCE_PRECISION_HINT": "f32"} if full_precision else {}
        self._compiled = partial(compile_once, core, str(path), sha256(path), {"NUM_STREAMS": 1, **precision})
        self._unused: deque[Any] = deque([self._compiled().create_infer_request()])

    def __call__(self, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Every output, without its axis of samples, for `picture` (height, width, 3)."""
        try:
            request = self._unused.pop()
        except IndexError:  # other threads use all there are
            request = self._compiled().create_infer_request()
        request.infer([picture[None]], share_inputs=True)
        answers = [tensor.data[0].copy() for tensor in request.output_tensors]
        self._unused.append(request)
        return answers

    def close(self) -> None:
        """Give back the model."""
        self._unused.clear()


def mediapipe_modules() -> Path:
    """The folder of networks in mediapipe's wheel."""
    found = find_spec("mediapipe")
    if found is None or not found.submodule_search_locations:
        raise MonitorError(
            "the package mediapipe, which holds the face models, is not installed: pip install mediapipe"
        )
    return Path(found.submodule_search_locations[0]) / "modules"
