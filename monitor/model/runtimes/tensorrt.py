"""TensorRT, through ONNX Runtime's provider for it: the default where there is one of NVIDIA's GPUs.

TensorRT compiles a model into an engine for one GPU, which takes seconds to minutes and is kept on disk.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from monitor.model.artifact import Artifact
from monitor.model.runtimes.engine_build import build_shown
from monitor.model.runtimes.nvidia import Gpu, find_gpu, open_gpu_session, require_package, require_provider
from monitor.model.runtimes.onnxruntime import OnnxRuntime, open_session
from monitor.model.runtimes.onnxruntime_cuda import CudaOptions, cuda_provider
from monitor.model.runtimes.precision import chosen_precision
from monitor.settings import Precision

PROVIDER = "TensorrtExecutionProvider"
CACHE = Path("~/.cache/emotion-monitor/tensorrt")


class TensorRtOptions(CudaOptions):
    """Section `[options.runtimes.tensorrt]`."""

    usual_batch: Annotated[int, Field(ge=1, le=1024)] = 8
    """Samples at once that the engine is made fastest for."""
    largest_batch: Annotated[int, Field(ge=1, le=1024)] = 32
    """Most samples at once; larger batches are cut."""
    memory_megabytes: Annotated[int, Field(ge=16)] = 1024
    """Most GPU memory, in units of 2^20 bytes, that TensorRT may try out while it builds an engine."""
    cache: Path = CACHE
    """Folder for engines."""

    @model_validator(mode="after")
    def _usual_is_possible(self) -> Self:
        if self.usual_batch > self.largest_batch:
            raise PydanticCustomError("tensorrt", "usual_batch must not be more than largest_batch")
        return self


class TensorRt(OnnxRuntime):
    """TensorRT on a GPU, in half precision unless the artifact needs more."""

    name = "tensorrt"

    def __init__(self, artifact: Artifact, options: TensorRtOptions | None = None) -> None:
        """Raises RuntimeUnavailable where there is no GPU, its libraries do not load, TensorRT cannot compile the
        model, or the precision is not to be had."""
        options = options or TensorRtOptions()
        require_package(self.name, "tensorrt")
        require_provider(self.name, "tensorrt")
        precision = chosen_precision(self.name, artifact, options.precision, ("fp16", "fp32"))
        gpu = find_gpu(self.name, options.device)
        import tensorrt  # loads the libraries that ONNX Runtime's provider asks for

        engines = options.cache.expanduser() / engine_key(artifact, gpu, tensorrt.__version__, precision, options)
        engines.mkdir(parents=True, exist_ok=True)
        name = open_session(self.name, artifact, ["CPUExecutionProvider"]).get_inputs()[0].name
        provider = PROVIDER, provider_options(artifact, name, precision, options, engines)
        is_built = any(engines.glob("*.engine"))
        with build_shown(f"TensorRT compiles {artifact.manifest.name} for {gpu.name}", done=is_built):
            self._use(open_gpu_session(self.name, artifact, [provider, cuda_provider(options.device)]))
            self._largest = options.largest_batch
            self.outputs(np.zeros((1, *artifact.manifest.input_shape), np.float32))  # what is left to build

    def outputs(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        parts = [batch[start : start + self._largest] for start in range(0, len(batch), self._largest)] or [batch]
        answers = [super(TensorRt, self).outputs(part) for part in parts]
        return answers[0] if len(answers) == 1 else [np.concatenate(rows) for rows in zip(*answers, strict=True)]


def engine_key(artifact: Artifact, gpu: Gpu, version: str, precision: Precision, options: TensorRtOptions) -> Path:
    """Folder of the engine, below the cache: another GPU, driver, TensorRT, model, precision or profile has another.

    The first part of it is shared by all models, and so is the timing cache that lies there.
    """
    machine = re.sub(r"[^A-Za-z0-9.]+", "-", f"{gpu.name} driver {gpu.driver} tensorrt {version}").lower()
    profile = f"{precision}-1-{options.usual_batch}-{options.largest_batch}-{options.memory_megabytes}"
    return Path(machine) / f"{artifact.manifest.name}-{artifact.manifest.sha256[:16]}-{profile}"


def provider_options(
    artifact: Artifact, input_name: str, precision: Precision, options: TensorRtOptions, engines: Path
) -> dict[str, str]:
    """Options of ONNX Runtime's TensorRT provider, for batches of 1 up to the largest, with engines in `engines`."""

    def shape(batch: int) -> str:
        return f"{input_name}:{'x'.join(map(str, (batch, *artifact.manifest.input_shape)))}"

    return {
        "device_id": str(options.device),
        "trt_fp16_enable": str(precision == "fp16"),
        "trt_engine_cache_enable": "True",
        "trt_engine_cache_path": str(engines),
        "trt_timing_cache_enable": "True",
        "trt_timing_cache_path": str(engines.parent),
        "trt_max_workspace_size": str(options.memory_megabytes * 2**20),
        "trt_profile_min_shapes": shape(1),
        "trt_profile_opt_shapes": shape(options.usual_batch),
        "trt_profile_max_shapes": shape(options.largest_batch),
    }
