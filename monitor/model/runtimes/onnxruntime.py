"""ONNX Runtime: on any CPU, and on NVIDIA's GPUs through CUDA."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import RuntimeUnavailable
from monitor.model.artifact import Artifact
from monitor.model.runtimes.precision import PrecisionOption, chosen_precision

Provider = str | tuple[str, dict[str, str]]
"""An execution provider of ONNX Runtime, with its options where it has any."""


class OnnxRuntime:
    """ONNX Runtime on the CPU, in single precision: alike on every machine."""

    name = "onnxruntime"

    def __init__(self, artifact: Artifact, options: PrecisionOption | None = None) -> None:
        """Raises RuntimeUnavailable where ONNX Runtime does not load, the model does not, or the precision is not to be
        had."""
        chosen_precision(self.name, artifact, options.precision if options else "auto", ("fp32",))
        self._use(open_session(self.name, artifact, ["CPUExecutionProvider"]))

    def _use(self, session: Any) -> None:
        """Answer with `session` from here on."""
        self._session = session
        self._input = session.get_inputs()[0].name

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.outputs(batch)[0]

    def outputs(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        outputs: list[NDArray[np.float32]] = self._session.run(None, {self._input: batch})
        return outputs


def import_onnxruntime(runtime: str) -> Any:
    """ONNX Runtime. Raises RuntimeUnavailable, in the name of `runtime`, where it does not load."""
    try:
        import onnxruntime
    except ImportError as error:
        raise RuntimeUnavailable(f"{runtime} does not load here ({error})") from None
    return onnxruntime


def open_session(runtime: str, artifact: Artifact, providers: Sequence[Provider]) -> Any:
    """An inference session of ONNX Runtime on the first of `providers`, with the others for what that cannot do.

    Raises RuntimeUnavailable, in the name of `runtime`, where the model cannot be loaded so.
    """
    onnxruntime = import_onnxruntime(runtime)
    try:
        return onnxruntime.InferenceSession(str(artifact.model), providers=list(providers))
    except Exception as error:  # onnxruntime's exceptions share no root but Exception
        reason = str(error).splitlines()[0]
        raise RuntimeUnavailable(f"{runtime} cannot run {artifact.model}: {reason}") from None
