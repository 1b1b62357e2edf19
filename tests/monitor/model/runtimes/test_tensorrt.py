"""TensorRT and CUDA up to the call of ONNX Runtime's provider, against stand-ins for it, TensorRT and NVIDIA's driver.

On a real GPU they are run by `test_on_a_gpu.py`.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from monitor.errors import RuntimeUnavailable
from monitor.model.artifact import Artifact, sha256
from monitor.model.runtimes import load
from monitor.model.runtimes.nvidia import Gpu
from monitor.model.runtimes.onnxruntime_cuda import OnnxRuntimeCuda
from monitor.model.runtimes.tensorrt import TensorRt, TensorRtOptions, engine_key

ONNXRUNTIME = """
from pathlib import Path
from types import SimpleNamespace

PROVIDERS = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
works, sessions, preloaded = PROVIDERS, [], []

def get_available_providers():
    return PROVIDERS

def preload_dlls():
    preloaded.append(True)

class InferenceSession:
    def __init__(self, model, providers):
        self.asked = [each if isinstance(each, tuple) else (each, {}) for each in providers]
        self.batches = []
        self.may_fall_back = True
        sessions.append(self)
        engines = dict(self.asked).get("TensorrtExecutionProvider", {}).get("trt_engine_cache_path")
        if engines:
            (Path(engines) / "model.engine").write_bytes(b"engine")

    def get_inputs(self):
        return [SimpleNamespace(name="picture")]

    def get_providers(self):
        return [name for name, _ in self.asked if name in works]

    def disable_fallback(self):
        self.may_fall_back = False

    def run(self, names, inputs):
        (batch,) = inputs.values()
        self.batches.append((*inputs, batch.shape))
        mean = batch.mean(axis=(1, 2, 3))
        return [mean[:, None] * [1, 2], mean[:, None]]
"""
DRIVER = """
class NVMLError(Exception):
    pass

calls = []

def nvmlInit():
    calls.append("init")

def nvmlShutdown():
    calls.append("shutdown")

def nvmlDeviceGetHandleByIndex(number):
    if number > 0:
        raise NVMLError("Invalid Argument")
    return number

def nvmlDeviceGetName(handle):
    return "NVIDIA L4"

def nvmlSystemGetDriverVersion():
    return "570.86.15"
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of stand-in packages that go before what is installed."""
    folder = tmp_path / "site"
    for name, code in (("onnxruntime", ONNXRUNTIME), ("tensorrt", '__version__ = "10.16.1.11"'), ("pynvml", DRIVER)):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(code)
        monkeypatch.setitem(sys.modules, name, None)  # so that what is imported below goes when the test ends
        monkeypatch.delitem(sys.modules, name)
    (folder / "onnxruntime" / "capi").mkdir()
    for provider in ("tensorrt", "cuda"):
        (folder / "onnxruntime" / "capi" / f"libonnxruntime_providers_{provider}.so").touch()
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def options(tmp_path: Path) -> TensorRtOptions:
    return TensorRtOptions(cache=tmp_path / "engines", usual_batch=2, largest_batch=3)


def test_the_provider_gets_precision_profile_and_caches(
    artifact: Artifact, site: Path, options: TensorRtOptions
) -> None:
    TensorRt(artifact, options)
    import onnxruntime

    *_, session = onnxruntime.sessions
    (first, asked), (second, cuda), (last, _) = session.asked
    assert (first, second, last) == ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider")
    machine = options.cache / "nvidia-l4-driver-570.86.15-tensorrt-10.16.1.11"
    engines = machine / f"tiny-{artifact.manifest.sha256[:16]}-fp16-1-2-3-1024"
    assert asked == {
        "device_id": "0",
        "trt_fp16_enable": "True",
        "trt_engine_cache_enable": "True",
        "trt_engine_cache_path": str(engines),
        "trt_timing_cache_enable": "True",
        "trt_timing_cache_path": str(machine),
        "trt_max_workspace_size": str(1024 * 1024 * 1024),
        "trt_profile_min_shapes": "picture:1x3x8x8",
        "trt_profile_opt_shapes": "picture:2x3x8x8",
        "trt_profile_max_shapes": "picture:3x3x8x8",
    }
    assert engines.is_dir()
    assert cuda["device_id"] == "0"
    assert not session.may_fall_back
    assert onnxruntime.preloaded


def test_batches_larger_than_the_profile_are_cut_and_put_together(
    artifact: Artifact, site: Path, options: TensorRtOptions
) -> None:
    runtime = TensorRt(artifact, options)
    batch = np.random.default_rng(0).uniform(0, 1, (7, 3, 8, 8)).astype(np.float32)
    probabilities, features = runtime.outputs(batch)
    means = batch.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(probabilities, means[:, None] * [1, 2], rtol=1e-6)
    np.testing.assert_allclose(features, means[:, None], rtol=1e-6)
    np.testing.assert_array_equal(runtime.run(batch), probabilities)
    import onnxruntime

    sizes = [shape[0] for _, shape in onnxruntime.sessions[-1].batches]
    assert sizes == [1, 3, 3, 1, 3, 3, 1]  # the first when the engine was made
    assert runtime.outputs(batch[:0])[0].shape == (0, 2)


def test_models_that_need_it_and_settings_that_want_it_get_single_precision(
    artifact: Artifact, site: Path, options: TensorRtOptions
) -> None:
    needy = Artifact.write(artifact.folder, artifact.manifest.model_copy(update={"full_precision": True}))
    for model, wanted in ((needy, options), (artifact, options.model_copy(update={"precision": "fp32"}))):
        TensorRt(model, wanted)
        import onnxruntime

        assert dict(onnxruntime.sessions[-1].asked)["TensorrtExecutionProvider"]["trt_fp16_enable"] == "False"
    with pytest.raises(RuntimeUnavailable, match="tensorrt computes in fp16 or fp32 here, not in bf16"):
        TensorRt(artifact, options.model_copy(update={"precision": "bf16"}))


def test_an_engine_is_for_one_model_gpu_driver_version_precision_and_profile(
    artifact: Artifact, options: TensorRtOptions, tmp_path: Path
) -> None:
    gpu = Gpu("NVIDIA L4", "570.86.15")
    shutil.copytree(artifact.folder, tmp_path / "other")
    with (tmp_path / "other" / "model.onnx").open("ab") as file:
        file.write(b"x")
    changed = artifact.manifest.model_copy(update={"sha256": sha256(tmp_path / "other" / "model.onnx")})
    other = Artifact.write(tmp_path / "other", changed)
    keys = {
        engine_key(artifact, gpu, "10.16", "fp16", options),
        engine_key(other, gpu, "10.16", "fp16", options),
        engine_key(artifact, Gpu("NVIDIA H200", "570.86.15"), "10.16", "fp16", options),
        engine_key(artifact, Gpu("NVIDIA L4", "580.1"), "10.16", "fp16", options),
        engine_key(artifact, gpu, "10.17", "fp16", options),
        engine_key(artifact, gpu, "10.16", "fp32", options),
        engine_key(artifact, gpu, "10.16", "fp16", options.model_copy(update={"largest_batch": 64})),
        engine_key(artifact, gpu, "10.16", "fp16", options.model_copy(update={"usual_batch": 1})),
    }
    assert len(keys) == 8
    assert engine_key(artifact, gpu, "10.16", "fp16", options) in keys


def test_the_first_build_is_told_and_the_next_start_is_silent(
    artifact: Artifact, site: Path, options: TensorRtOptions, caplog: pytest.LogCaptureFixture
) -> None:
    TensorRt(artifact, options)
    begun, ended = (record.message for record in caplog.records)
    assert begun.startswith("TensorRT compiles tiny for NVIDIA L4; this is done once")
    assert ended.startswith("TensorRT compiles tiny for NVIDIA L4: done in ")
    caplog.clear()
    TensorRt(artifact, options)
    assert caplog.records == []


Change = Callable[[Path], object]
WITHOUT: dict[str, tuple[Change, str]] = {
    "tensorrt": (
        lambda site: shutil.rmtree(site / "tensorrt"),
        r"tensorrt needs the package tensorrt, which is not installed; pip install 'emotion-monitor\[tensorrt\]'",
    ),
    "its provider": (
        lambda site: (site / "onnxruntime/capi/libonnxruntime_providers_tensorrt.so").unlink(),
        "tensorrt needs onnxruntime-gpu, which is not installed",
    ),
    "the driver's package": (
        lambda site: shutil.rmtree(site / "pynvml"),
        "tensorrt needs the package pynvml, which is not installed",
    ),
    "a GPU": (
        lambda site: (site / "pynvml/__init__.py").write_text(
            DRIVER + "def nvmlInit():\n    raise NVMLError('Driver Not Loaded')\n"
        ),
        r"tensorrt finds no NVIDIA GPU 0 \(Driver Not Loaded\)",
    ),
    "what onnxruntime-gpu put there": (
        lambda site: (site / "onnxruntime/__init__.py").write_text(ONNXRUNTIME + "del PROVIDERS[:2]\n"),
        "onnxruntime and onnxruntime-gpu lie over each other: pip install --force-reinstall",
    ),
    "its libraries": (
        lambda site: (site / "onnxruntime/__init__.py").write_text(ONNXRUNTIME + "works = PROVIDERS[1:]\n"),
        "could not load TensorrtExecutionProvider and would use CUDAExecutionProvider",
    ),
}


@pytest.mark.parametrize(("change", "message"), WITHOUT.values(), ids=WITHOUT)
def test_without_it_there_is_one_clear_line(
    artifact: Artifact, site: Path, options: TensorRtOptions, change: Change, message: str
) -> None:
    change(site)
    with pytest.raises(RuntimeUnavailable, match=message) as caught:
        TensorRt(artifact, options)
    assert "\n" not in str(caught.value)


def test_a_gpu_that_is_not_there_is_named(artifact: Artifact, site: Path, options: TensorRtOptions) -> None:
    with pytest.raises(RuntimeUnavailable, match=r"onnxruntime-cuda finds no NVIDIA GPU 1 \(Invalid Argument\)"):
        OnnxRuntimeCuda(artifact, options.model_copy(update={"device": 1}))
    import pynvml

    assert pynvml.calls == ["init", "shutdown"]


def test_cuda_computes_in_single_precision_with_no_search_for_each_batch(artifact: Artifact, site: Path) -> None:
    OnnxRuntimeCuda(artifact)
    import onnxruntime

    (name, asked), _ = onnxruntime.sessions[-1].asked
    assert name == "CUDAExecutionProvider"
    assert asked == {"device_id": "0", "use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}


def test_auto_takes_the_gpu_first_and_the_cpu_where_there_is_none(
    artifact: Artifact, site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load(artifact).name == "tensorrt"
    shutil.rmtree(site / "tensorrt")
    monkeypatch.delitem(sys.modules, "tensorrt")
    assert load(artifact).name == "onnxruntime-cuda"
    shutil.rmtree(site / "onnxruntime" / "capi")
    assert load(artifact).name == "openvino"


def test_a_profile_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValidationError, match="usual_batch must not be more than largest_batch"):
        TensorRtOptions(usual_batch=64)
