"""The analyzer `scene-sentiment`, with a model that can be computed by hand, through the real runtimes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from monitor.engine.run import Run
from monitor.errors import ArtifactError, ConfigError
from monitor.model.artifact import Artifact
from monitor.plugin.registry import Plugins
from monitor.sample import Frame, Sample
from monitor.settings import load_settings
from monitor.store import Store
from monitor.testing import check_analyzer, make_samples
from monitor_scene.analyzer import SHIPPED, SceneSentiment

Make = Callable[..., Path]


def grey(level: int, shape: tuple[int, int] = (30, 50)) -> Sample:
    return Sample(Frame(np.full((*shape, 3), level, np.uint8), 1.5, 1, 3, source_name="here"))


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_the_analyzer_keeps_its_contract(brightness: Make, runtime: str) -> None:
    check_analyzer(SceneSentiment(brightness(), runtime))


@pytest.mark.parametrize("level", [0, 100, 255])
def test_what_it_says_can_be_computed_by_hand(brightness: Make, level: int) -> None:
    (observation,) = SceneSentiment(brightness(), "onnxruntime").analyze([grey(level)])[0]
    logit = (level / 255 - 0.5) / 0.25
    assert observation.scores["positive"] == pytest.approx(1 / (1 + np.exp(-2 * logit)), abs=1e-5)
    assert sum(observation.scores.values()) == pytest.approx(1)


def test_an_observation_is_of_the_whole_frame(brightness: Make) -> None:
    (observation,) = SceneSentiment(brightness()).analyze([grey(9)])[0]
    assert (observation.subject, observation.box, observation.confidence) == (None, None, 1.0)
    assert (observation.analyzer, observation.source, observation.seconds) == ("scene-sentiment", 1, 1.5)


def test_faces_are_not_needed_and_change_nothing(brightness: Make) -> None:
    analyzer = SceneSentiment(brightness(), "onnxruntime")
    assert analyzer.needs_faces is False
    for sample in make_samples():
        alone = Sample(sample.frame)
        assert analyzer.analyze([sample])[0][0].scores == analyzer.analyze([alone])[0][0].scores


def test_the_labels_are_told_apart_by_the_manifest(brightness: Make, tmp_path: Path) -> None:
    analyzer = SceneSentiment(brightness(labels=("negative", "positive")), "onnxruntime")
    assert analyzer.labels == ("negative", "positive")
    (observation,) = analyzer.analyze([grey(255)])[0]
    assert observation.scores["negative"] > 0.9


def test_a_model_with_other_labels_is_refused(brightness: Make) -> None:
    with pytest.raises(ArtifactError, match="has the labels positive and negative, not"):
        SceneSentiment(brightness(labels=("good", "bad")))


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_the_shipped_model_keeps_the_contract(runtime: str) -> None:
    check_analyzer(SceneSentiment(runtime=runtime))


def test_the_shipped_model_is_small_and_says_what_it_can_do() -> None:
    manifest = Artifact.read(SHIPPED).manifest
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 12 * 2**20
    assert manifest.trainer == "scene-sentiment"
    assert manifest.metrics["test_pictures"] == 1635
    assert manifest.metrics["accuracy"] >= 0.85
    assert manifest.metrics["auc"] >= 0.90
    assert manifest.metrics["calibration_error"] <= 0.03


def test_a_damaged_model_is_refused(brightness: Make) -> None:
    folder = brightness()
    (folder / "model.onnx").write_bytes(b"")
    with pytest.raises(ArtifactError, match="the file was altered"):
        SceneSentiment(folder)


def test_an_unknown_runtime_is_an_error(brightness: Make) -> None:
    with pytest.raises(ConfigError, match="onnxruntime"):
        SceneSentiment(brightness(), "onnxruntme")


def test_after_close_it_says_so(brightness: Make) -> None:
    analyzer = SceneSentiment(brightness())
    analyzer.close()
    analyzer.close()
    assert analyzer.analyze([]) == []
    with pytest.raises(RuntimeError, match="closed"):
        analyzer.analyze([grey(0)])


def test_a_clip_without_people_gives_scene_shares(brightness: Make, clip: Path) -> None:
    """Eight samples from black to nearly white; no face stage anywhere."""
    options = {"analyzers": {"scene-sentiment": {"artifact": str(brightness())}}}
    summary = Run([str(clip)], load_settings(analyzers=["scene-sentiment"], options=options), Plugins())()
    expected = np.mean([1 / (1 + np.exp(-8 * (level - 0.5))) for level in np.arange(0, 1, 0.125)])
    shares = summary.sources[0]["shares"]["scene-sentiment"]
    assert set(shares) == {"frame"}
    assert shares["frame"]["positive"] == pytest.approx(expected, abs=0.02)
    assert "faces" not in summary.stages_ms


def test_a_folder_of_pictures_gives_one_row_per_picture(brightness: Make, tmp_path: Path) -> None:
    levels = {"a.png": 0, "b.png": 128, "c.png": 255}
    (tmp_path / "pictures").mkdir()
    for name, level in levels.items():
        Image.new("RGB", (20, 10), (level,) * 3).save(tmp_path / "pictures" / name)
    options = {"analyzers": {"scene-sentiment": {"artifact": str(brightness())}}}
    Run(["pictures"], load_settings(analyzers=["scene-sentiment"], store="run.db", options=options), Plugins())()
    with Store("run.db") as store:
        rows = store.observations(store.sessions()[0], analyzer="scene-sentiment")
    assert rows["positive"].to_numpy() == pytest.approx([0.018, 0.504, 0.982], abs=0.002)


def test_the_shipped_model_says_how_far_a_frame_is_from_its_training_pictures() -> None:
    analyzer = SceneSentiment(runtime="onnxruntime")
    assert [measure.name for measure in analyzer.measures] == ["unfamiliarity", "far_outside"]
    noise = np.random.default_rng(0).integers(0, 256, (144, 144, 3), dtype=np.uint8)
    samples = [Sample(Frame(picture, 0.0, 1, 0)) for picture in (noise, data.rocket(), data.astronaut())]
    seen = [observations[0].measures for observations in analyzer.analyze(samples)]
    assert [each["far_outside"] for each in seen] == [1, 0, 0]
    assert seen[0]["unfamiliarity"] > 99.5


def test_a_model_that_knows_no_training_pictures_measures_nothing(brightness: Make) -> None:
    analyzer = SceneSentiment(brightness())
    assert analyzer.measures == ()
    assert analyzer.analyze([grey(9)])[0][0].measures == {}
