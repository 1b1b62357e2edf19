"""The answers that runtimes are judged by, and that a runtime which answers otherwise is not used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from monitor.errors import ArtifactError, RuntimeUnavailable
from monitor.model.artifact import Artifact, sha256
from monitor.model.reference import FILE, QUICK, SAMPLES, Reference, made_inputs
from monitor.model.runtimes import OnnxRuntime, configured, load
from monitor.plugin.registry import Plugins, Registration
from monitor.settings import load_settings
from monitor_face.expression.analyzer import SHIPPED as FACE
from monitor_people.appearance.network import SHIPPED as APPEARANCE
from monitor_retrieval.analyzer import SHIPPED as RETRIEVAL
from monitor_scene.analyzer import SHIPPED as SCENE


@pytest.fixture
def reference(artifact: Artifact) -> Reference:
    """That of the artifact, kept beside it."""
    found = Reference.of(artifact, OnnxRuntime(artifact))
    found.write(artifact)
    return found


def test_made_pictures_are_alike_whatever_their_number_and_have_every_brightness(artifact: Artifact) -> None:
    many, few = made_inputs(artifact.manifest, SAMPLES), made_inputs(artifact.manifest, QUICK)
    np.testing.assert_array_equal(many[:QUICK], few)
    assert many.shape == (SAMPLES, 3, 8, 8)
    assert many.dtype == np.float32
    assert (many.min(), many.max()) == (0.0, 1.0)
    assert np.ptp(many.mean(axis=(1, 2, 3))) > 0.6
    shifted = artifact.manifest.model_copy(update={"mean": (0.5, 0.5, 0.5), "std": (0.25, 0.25, 0.25)})
    np.testing.assert_allclose(made_inputs(shifted, QUICK), (few - 0.5) / 0.25, atol=1e-6)


def test_made_pictures_never_change(artifact: Artifact) -> None:
    """Kept answers would be wrong if they did."""
    np.testing.assert_allclose(made_inputs(artifact.manifest, 1)[0, :, 3, 4], [0.772931, 0.827718, 0.785235], atol=1e-6)


def test_what_is_read_is_what_was_written(artifact: Artifact, reference: Reference) -> None:
    read = Reference.read(artifact)
    assert read is not None
    np.testing.assert_array_equal(read.outputs[0], reference.outputs[0])
    assert len(read.outputs[0]) == SAMPLES


def test_one_of_another_model_counts_as_none(artifact: Artifact, reference: Reference) -> None:
    other = artifact.manifest.model_copy(update={"sha256": "0" * 64})
    assert Reference.read(Artifact(artifact.folder, other)) is None


def test_a_damaged_file_is_one_line_that_says_what_to_do(artifact: Artifact, reference: Reference) -> None:
    (artifact.folder / FILE).write_bytes(b"PK nothing")
    with pytest.raises(ArtifactError, match=r"reference\.npz cannot be read .*`monitor models reference .*` makes it"):
        load(artifact)


def test_agreement_counts_the_largest_difference_and_the_same_labels(artifact: Artifact) -> None:
    reference = Reference((np.array([[0.9, 0.1], [0.4, 0.6], [0.49, 0.51]], np.float32),))
    agreement = reference.agreement(
        artifact.manifest, [np.array([[0.89, 0.11], [0.4, 0.6], [0.505, 0.495]], np.float32)]
    )
    assert agreement.difference == pytest.approx(0.015)
    assert agreement.same_top == pytest.approx(2 / 3)
    assert not agreement.is_close  # because of the label
    few = reference.agreement(artifact.manifest, [np.array([[0.89, 0.11]], np.float32)])
    assert (few.is_close, few.same_top) == (True, 1.0)
    assert not reference.agreement(artifact.manifest, [np.full((3, 2), np.nan, np.float32)]).is_close


def test_numbers_that_are_no_probabilities_count_by_the_largest_of_them(artifact: Artifact) -> None:
    vectors = artifact.manifest.model_copy(update={"labels": ()})
    agreement = Reference((np.array([[40.0, -80.0]], np.float32),)).agreement(
        vectors, [np.array([[40.8, -80.0]], np.float32)]
    )
    assert agreement.difference == pytest.approx(0.01)
    assert agreement.same_top is None
    fine = vectors.model_copy(update={"full_precision": True})
    assert (
        not Reference((np.array([[40.0, -80.0]], np.float32),))
        .agreement(fine, [np.array([[40.8, -80.0]], np.float32)])
        .is_close
    )


class Wrong(OnnxRuntime):
    """Answers with the labels in reverse order."""

    name = "wrong"

    def outputs(self, batch: np.ndarray) -> list[np.ndarray]:
        return [each[:, ::-1] for each in super().outputs(batch)]


class Broken(OnnxRuntime):
    """Loads every model and runs none."""

    name = "broken"

    def outputs(self, batch: np.ndarray) -> list[np.ndarray]:
        raise MemoryError("the device is full\nof other things")


@pytest.fixture
def with_runtimes() -> Callable[[type], Plugins]:
    """A function that puts a runtime before all others."""

    def put(kind: type[OnnxRuntime]) -> Plugins:
        plugins = Plugins()
        others = dict(plugins.runtimes)
        plugins.runtimes.clear()
        plugins.runtimes[kind.name] = Registration("runtimes", kind.name, kind, "tests")
        plugins.runtimes.update(others)
        return plugins

    return put


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Wrong, r"wrong does not answer as tiny should: it is 0\.\d+ off, 0\.02 is allowed"),
        (Broken, r"broken cannot run tiny \(MemoryError: the device is full of other things\)"),
    ],
)
def test_a_runtime_that_does_not_reproduce_the_reference_is_not_used(
    artifact: Artifact,
    reference: Reference,
    with_runtimes: Callable[[type], Plugins],
    kind: type[OnnxRuntime],
    message: str,
) -> None:
    with with_runtimes(kind).in_use():
        assert load(artifact).name == "openvino"
        with pytest.raises(RuntimeUnavailable, match=message):
            load(artifact, kind.name)
        (artifact.folder / FILE).unlink()
        assert load(artifact).name == kind.name  # an artifact from before there were references


def test_who_asks_for_a_lower_precision_accepts_its_differences(
    artifact: Artifact, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered = Reference((1 - reference.outputs[0],))
    altered.write(artifact)
    with pytest.raises(RuntimeUnavailable, match="no runtime can run"):
        load(artifact)
    monkeypatch.setattr("monitor.model.runtimes.openvino.chosen_precision", lambda *_: "fp32")  # any processor can
    with configured(load_settings(precision="bf16")):
        assert load(artifact).name == "openvino"


@pytest.mark.parametrize("folder", [FACE, SCENE, RETRIEVAL, APPEARANCE], ids=lambda path: path.parent.name)
def test_shipped_models_have_one_and_openvino_reproduces_it(folder: Path) -> None:
    artifact = Artifact.read(folder)
    assert Reference.read(artifact) is not None
    assert load(artifact, "openvino").name == "openvino"


def test_a_changed_weight_is_noticed(artifact: Artifact, reference: Reference) -> None:
    model = onnx.load(artifact.model)
    (weights,) = (each for each in model.graph.initializer if each.name == "weights")
    weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights)[:, ::-1].copy(), "weights"))
    onnx.save(model, artifact.model)
    changed = Artifact.write(artifact.folder, artifact.manifest.model_copy(update={"sha256": sha256(artifact.model)}))
    reference.write(changed)
    with pytest.raises(RuntimeUnavailable, match="openvino does not answer as tiny should"):
        load(changed, "openvino")
