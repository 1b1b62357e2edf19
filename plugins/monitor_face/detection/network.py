"""The networks that lie in mediapipe's wheel, run by OpenVINO: mediapipe itself, which costs a second and a hundred
megabytes to import, is not needed for them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import Condition
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import MonitorError
from monitor.model.artifact import sha256
from monitor.model.runtimes import compile_once, import_openvino

MOST_AT_ONCE = 4
"""More threads than this gain little on one frame."""
PATIENCE = 24
"""So often threads wait for a network that others use before it is held once more: to hold it takes as long as twenty
answers, which a run of a few samples would not get back."""


def at_once() -> int:
    """How many threads may use a network at the same time."""
    return min(MOST_AT_ONCE, os.cpu_count() or 1)


class Network:
    """One network, for several threads at a time; every call uses one of them.

    It is held as often as threads use it at the same time, once that was often: a single face needs the landmark
    network once.
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
        self._changed = Condition()
        self._waited = 0

    def __call__(self, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Every output, without its axis of samples, for `picture` (height, width, 3)."""
        request = self._taken() or self._compiled().create_infer_request()
        try:
            request.infer([picture[None]], share_inputs=True)
            return [tensor.data[0].copy() for tensor in request.output_tensors]
        finally:
            with self._changed:
                self._unused.append(request)
                self._changed.notify()

    def _taken(self) -> Any:
        """A copy that nobody else uses meanwhile; None where another one is to be made."""
        with self._changed:
            if not self._unused:
                self._waited += 1
                if self._waited > PATIENCE:
                    self._waited = 0
                    return None
                self._changed.wait_for(lambda: self._unused)
            return self._unused.pop()

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
