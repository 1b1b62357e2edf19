"""The analyzer `affective-retrieval`, with a model that can be computed by hand, through the real runtimes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ArtifactError, ConfigError
from monitor.model.artifact import Artifact
from monitor.plugin.registry import Plugins
from monitor.sample import Frame, Sample
from monitor.testing import check_analyzer, make_samples
from monitor_retrieval.analyzer import SHIPPED, AffectiveRetrieval
from tests.plugins.monitor_retrieval.conftest import LABELS, by_hand, quadrants, write_model


def sample(image: NDArray[np.uint8]) -> Sample:
    return Sample(Frame(image, 1.5, 1, 3, source_name="here"))


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_the_analyzer_keeps_its_contract(made_model: Path, runtime: str) -> None:
    check_analyzer(AffectiveRetrieval(made_model, runtime))


@pytest.mark.parametrize(("runtime", "tolerance"), [("onnxruntime", 1e-5), ("openvino", 0.02)])
@pytest.mark.parametrize("hue", [0, 100, 200])
def test_what_it_says_can_be_computed_by_hand(made_model: Path, runtime: str, tolerance: float, hue: int) -> None:
    (seen,) = AffectiveRetrieval(made_model, runtime).analyze([sample(quadrants(hue))])[0]
    probabilities, vector = by_hand(quadrants(hue))
    assert list(seen.scores) == list(LABELS)
    assert list(seen.scores.values()) == pytest.approx(probabilities.tolist(), abs=tolerance)
    assert seen.vector == pytest.approx(vector, abs=tolerance)


def test_an_observation_is_of_the_whole_frame(made_model: Path) -> None:
    (seen,) = AffectiveRetrieval(made_model).analyze([sample(quadrants(9))])[0]
    assert (seen.subject, seen.box, seen.confidence) == (None, None, 1.0)
    assert (seen.analyzer, seen.source, seen.seconds) == ("affective-retrieval", 1, 1.5)


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_vectors_have_unit_length_whatever_the_network_says(other_model: Path, runtime: str) -> None:
    """This network repeats its vector, so its length is the square root of two."""
    for seen in AffectiveRetrieval(other_model, runtime).analyze(make_samples()):
        assert seen[0].vector is not None
        assert (seen[0].vector.dtype, seen[0].vector.shape) == (np.float32, (24,))
        assert np.linalg.norm(seen[0].vector) == pytest.approx(1, abs=1e-6)


def test_the_labels_are_told_apart_by_the_manifest(tmp_path: Path) -> None:
    model = write_model(tmp_path / "turned", labels=LABELS[::-1])
    (seen,) = AffectiveRetrieval(model, "onnxruntime").analyze([sample(quadrants(30))])[0]
    assert [seen.scores[label] for label in LABELS[::-1]] == pytest.approx(by_hand(quadrants(30))[0].tolist(), abs=1e-5)


@pytest.mark.parametrize("labels", [("positive", "negative"), (*LABELS[:7], "joy"), (*LABELS, "awe")])
def test_a_model_with_other_labels_is_refused(tmp_path: Path, labels: tuple[str, ...]) -> None:
    with pytest.raises(ArtifactError, match=r"its labels must be amusement, anger, awe, .* sadness, not "):
        AffectiveRetrieval(write_model(tmp_path / "other", labels=labels))


def test_a_model_without_vectors_is_refused(tmp_path: Path) -> None:
    model = write_model(tmp_path / "short", outputs=1)
    with pytest.raises(ArtifactError, match=r"second output must be a vector .* its outputs are \(1, 8\)$"):
        AffectiveRetrieval(model)


def test_a_model_with_very_long_vectors_is_refused(tmp_path: Path) -> None:
    AffectiveRetrieval(write_model(tmp_path / "long", numbers=512))
    with pytest.raises(ArtifactError, match=r"at most 512 numbers .* outputs are \(1, 8\), \(1, 513\)$"):
        AffectiveRetrieval(write_model(tmp_path / "longer", numbers=513))


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_the_shipped_model_keeps_the_contract(runtime: str) -> None:
    check_analyzer(AffectiveRetrieval(runtime=runtime))


def test_the_shipped_model_is_small_and_says_where_it_comes_from() -> None:
    manifest = Artifact.read(SHIPPED).manifest
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 12 * 2**20
    assert manifest.trainer == "affective-retrieval"
    assert manifest.metrics["test_pictures"] == 1635
    assert manifest.metrics["accuracy"] >= 0.60
    assert manifest.metrics["map"] >= 0.46
    assert manifest.metrics["vector_length"] <= 512


def test_the_shipped_model_gives_the_same_vectors_on_every_runtime() -> None:
    samples = [sample(quadrants(hue)) for hue in range(0, 250, 50)]
    one, other = (
        np.stack([seen.vector for (seen,) in AffectiveRetrieval(runtime=runtime).analyze(samples)])
        for runtime in ("openvino", "onnxruntime")
    )
    assert (np.sum(one * other, axis=1) > 0.999).all()


def test_a_damaged_model_is_refused(made_model: Path) -> None:
    (made_model / "model.onnx").write_bytes(b"")
    with pytest.raises(ArtifactError, match="the file was altered"):
        Plugins().get("analyzers", "affective-retrieval").make({"artifact": made_model})


def test_an_unknown_runtime_is_an_error(made_model: Path) -> None:
    with pytest.raises(ConfigError, match="onnxruntime"):
        AffectiveRetrieval(made_model, "onnxruntme")


def test_after_close_it_says_so(made_model: Path) -> None:
    analyzer = AffectiveRetrieval(made_model)
    analyzer.close()
    analyzer.close()
    assert analyzer.analyze([]) == []
    with pytest.raises(RuntimeError, match="closed"):
        analyzer.analyze([sample(quadrants(0))])
