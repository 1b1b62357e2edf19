"""ONNX Runtime on one of NVIDIA's GPUs, through CUDA alone: for GPUs without TensorRT."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from monitor.model.artifact import Artifact
from monitor.model.runtimes.nvidia import find_gpu, open_gpu_session, require_provider
from monitor.model.runtimes.onnxruntime import OnnxRuntime
from monitor.model.runtimes.precision import PrecisionOption, chosen_precision


class CudaOptions(PrecisionOption):
    """Section `[options.runtimes.onnxruntime-cuda]`."""

    device: Annotated[int, Field(ge=0)] = 0
    """Number of the GPU, from 0, as `nvidia-smi` counts."""


class OnnxRuntimeCuda(OnnxRuntime):
    """ONNX Runtime on a GPU, in single precision; the fp32 of the model, not the shorter TF32."""

    name = "onnxruntime-cuda"

    def __init__(self, artifact: Artifact, options: CudaOptions | None = None) -> None:
        """Raises RuntimeUnavailable where there is no GPU, its libraries do not load, or the precision is not to be
        had."""
        options = options or CudaOptions()
        require_provider(self.name, "cuda")
        chosen_precision(self.name, artifact, options.precision, ("fp32",))
        find_gpu(self.name, options.device)
        self._use(open_gpu_session(self.name, artifact, [cuda_provider(options.device)]))


def cuda_provider(device: int) -> tuple[str, dict[str, str]]:
    """ONNX Runtime's CUDA provider with its options."""
    return "CUDAExecutionProvider", {
        "device_id": str(device),
        "use_tf32": "0",
        "cudnn_conv_algo_search": "HEURISTIC",  # an exhaustive search would begin anew at every new size of a batch
    }
