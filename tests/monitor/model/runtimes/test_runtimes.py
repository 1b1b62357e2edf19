from __future__ import annotations

import locale
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from monitor.errors import ArtifactError, ConfigError, RuntimeUnavailable
from monitor.model import compiled
from monitor.model.artifact import Artifact, sha256
from monitor.model.runtimes import OpenVino, import_openvino, load
from monitor.model.runtimes import openvino as runtimes_openvino
from monitor.model.runtimes.precision import PrecisionOption
from monitor.plugin.registry import Plugins

TOLERANCE = 1e-5
"""Of a probability."""


def by_hand(artifact, batch):
    """What the network of the fixture computes, slowly and obviously."""
    weights = {each.name: numpy_helper.to_array(each) for each in onnx.load(artifact.model).graph.initializer}
    padded = np.pad(batch.astype(np.float64), ((0, 0), (0, 0), (1, 1), (1, 1)))
    features = np.zeros((len(batch), 4, 8, 8))
    for row in range(8):
        for column in range(8):
            patch = padded[:, :, row : row + 3, column : column + 3]
            features[:, :, row, column] = np.einsum("bcij,ocij->bo", patch, weights["kernel"])
    logits = np.maximum(features, 0).mean(axis=(2, 3)) @ weights["weights"]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_runtime_computes_what_the_network_says_at_every_batch_size(artifact, name, size):
    runtime = load(artifact, name)
    batch = np.random.default_rng(size).uniform(0, 1, (size, 3, 8, 8)).astype(np.float32)
    assert runtime.name == name
    np.testing.assert_allclose(runtime.run(batch), by_hand(artifact, batch), atol=TOLERANCE)


def test_models_that_are_loaded_at_once_leave_the_locale_as_it_was(artifact):
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        for _ in range(3):
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(OpenVino, [artifact] * 4))
            assert locale.setlocale(locale.LC_CTYPE) == "C.UTF-8"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setattr(compiled, "user_cache_path", lambda name, appauthor: folder)
    return folder


def test_a_network_is_read_once_for_each_machine(artifact, cache, monkeypatch):
    batch = np.random.default_rng(0).uniform(0, 1, (2, 3, 8, 8)).astype(np.float32)
    first = OpenVino(artifact).run(batch)
    monkeypatch.setattr(runtimes_openvino, "_keep", None)  # not called again
    np.testing.assert_array_equal(OpenVino(artifact).run(batch), first)
    assert not list(cache.rglob("tmp*"))


@pytest.mark.parametrize("ending", ["bin", "xml"])
def test_a_kept_network_that_is_damaged_is_made_anew(artifact, cache, ending):
    batch = np.random.default_rng(0).uniform(0, 1, (2, 3, 8, 8)).astype(np.float32)
    first = OpenVino(artifact).run(batch)
    (kept,) = cache.rglob(f"model.{ending}")
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2])
    for blob in cache.rglob("*.blob"):
        blob.unlink()
    np.testing.assert_array_equal(OpenVino(artifact).run(batch), first)
    assert kept.stat().st_size == len(whole)


def test_a_network_that_cannot_be_kept_runs_all_the_same(artifact, cache, monkeypatch):
    def full(*_, **__):
        raise RuntimeError("no space left on device")

    monkeypatch.setattr(import_openvino(), "save_model", full)
    batch = np.random.default_rng(0).uniform(0, 1, (2, 3, 8, 8)).astype(np.float32)
    np.testing.assert_allclose(OpenVino(artifact).run(batch), by_hand(artifact, batch), atol=TOLERANCE)
    assert not list(cache.rglob("model.*"))


FIRST_TABLES = """
import os, sys, threading
from monitor.model.runtimes import import_openvino

openvino, start = import_openvino(), threading.Barrier(4)


def use():  # as the first inference does
    start.wait()
    openvino.Type.f32.to_dtype()


sys.setswitchinterval(1e-6)  # so that they meet
threads = [threading.Thread(target=use, daemon=True) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
os._exit(0)
"""


def test_threads_whose_first_inferences_meet_do_not_wait_for_ever():
    subprocess.run([sys.executable, "-c", FIRST_TABLES], check=True, timeout=60)


@pytest.fixture
def talkative(artifact):
    """The network of the fixture, which also says what it saw: its second output is the mean of every edge filter."""
    model = onnx.load(artifact.model)
    model.graph.output.append(onnx.helper.make_tensor_value_info("flat", onnx.TensorProto.FLOAT, ["batch", 4]))
    onnx.save(model, artifact.model)
    return Artifact.write(
        artifact.folder, artifact.manifest.model_copy(update={"sha256": sha256(artifact.model), "name": "talkative"})
    )


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_all_outputs_come_in_the_order_of_the_model(talkative, name):
    runtime = load(talkative, name)
    batch = np.random.default_rng(4).uniform(0, 1, (3, 3, 8, 8)).astype(np.float32)
    probabilities, features = runtime.outputs(batch)
    weights = {each.name: numpy_helper.to_array(each) for each in onnx.load(talkative.model).graph.initializer}[
        "weights"
    ]
    powers = np.exp(features @ weights)
    np.testing.assert_array_equal(probabilities, runtime.run(batch))
    assert features.shape == (3, 4)
    np.testing.assert_allclose(probabilities, powers / powers.sum(axis=1, keepdims=True), atol=5 * TOLERANCE, rtol=0)
    before = features.copy()
    runtime.outputs(1 - batch)
    np.testing.assert_array_equal(features, before)  # the next batch does not write over them


def test_openvino_computes_in_single_precision_where_the_artifact_needs_it(artifact):
    needy = Artifact.write(artifact.folder, artifact.manifest.model_copy(update={"full_precision": True}))
    batch = np.random.default_rng(5).uniform(0, 1, (3, 3, 8, 8)).astype(np.float32)
    faster = PrecisionOption(precision=next((name for name in ("bf16", "fp16") if can(name)), "auto"))
    np.testing.assert_allclose(OpenVino(needy, faster).run(batch), by_hand(needy, batch), atol=1e-5)


def can(precision):
    """Whether OpenVINO computes in it on this processor."""
    return precision.upper() in import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def test_openvino_answers_a_sample_alike_in_every_batch(artifact):
    runtime = load(artifact, "openvino")
    batch = np.random.default_rng(0).uniform(0, 1, (9, 3, 8, 8)).astype(np.float32)
    alone = np.concatenate([runtime.run(sample[None]) for sample in batch])
    np.testing.assert_array_equal(runtime.run(batch), alone)
    np.testing.assert_array_equal(runtime.run(batch[::-1])[::-1], alone)


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_an_answer_keeps_its_numbers_while_the_next_batch_runs(artifact, name):
    runtime = load(artifact, name)
    first = np.zeros((1, 3, 8, 8), np.float32)
    second = np.ones((1, 3, 8, 8), np.float32)
    answer = runtime.run(first)
    assert abs(runtime.run(second) - 0.5).max() > 0.01
    np.testing.assert_allclose(answer, [[0.5, 0.5]])


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_a_read_only_batch_is_fine(artifact, name):
    batch = np.ones((1, 3, 8, 8), np.float32)
    batch.setflags(write=False)
    assert load(artifact, name).run(batch).shape == (1, 2)


@pytest.mark.parametrize(
    "use",
    [
        "from monitor.model.runtimes import load; load(Artifact.read(sys.argv[1]), 'openvino')",
        "from monitor_face.detection.full_range import FullRange; FullRange()",
    ],
)
def test_openvino_tells_nobody(artifact, use):
    """In a process of its own: OpenVINO finds no telemetry, and nothing is forked."""
    script = f"""
import os, sys
os.register_at_fork(before=lambda: print("forked"))
from monitor.model.artifact import Artifact
{use}
from openvino.tools.ovc import telemetry_utils
print(telemetry_utils.tm.__name__)
"""
    words = [sys.executable, "-c", script, str(artifact.folder)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["openvino.tools.ovc.telemetry_stub"]


def test_auto_takes_the_first_that_works(artifact):
    assert load(artifact).name == "openvino"


@pytest.fixture
def without(monkeypatch):
    """A function that makes a package impossible to import."""
    return lambda *packages: [monkeypatch.setitem(sys.modules, package, None) for package in packages]


def test_auto_passes_over_what_does_not_load(artifact, without):
    without("openvino")
    assert load(artifact).name == "onnxruntime"


def test_an_explicit_choice_that_cannot_be_honoured_is_an_error(artifact, without):
    without("openvino")
    with pytest.raises(RuntimeUnavailable, match="openvino does not load here"):
        load(artifact, "openvino")


def test_when_nothing_works_every_reason_is_given(artifact, without):
    without("openvino", "onnxruntime")
    with pytest.raises(
        RuntimeUnavailable, match=r"no runtime can run .*openvino does not load.*; onnxruntime does not"
    ):
        load(artifact)


def test_an_unknown_runtime_names_the_nearest(artifact):
    with pytest.raises(ConfigError, match="unknown runtime 'openvina'; did you mean 'openvino'"):
        load(artifact, "openvina")


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_a_file_that_is_no_network_is_one_clear_line(artifact, name):
    artifact.model.write_bytes(b"no network at all")
    manifest = artifact.manifest.model_copy(update={"sha256": sha256(artifact.model)})
    with pytest.raises(RuntimeUnavailable, match=rf"{name} cannot run .*model\.onnx: ") as caught:
        load(Artifact.write(artifact.folder, manifest), name)
    assert "\n" not in str(caught.value)


def test_an_altered_artifact_never_reaches_a_runtime(artifact):
    data = bytearray(artifact.model.read_bytes())
    data[-3] ^= 1
    artifact.model.write_bytes(data)
    with pytest.raises(ArtifactError, match="altered"):
        Artifact.read(artifact.folder)


def test_a_runtime_of_a_plugin_is_tried_after_the_engines_own(artifact, make_plugin, without):
    code = """
from monitor.plugin import hookimpl

class Abacus:
    name = "abacus"

    def __init__(self, artifact):
        self.labels = artifact.manifest.labels

    def run(self, batch):
        return batch

    def outputs(self, batch):
        return [batch]

@hookimpl
def register_runtimes(register):
    register("abacus", Abacus)
"""
    make_plugin("abacus", code)
    assert load(artifact).name == "openvino"
    without("openvino", "onnxruntime")
    assert load(artifact).name == "abacus"
    assert load(artifact, "abacus").labels == ("yes", "no")
    with Plugins(["abacus"]).in_use(), pytest.raises(RuntimeUnavailable, match="no runtime can run"):
        load(artifact)
