"""The teacher learns from texts, weighs regions by saliency, and never tells a picture its own label."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor_train.scene import anp_teacher
from monitor_train.scene.anp_regions import SeenRegions
from monitor_train.scene.anp_teacher import TABLE, Settings, pictures_said, region_classes, texts_of, train
from monitor_train.scene.cross_fitting import folds_of
from monitor_train.scene.data import Scenes, read
from monitor_train.scene.table import read_table
from tests.trainers.monitor_train.made_scenes import write_scenes

pytestmark = pytest.mark.usefixtures("one_thread")

QUICK = Settings(epochs=2)


def seen_regions(scenes: Scenes, wrong: float = 0.1) -> SeenRegions:
    """Two regions per picture whose adjective tells its class, but for some."""
    generator = np.random.default_rng(len(scenes))
    picture = np.repeat(np.arange(len(scenes)), 2)
    told = scenes.positive[picture] ^ (generator.random(len(picture)) < wrong)
    anps = [["bright_day", "warm_day"] if each else ["dark_day", "cold_day"] for each in told]
    return SeenRegions(picture, ["sea", "dog"] * len(scenes), anps, generator.random(len(picture)))


def test_the_text_of_a_region() -> None:
    seen = SeenRegions(np.array([0]), ["dog"], [["cute_cat", "sad_girl"]], np.array([1.0]))
    assert texts_of(seen) == ["cute dog sad dog"]


def test_regions_are_trained_with_the_label_of_their_picture() -> None:
    seen = SeenRegions(np.array([0, 0, 1, 2]), ["a"] * 4, [["b_c"]] * 4, np.ones(4))
    assert region_classes(seen, np.array([True, False, True])).tolist() == [0, 0, 1, 0]


def test_p_sb_by_hand() -> None:
    """Picture 0: P_TE 0.9 and 0.3 with 10 and 30 per cent of the saliency: (0.9 + 3 * 0.3) / 4 = 0.45. Picture 1:
    none of
    the saliency, so the plain mean of 0.2 and 0.6."""
    seen = SeenRegions(np.array([0, 1, 0, 1]), ["a"] * 4, [["b_c"]] * 4, np.array([0.1, 0.0, 0.3, 0.0]))
    np.testing.assert_allclose(pictures_said(np.array([0.9, 0.2, 0.3, 0.6]), seen), [0.45, 0.4])


@pytest.fixture
def scenes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = write_scenes(tmp_path / "scenes", ("positive", "negative"), 60)
    by_names = {scenes.names: seen_regions(scenes) for scenes in read(data, "folders").values()}
    monkeypatch.setattr(anp_teacher, "read_regions", lambda out, names: by_names[tuple(names)])
    return data


def test_it_learns_and_knows_all_splits(scenes: Path, tmp_path: Path) -> None:
    figures = train(scenes, "folders", tmp_path, tmp_path / "out", QUICK)
    assert set(figures) == {"train_accuracy", "train_auc", "valid_accuracy", "valid_auc"}
    assert figures["train_accuracy"] > 0.8
    for split in read(scenes, "folders").values():
        said = read_table(tmp_path / "out" / TABLE, split.names)
        assert ((said > 0.5) == split.positive).mean() > 0.7
    again = train(scenes, "folders", tmp_path, tmp_path / "again", QUICK)
    assert again == figures


def test_a_picture_is_not_judged_by_who_has_seen_its_label(
    scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the labels of fold 0 turned round, what is said of the pictures of fold 0 stays, and of others changes."""
    splits = read(scenes, "folders")
    names = splits["train"].names
    mine = folds_of(names) == 0

    class Turned(Scenes):
        @property
        def positive(self) -> np.ndarray:
            return super().positive ^ (folds_of(self.names) == 0)

    train(scenes, "folders", tmp_path, tmp_path / "plain", QUICK)
    turned = dict(splits, train=Turned(scenes, names, splits["train"].classes))
    monkeypatch.setattr(anp_teacher, "read", lambda data, layout: turned)
    train(scenes, "folders", tmp_path, tmp_path / "turned", QUICK)
    plain, other = (read_table(tmp_path / name / TABLE, names) for name in ("plain", "turned"))
    np.testing.assert_array_equal(plain[mine], other[mine])
    assert abs(plain[~mine] - other[~mine]).max() > 0.01


def test_labels_of_test_pictures_play_no_part(scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    splits = read(scenes, "folders")

    class Unread(Scenes):
        @property
        def positive(self) -> np.ndarray:
            raise AssertionError("the labels of the test split were read")

    test = splits["test"]
    monkeypatch.setattr(anp_teacher, "read", lambda *_: dict(splits, test=Unread(scenes, test.names, test.classes)))
    train(scenes, "folders", tmp_path, tmp_path / "out", QUICK)
    assert len(read_table(tmp_path / "out" / TABLE, test.names)) == len(test)
