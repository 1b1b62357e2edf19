"""Runs a model artifact: OpenVINO (the default on CPUs) or ONNX Runtime (portable)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitor.analyzer import Runtime
from monitor.artifact import Artifact
from monitor.errors import RuntimeUnavailable

if TYPE_CHECKING:
    from monitor.plugins import Plugins

OPENVINO_OPTIONS = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": 1, "ENABLE_CPU_PINNING": False}
"""One thread, on any core: the decoder and the face stage keep the others busy, and threads of one small network that
wait for each other on busy cores take several times as long as one of them alone."""


def load(artifact: Artifact, runtime: str = "auto", plugins: Plugins | None = None) -> Runtime:
    """`artifact`, ready to run.

    `auto` takes the first registered runtime that works; one asked for by name that does not work is an error, never
    a silent fallback. Raises RuntimeUnavailable, or ConfigError for a name that nobody registered.
    """
    if plugins is None:
        from monitor.plugins import Plugins

        plugins = Plugins()
    if runtime != "auto":
        loaded: Runtime = plugins.get("runtimes", runtime).thing(artifact)
        return loaded
    reasons = []
    for registration in plugins.runtimes.values():
        try:
            loaded = registration.thing(artifact)
        except RuntimeUnavailable as error:
            reasons.append(str(error))
        else:
            return loaded
    raise RuntimeUnavailable(f"no runtime can run {artifact}: {'; '.join(reasons)}")


def import_openvino() -> Any:
    """OpenVINO, without its telemetry: a process forked at every import, which tells Intel through Google Analytics.

    Raises ImportError.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # what makes its import fail
    import openvino

    return openvino


class OpenVino:
    """OpenVINO on the CPU, in the precision that the processor is best at, which is bfloat16 where it has matrix units,
    unless the artifact needs more.

    Samples run one at a time, because the rounding of bfloat16 would otherwise make an answer depend on the size of its
    batch; on CPUs a batch is hardly faster.
    """

    name = "openvino"

    def __init__(self, artifact: Artifact) -> None:
        try:
            openvino = import_openvino()
        except ImportError as error:
            raise RuntimeUnavailable(f"openvino does not load here ({error})") from None
        try:
            model = openvino.Core().read_model(artifact.model)
            model.reshape([1, *artifact.manifest.input_shape])
            precision = {"INFERENCE_PRECISION_HINT": "f32"} if artifact.manifest.full_precision else {}
            self._model: Any = openvino.compile_model(model, "CPU", OPENVINO_OPTIONS | precision)
        except RuntimeError as error:
            raise RuntimeUnavailable(f"openvino cannot run {artifact.model}: {str(error).splitlines()[0]}") from None

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._answers(batch, self._model.outputs[:1])[0]

    def outputs(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        return self._answers(batch, self._model.outputs)

    def _answers(self, batch: NDArray[np.float32], wanted: Sequence[Any]) -> list[NDArray[np.float32]]:
        rows: list[list[NDArray[np.float32]]] = [[] for _ in wanted]
        for sample in batch:
            answer = self._model(sample[None])
            for of_output, output in zip(rows, wanted, strict=True):
                of_output.append(answer[output].copy())  # because OpenVINO uses its memory again
        return [np.concatenate(of_output) for of_output in rows]


class OnnxRuntime:
    """ONNX Runtime on the CPU."""

    name = "onnxruntime"

    def __init__(self, artifact: Artifact) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise RuntimeUnavailable(f"onnxruntime does not load here ({error})") from None
        try:
            self._session: Any = onnxruntime.InferenceSession(str(artifact.model), providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions share no root but Exception
            reason = str(error).splitlines()[0]
            raise RuntimeUnavailable(f"onnxruntime cannot run {artifact.model}: {reason}") from None
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.outputs(batch)[0]

    def outputs(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        outputs: list[NDArray[np.float32]] = self._session.run(None, {self._input: batch})
        return outputs
