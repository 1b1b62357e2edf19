"""All steps from pictures to the three rows of table 1, on generated pictures and with small networks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.model.artifact import Artifact
from monitor_scene.analyzer import SceneSentiment
from monitor_train.pictures import classifier as picture_classifier
from monitor_train.pictures.layouts import MIKELS
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataSet
from monitor_train.scene import comparison as scene_comparison
from monitor_train.scene.anp import bank as anp_bank
from monitor_train.scene.anp import features as scene_features
from monitor_train.scene.anp import teacher as anp_teacher
from monitor_train.scene.anp.options import Choice
from monitor_train.scene.comparison import compare, lines
from monitor_train.scene.data import read
from monitor_train.scene.evaluate import evaluate
from monitor_train.scene.profile import Settings
from tests.trainers.monitor_train.made_scenes import write_scenes
from tests.trainers.monitor_train.small_networks import save_weights, small_network


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene_features, "make_network", small_network)
        for module in (scene_features, anp_bank):
            patch.setattr(module, "SIZE", 32)  # that of the pictures
        patch.setattr(picture_classifier, "make_network", small_network)
        yield


def test_from_pictures_to_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, out = write_scenes(tmp_path / "scenes", MIKELS, 12), tmp_path / "out"
    weights = str(save_weights(tmp_path / "small.safetensors"))
    choice = Choice("salient", detector="bank", saliency="spectral", init=weights)  # much cheaper than itti
    student = Settings(size=32, init=weights, epochs=3, batch_size=6, learning_rate=0.02, average=0.5)

    def run() -> dict[str, dict[str, object]]:
        return compare(
            DataSet(data, "fi"), choice, anp_teacher.Settings(epochs=1), student, Run(out, accelerator="cpu")
        )

    rows = run()
    assert list(rows) == ["network alone", "teacher alone", "distilled"]
    test = read(DataSet(data, "fi"))["test"]
    for figures in rows.values():
        assert figures["pictures"] == len(test)
        assert np.array(figures["confusion"]).sum() == len(test)
    assert json.loads((out / "comparison.json").read_text()) == rows
    for name in ("alone", "distilled"):
        manifest = Artifact.read(out / name / "artifact").manifest
        assert manifest.metrics["accuracy"] == pytest.approx(
            evaluate(out / name / "artifact", DataSet(data, "fi"))["accuracy"], abs=1e-4
        )
        assert ("distilled with alpha 1" in manifest.training_data) == (name == "distilled")
        assert SceneSentiment(out / name / "artifact", "onnxruntime").labels == ("positive", "negative")
    assert rows["network alone"]["accuracy"] > 0.8  # bright against dark; chance is one half
    gain = rows["distilled"]["against"]
    assert gain["accuracy"] == pytest.approx(rows["distilled"]["accuracy"] - rows["network alone"]["accuracy"])

    table = lines(rows)
    assert [line[0] for line in table] == [*rows, "gain over alone"]
    low, high = rows["teacher alone"]["accuracy_interval"]
    assert table[1][1] == f"{rows['teacher alone']['accuracy']:.4f}\n{low:.4f} to {high:.4f}"

    def again(*_: object, **__: object) -> None:
        raise AssertionError("a finished step was repeated")

    for step in ("train_linear", "describe_regions", "train"):
        monkeypatch.setattr(scene_comparison, step, again)
    monkeypatch.setattr(anp_teacher, "train", again)
    assert run() == rows
