"""The teacher learns from texts, weighs regions by saliency, and never tells a picture its own label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.splits import DataSet
from monitor_train.scene.anp import teacher as anp_teacher
from monitor_train.scene.anp.cross_fitting import folds_of
from monitor_train.scene.anp.region_table import SeenRegions
from monitor_train.scene.anp.teacher import TABLE, Settings, picture_probabilities, region_classes, texts_of, train
from monitor_train.scene.data import is_positive, read
from monitor_train.scene.probability_table import read_table
from tests.trainers.monitor_train.made_scenes import write_scenes

QUICK = Settings(epochs=2)


def seen_regions(scenes: LabelledPictures, wrong: float = 0.1) -> SeenRegions:
    """Two regions per picture whose adjective tells its class, but for some."""
    generator = np.random.default_rng(len(scenes))
    picture = np.repeat(np.arange(len(scenes)), 2)
    told = is_positive(scenes)[picture] ^ (generator.random(len(picture)) < wrong)
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
    np.testing.assert_allclose(picture_probabilities(np.array([0.9, 0.2, 0.3, 0.6]), seen), [0.45, 0.4])


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    data = write_scenes(tmp_path_factory.mktemp("scenes"), ("positive", "negative"), 60)
    by_names = {scenes.names: seen_regions(scenes) for scenes in read(DataSet(data, "folders")).values()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anp_teacher, "read_regions", lambda out, names: by_names[tuple(names)])
        yield data


@pytest.fixture(scope="module")
def trained(scenes: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """The folder of a teacher, and its figures. The labels of test pictures play no part."""
    test, out = read(DataSet(scenes, "folders"))["test"], tmp_path_factory.mktemp("out")

    def not_of_the_test(pictures: LabelledPictures) -> np.ndarray:
        assert pictures.names != test.names, "the labels of the test split were read"
        return is_positive(pictures)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anp_teacher, "is_positive", not_of_the_test)
        return out, train(DataSet(scenes, "folders"), out, out, QUICK)


def test_it_learns_and_knows_all_splits(scenes: Path, trained: tuple[Path, dict[str, float]], tmp_path: Path) -> None:
    out, figures = trained
    assert set(figures) == {"train_accuracy", "train_auc", "valid_accuracy", "valid_auc"}
    assert figures["train_accuracy"] > 0.8
    for split in read(DataSet(scenes, "folders")).values():
        said = read_table(out / TABLE, split.names)
        assert ((said > 0.5) == is_positive(split)).mean() > 0.7
    again = train(DataSet(scenes, "folders"), tmp_path, tmp_path / "again", QUICK)
    assert again == figures


def test_a_picture_is_not_judged_by_who_has_seen_its_label(
    scenes: Path, trained: tuple[Path, dict[str, float]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the labels of fold 0 turned round, what is said of the pictures of fold 0 stays, and of others changes."""
    splits = read(DataSet(scenes, "folders"))
    names = splits["train"].names
    mine = folds_of(names) == 0
    other = {"positive": "negative", "negative": "positive"}
    classes = [other[each] if turn else each for each, turn in zip(splits["train"].classes, mine, strict=True)]
    turned = dict(splits, train=replace(splits["train"], classes=tuple(classes)))
    monkeypatch.setattr(anp_teacher, "read", lambda source: turned)
    train(DataSet(scenes, "folders"), tmp_path, tmp_path, QUICK)
    plain, other = (read_table(folder / TABLE, names) for folder in (trained[0], tmp_path))
    np.testing.assert_array_equal(plain[mine], other[mine])
    assert abs(plain[~mine] - other[~mine]).max() > 0.01
