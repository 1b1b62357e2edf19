"""An artifact or a table is measured on the test pictures alone, one at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ArtifactError, ConfigError
from monitor.model.artifact import Artifact
from monitor.model.runtimes import OnnxRuntime, load
from monitor.sample import Sample
from monitor.testing.samples import make_samples
from monitor_scene.analyzer import SceneSentiment as Analyzer
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.splits import DataSet
from monitor_train.scene.data import is_positive, read
from monitor_train.scene.evaluate import evaluate, positive
from monitor_train.scene.probability_table import write_table
from tests.plugins.monitor_scene.conftest import write_brightness
from tests.trainers.monitor_train.made_scenes import write_scenes


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    return write_scenes(tmp_path / "scenes", ("positive", "negative"), 20)


def by_hand(scenes: LabelledPictures) -> NDArray[np.float64]:
    """What the artifact `brightness` says of pictures that have its size."""
    levels = np.array([scenes.read(index).mean() / 255 for index in range(len(scenes))])
    return 1 / (1 + np.exp(-8 * (levels - 0.5)))


def test_an_artifact_and_its_table_have_the_same_figures(scenes: Path, tmp_path: Path) -> None:
    artifact = write_brightness(tmp_path / "artifact", size=32)
    test = read(DataSet(scenes, "folders"))["test"]
    np.testing.assert_allclose(positive(artifact, test)[1], by_hand(test), atol=1e-5)
    write_table(tmp_path / "said.parquet", test.names, by_hand(test))
    of_artifact, of_table = (
        evaluate(path, DataSet(scenes, "folders")) for path in (artifact, tmp_path / "said.parquet")
    )
    assert of_artifact.pop("model") == "brightness 1"
    assert of_artifact.pop("runtime") == "onnxruntime"
    assert of_table.pop("model") == "said.parquet"
    assert of_table.pop("calibration_error") == pytest.approx(of_artifact.pop("calibration_error"), abs=1e-4)
    assert of_artifact == of_table
    assert of_artifact["data"] == "folders test"
    assert of_artifact["pictures"] == 8


def test_two_models_are_compared_on_the_same_pictures(scenes: Path, tmp_path: Path) -> None:
    test = read(DataSet(scenes, "folders"))["test"]
    truth = is_positive(test).astype(float)
    write_table(tmp_path / "right.parquet", test.names, truth)
    write_table(tmp_path / "wrong.parquet", test.names, 1 - truth)
    figures = evaluate(tmp_path / "right.parquet", DataSet(scenes, "folders"), tmp_path / "wrong.parquet")["against"]
    assert figures["model"] == "wrong.parquet"
    assert (figures["accuracy"], figures["auc"]) == (1.0, 1.0)


def test_the_label_positive_is_found_wherever_it_stands(scenes: Path, tmp_path: Path) -> None:
    test = read(DataSet(scenes, "folders"))["test"]
    turned = write_brightness(tmp_path / "turned", size=32, labels=("negative", "positive"))
    np.testing.assert_allclose(positive(turned, test)[1], 1 - by_hand(test), atol=1e-5)
    with pytest.raises(ArtifactError, match="and no positive among them"):
        positive(write_brightness(tmp_path / "other", size=32, labels=("good", "bad")), test)


def test_pictures_are_run_one_at_a_time(scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    outputs = OnnxRuntime.outputs

    def spy(self: OnnxRuntime, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        sizes.append(len(batch))
        return outputs(self, batch)

    monkeypatch.setattr(OnnxRuntime, "outputs", spy)
    artifact = Artifact.read(write_brightness(tmp_path / "artifact", size=32))
    evaluate(artifact.folder, DataSet(scenes, "folders"))
    assert sizes == [1] * 8


def test_what_the_monitor_runs_a_model_with_is_measured_and_named(scenes: Path, tmp_path: Path) -> None:
    """`auto` is the runtime that an analyzer gets; another is taken where it is asked for."""
    artifact = write_brightness(tmp_path / "artifact", size=32)
    shipped = Analyzer(artifact, "auto")
    figures = {name: evaluate(artifact, DataSet(scenes, "folders"), runtime=name) for name in ("auto", "onnxruntime")}
    assert figures["auto"]["runtime"] == load(Artifact.read(artifact)).name == "openvino"
    assert figures["onnxruntime"]["runtime"] == "onnxruntime"
    test = read(DataSet(scenes, "folders"))["test"]
    frames = [replace(make_samples()[0].frame, image=test.read(index)) for index in range(len(test))]
    samples = [Sample(frame, ()) for frame in frames]
    expected = [found[0].scores["positive"] for found in shipped.analyze(samples)]
    np.testing.assert_array_equal(positive(artifact, test, "auto")[1], expected)


def test_what_is_not_there_is_named(scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"manifest\.json is missing: .*gone is not a model artifact"):
        evaluate(tmp_path / "gone", DataSet(scenes, "folders"))
    with pytest.raises(ConfigError, match=r"gone\.parquet is not a table"):
        evaluate(tmp_path / "gone.parquet", DataSet(scenes, "folders"))
