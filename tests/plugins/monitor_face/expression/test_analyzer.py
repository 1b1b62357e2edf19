"""The analyzer `face-fusion`: the shipped model through the real runtimes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import ArtifactError, ConfigError
from monitor.model.artifact import Artifact
from monitor.sample import Face, Frame, Sample
from monitor.testing import check_analyzer, make_samples
from monitor.testing.samples import PORTRAIT_MESH
from monitor_face.expression.analyzer import SHIPPED, FaceFusion
from monitor_face.expression.face_input import FaceInput

LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_the_analyzer_keeps_its_contract(runtime: str) -> None:
    check_analyzer(FaceFusion(runtime=runtime))


def test_the_labels_are_those_of_the_manifest_in_its_order() -> None:
    analyzer = FaceFusion(runtime="onnxruntime")
    assert analyzer.labels == LABELS
    (observation,) = analyzer.analyze(make_samples()[1:2])[0]
    assert tuple(observation.scores) == LABELS


def test_a_smile_is_a_smile() -> None:
    """The portrait of the samples smiles broadly; with its mesh, without it, and mirrored."""
    analyzer = FaceFusion(runtime="onnxruntime")
    faces = [seen for sample in analyzer.analyze(make_samples()) for seen in sample]
    assert len(faces) == 9
    assert {seen.top for seen in faces} == {"happiness"}
    sample = make_samples()[1]
    image = np.ascontiguousarray(sample.frame.image[:, ::-1])
    left, top, right, bottom = sample.faces[0].box
    mirrored = Sample(
        Frame(image, 0.0, 1, 0, source_name="mirror"), (Face((1 - right, top, 1 - left, bottom), 0.9, None, 1),)
    )
    assert analyzer.analyze([mirrored])[0][0].top == "happiness"


def test_both_runtimes_agree() -> None:
    samples = make_samples()
    answers = [FaceFusion(runtime=name).analyze(samples) for name in ("openvino", "onnxruntime")]
    for one, other in zip(*answers, strict=True):
        for first, second in zip(one, other, strict=True):
            np.testing.assert_allclose(list(first.scores.values()), list(second.scores.values()), atol=1e-4)


def test_an_observation_carries_face_and_frame() -> None:
    sample = make_samples("here")[3]
    seen = FaceFusion(runtime="onnxruntime").analyze([sample])[0]
    assert [each.subject for each in seen] == [face.track for face in sample.faces]
    assert [each.box for each in seen] == [face.box for face in sample.faces]
    assert [each.confidence for each in seen] == [face.score for face in sample.faces]
    assert {(each.source, each.seconds) for each in seen} == {("here", sample.frame.seconds)}


def test_the_answer_does_not_depend_on_batch_size_or_order() -> None:
    """Batch sizes 1 (of the first 64) and 64 forwards, and 256 backwards; every second face has landmarks."""
    generator = np.random.default_rng(0)
    mesh = np.load(PORTRAIT_MESH, allow_pickle=False)
    samples = []
    for index in range(256):
        image = np.repeat(generator.integers(0, 256, (64, 64, 1), np.uint8), 3, axis=2)
        shaken = (mesh * generator.uniform(0.7, 1.3) + generator.normal(0, 0.01, mesh.shape)).astype(np.float32)
        face = Face((0.0, 0.0, 1.0, 1.0), 1.0, shaken if index % 2 else None, 1)
        samples.append(Sample(Frame(image, 0.0, 1, 0, source_name="noise"), (face,)))
    analyzer = FaceFusion(runtime="onnxruntime")

    def answers(size: int, samples: list[Sample]) -> list[list[float]]:
        batches = [samples[start : start + size] for start in range(0, len(samples), size)]
        return [list(seen[0].scores.values()) for batch in batches for seen in analyzer.analyze(batch)]

    alone, some = answers(1, samples[:64]), answers(64, samples)
    assert np.std(alone, axis=0).max() > 0.01
    np.testing.assert_allclose(some[:64], alone, atol=2e-5)
    np.testing.assert_allclose(answers(256, samples[::-1])[::-1], some, atol=2e-5)


def test_the_landmarks_count() -> None:
    """The same picture, aligned alike, with the mouth's landmarks elsewhere."""
    sample = make_samples()[1]
    (face,) = sample.faces
    assert face.mesh is not None
    moved = face.mesh.copy()
    moved[[0, 17, 13, 14, 39, 181, 269, 405], 1] += 0.05
    analyzer = FaceFusion(runtime="onnxruntime")
    one, other = (
        analyzer.analyze([Sample(sample.frame, (Face(face.box, 0.9, mesh, 1),))])[0][0] for mesh in (face.mesh, moved)
    )
    assert max(abs(np.log(one.scores[label] / other.scores[label])) for label in analyzer.labels) > 0.01


def test_the_network_gets_the_face_input_of_every_face(monkeypatch: pytest.MonkeyPatch) -> None:
    """What reaches the network is what `FaceInput` makes, as in training."""
    sample = make_samples()[3]
    analyzer = FaceFusion(runtime="onnxruntime")
    batches = []

    class Spy:
        name = "spy"

        def run(self, batch: np.ndarray) -> np.ndarray:
            batches.append(batch)
            return np.full((len(batch), 8), 1 / 8, np.float32)

    monkeypatch.setattr(analyzer, "_runtime", Spy())
    analyzer.analyze([sample])
    takes = FaceInput(Artifact.read(SHIPPED).manifest)
    faces = np.stack([takes(sample.frame.image, face.mesh, face.box) for face in sample.faces])
    np.testing.assert_array_equal(batches[0], takes.batch(faces))


def test_after_close_it_says_so() -> None:
    analyzer = FaceFusion(runtime="onnxruntime")
    analyzer.close()
    analyzer.close()
    assert analyzer.analyze([]) == []
    with pytest.raises(RuntimeError, match="closed"):
        analyzer.analyze(make_samples()[1:2])


def test_an_unknown_runtime_is_an_error() -> None:
    with pytest.raises(ConfigError, match="onnxruntime"):
        FaceFusion(runtime="onnxruntme")


def test_a_model_for_other_input_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(SHIPPED, tmp_path / "artifact")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"colour": "rgb"}))
    with pytest.raises(ArtifactError, match="a square grey or rgb picture, with or without a heatmap, not rgb"):
        FaceFusion(folder)


def test_the_shipped_model_is_small_and_says_where_it_comes_from() -> None:
    manifest = Artifact.read(SHIPPED).manifest
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 12 * 2**20
    assert manifest.input_shape == (2, 64, 64)
    assert manifest.trainer == "face-fusion"
    assert len(manifest.commit) == 40
    assert "FER+" in manifest.training_data
    assert float(manifest.metrics["accuracy"]) >= 0.84  # type: ignore[arg-type]
    assert float(manifest.metrics["calibration_error"]) <= 0.03  # type: ignore[arg-type]
