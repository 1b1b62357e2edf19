"""What the engine itself registers, through the same hooks as any plugin."""

from __future__ import annotations

from monitor.plugin.hooks import Register, hookimpl


@hookimpl
def register_runtimes(register: Register) -> None:
    from monitor.model.runtimes import OnnxRuntime, OpenVino
    from monitor.model.runtimes.onnxruntime_cuda import CudaOptions, OnnxRuntimeCuda
    from monitor.model.runtimes.precision import PrecisionOption
    from monitor.model.runtimes.tensorrt import TensorRt, TensorRtOptions

    register("tensorrt", TensorRt, options=TensorRtOptions)  # the first that works is the one that `auto` takes
    register("onnxruntime-cuda", OnnxRuntimeCuda, options=CudaOptions)
    register("openvino", OpenVino, options=PrecisionOption)
    register("onnxruntime", OnnxRuntime, options=PrecisionOption)


@hookimpl
def register_sinks(register: Register) -> None:
    from monitor.sinks.jsonl import JsonlOptions, JsonlSink

    register("jsonl", JsonlSink, options=JsonlOptions)
