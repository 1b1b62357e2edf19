"""What NVIDIA's GPUs need: the parts of ONNX Runtime that drive them, and which GPU and driver there are."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import RuntimeUnavailable
from monitor.model.artifact import Artifact
from monitor.model.runtimes.onnxruntime import Provider, import_onnxruntime, open_session

INSTALL = "pip install 'emotion-monitor[tensorrt]' installs what a GPU needs"
REPAIR = (
    "onnxruntime and onnxruntime-gpu lie over each other: "
    "pip install --force-reinstall --no-deps onnxruntime-gpu puts the second on top"
)


@dataclass(frozen=True)
class Gpu:
    """One GPU of this machine."""

    name: str
    """Such as `NVIDIA L4`."""
    driver: str
    """Version of NVIDIA's driver."""


def require_package(runtime: str, package: str) -> None:
    """Raises RuntimeUnavailable, in the name of `runtime`, where `package` is not installed; imports nothing."""
    if importlib.util.find_spec(package) is None:
        raise RuntimeUnavailable(f"{runtime} needs the package {package}, which is not installed; {INSTALL}")


def require_provider(runtime: str, provider: str) -> None:
    """Raises RuntimeUnavailable, in the name of `runtime`, where ONNX Runtime's library for `provider`, such as
    `cuda`, is not installed; imports nothing."""
    found = importlib.util.find_spec("onnxruntime")
    folders = [Path(folder) / "capi" for folder in (found.submodule_search_locations or [])] if found else []
    if not any(True for folder in folders for _ in folder.glob(f"*onnxruntime_providers_{provider}.*")):
        raise RuntimeUnavailable(f"{runtime} needs onnxruntime-gpu, which is not installed; {INSTALL}")


def find_gpu(runtime: str, number: int) -> Gpu:
    """The GPU of that number, from 0. Raises RuntimeUnavailable, in the name of `runtime`, where there is none."""
    require_package(runtime, "pynvml")
    import pynvml

    try:
        pynvml.nvmlInit()
        try:
            name, driver = (
                pynvml.nvmlDeviceGetName(pynvml.nvmlDeviceGetHandleByIndex(number)),
                pynvml.nvmlSystemGetDriverVersion(),
            )
        finally:
            pynvml.nvmlShutdown()
    except pynvml.NVMLError as error:
        raise RuntimeUnavailable(
            f"{runtime} finds no NVIDIA GPU {number} ({error}); nvidia-smi lists what there is"
        ) from None
    return Gpu(name, driver)


def open_gpu_session(runtime: str, artifact: Artifact, providers: list[tuple[str, dict[str, str]]]) -> Any:
    """A session on the first of `providers`, with the others, and the CPU, for what that cannot do.

    Raises RuntimeUnavailable, in the name of `runtime`, where ONNX Runtime would use another in its place.
    """
    onnxruntime = import_onnxruntime(runtime)
    first = providers[0][0]
    if first not in onnxruntime.get_available_providers():
        raise RuntimeUnavailable(f"{runtime}: the onnxruntime that is installed has no {first}; {REPAIR}")
    onnxruntime.preload_dlls()  # CUDA and cuDNN, from their packages
    fallback: list[Provider] = [*providers, "CPUExecutionProvider"]
    session = open_session(runtime, artifact, fallback)
    if session.get_providers()[0] != first:
        raise RuntimeUnavailable(
            f"{runtime}: onnxruntime could not load {first} and would use {session.get_providers()[0]}; "
            f"its libraries may be missing or of another version; {INSTALL}"
        )
    session.disable_fallback()
    return session
