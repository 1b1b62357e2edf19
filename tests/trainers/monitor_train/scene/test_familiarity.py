"""A scene model is taught what its training pictures are like; its features are computed by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.covariance import LedoitWolf

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact
from monitor.model.picture_input import network_input
from monitor.model.runtimes import OnnxRuntime
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.splits import DataSet
from monitor_train.scene.data import read
from monitor_train.scene.familiarity import expose, fit, measure
from tests.plugins.monitor_scene.conftest import write_brightness
from tests.trainers.monitor_train.made_scenes import write_scenes


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("scenes"), ("positive", "negative"), 60)


@pytest.fixture(scope="module")
def taught(scenes: Path, tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    """The model whose features are the mean and the deviation of each colour."""
    folder = write_brightness(tmp_path_factory.mktemp("model") / "artifact", size=32)
    return fit(folder, DataSet(scenes, "folders"), layer="pictures")


def by_hand(artifact: Artifact, pictures: LabelledPictures) -> np.ndarray:
    batch = network_input(np.stack([pictures.read(index) for index in range(len(pictures))]), artifact.manifest)
    return np.concatenate([batch.mean(axis=(2, 3)), batch.std(axis=(2, 3))], axis=1)


def test_features_are_mean_and_deviation_of_each_channel(taught: Artifact, scenes: Path) -> None:
    test = read(DataSet(scenes, "folders"))["test"]
    batch = network_input(np.stack([test.read(index) for index in range(len(test))]), taught.manifest)
    _, features = OnnxRuntime(taught).outputs(batch)
    np.testing.assert_allclose(features, by_hand(taught, test), atol=1e-4)


def test_training_pictures_give_the_gaussian_and_validation_pictures_the_percentiles(
    taught: Artifact, scenes: Path
) -> None:
    known, splits = taught.familiarity(), read(DataSet(scenes, "folders"))
    assert known is not None
    expected = LedoitWolf().fit(by_hand(taught, splits["train"]))
    np.testing.assert_allclose(known.mean, expected.location_, atol=1e-4)
    np.testing.assert_allclose(known.precision, expected.precision_, rtol=0.02, atol=0.05)
    validation = known.distance(by_hand(taught, splits["valid"]).astype(np.float32))
    assert known.distances[[0, -1]] == pytest.approx([validation.min(), validation.max()], rel=1e-2)


def test_test_pictures_are_measured_beside_other_files(taught: Artifact, scenes: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    own, other = measure(taught.folder, DataSet(scenes, "folders"), [tmp_path / "noise.png"])
    assert own["pictures"] == "folders test"
    assert own["count"] == len(read(DataSet(scenes, "folders"))["test"])
    assert own["far_interval"][0] <= own["far"] <= own["far_interval"][1]
    assert other == {"pictures": "noise.png", "count": 1, "median": pytest.approx(100), "far": 1.0}


def test_a_second_time_the_model_stays_as_it_is(taught: Artifact) -> None:
    before = taught.model.read_bytes()
    expose(taught.model)
    assert taught.model.read_bytes() == before


def test_a_layer_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    folder = write_brightness(tmp_path / "artifact")
    with pytest.raises(ArtifactError, match="has no layer middle; its layers are pictures, mean, column"):
        expose(folder / "model.onnx", "middle")


def test_a_model_that_was_not_taught_says_what_teaches_it(scenes: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="`monitor familiarity fit` adds them"):
        measure(write_brightness(tmp_path / "artifact", size=32), DataSet(scenes, "folders"))
