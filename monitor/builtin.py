"""What the engine itself registers, through the same hooks as any plugin."""

from __future__ import annotations

from monitor.hooks import Register, hookimpl


@hookimpl
def register_runtimes(register: Register) -> None:
    from monitor.runtimes import OnnxRuntime, OpenVino

    register("openvino", OpenVino)
    register("onnxruntime", OnnxRuntime)


@hookimpl
def register_sinks(register: Register) -> None:
    from monitor.jsonl_sink import JsonlOptions, JsonlSink

    register("jsonl", JsonlSink, options=JsonlOptions)
