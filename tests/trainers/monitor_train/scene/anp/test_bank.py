"""Banks learn pairs, and the heads of a cross-fitted one have not seen the pictures they are asked about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact
from monitor_train.pictures import classifier as picture_classifier
from monitor_train.pictures.layouts import EKMAN, MIKELS
from monitor_train.pictures.settings import PictureSettings, Run
from monitor_train.pictures.splits import DataError, DataSet
from monitor_train.scene.anp import bank as anp_bank
from monitor_train.scene.anp import features as scene_features
from monitor_train.scene.anp.bank import ADJECTIVES, TRAINED, bank_pictures, linear_head, train_linear
from monitor_train.scene.anp.bank_network import train_bank_network
from monitor_train.scene.anp.cross_fitting import FOLDS, folds_of
from monitor_train.scene.anp.detectors import Bank
from monitor_train.scene.data import read
from tests.trainers.monitor_train.made_scenes import write_scenes
from tests.trainers.monitor_train.small_networks import save_weights, small_network

PAIRS = {"good_weather": "positive", "bad_weather": "negative", "bright_street": "positive"}


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scene_features, "make_network", small_network)
        for module in (scene_features, anp_bank):
            patch.setattr(module, "SIZE", 32)  # that of the pictures
        patch.setattr(picture_classifier, "make_network", small_network)
        yield


def write_pairs(folder: Path, count: int) -> Path:
    """Pictures in folders named adjective_noun."""
    for number, (anp, polarity) in enumerate(PAIRS.items()):
        write_scenes(folder / "drawn", [polarity], count, seed=number)
        (folder / "drawn" / polarity).rename(folder / anp)
    (folder / "drawn").rmdir()
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_weights(tmp_path_factory.mktemp("weights") / "small.safetensors"))


@pytest.fixture(scope="module")
def emotions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("emotions"), MIKELS, 20)


@pytest.fixture(scope="module")
def stand_in(emotions: Path, weights: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bank")
    train_linear(DataSet(emotions, "fi"), out, weights, "torchvision")
    return out


def test_every_emotion_has_an_adjective() -> None:
    assert set(MIKELS) | set(EKMAN) | {"positive", "negative"} == set(ADJECTIVES)
    assert len(set(ADJECTIVES.values())) == len(ADJECTIVES)


@pytest.mark.parametrize("count", [2, 3])
def test_the_linear_head_is_logistic_regression(count: int) -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, count, 200)
    features = (generator.normal(0, 1, (200, 5)) * 3 + labels[:, None]).astype(np.float32)
    head = linear_head(features, labels)
    scaler = StandardScaler().fit(features)
    expected = LogisticRegression(C=0.003, max_iter=2000).fit(scaler.transform(features), labels)
    with torch.inference_mode():
        said = softmax(head(torch.from_numpy(features)).numpy(), axis=1)
    np.testing.assert_allclose(said, expected.predict_proba(scaler.transform(features)), atol=1e-4)


def test_folders_of_pairs(tmp_path: Path, weights: str) -> None:
    data = write_pairs(tmp_path / "data", 15)
    figures = train_linear(DataSet(data, "anps"), tmp_path / "bank", weights, "torchvision")
    manifest = Artifact.read(tmp_path / "bank" / "artifact").manifest
    assert manifest.labels == tuple(sorted(PAIRS))
    assert manifest.trainer == "anp-bank"
    assert manifest.metrics["accuracy_top1"] == figures["accuracy_top1"] > 0.5  # bad weather is dark; chance is a third
    assert figures["accuracy_top4"] == 1.0


def test_a_set_with_emotions_stands_in(stand_in: Path, emotions: Path) -> None:
    """Only pictures to train on are learnt from, and each is judged by a head that has not seen it."""
    train = read(DataSet(emotions, "fi"))["train"]
    assert (stand_in / TRAINED).read_text().split() == list(train.names)
    assert Artifact.read(stand_in / "artifact").manifest.labels == tuple(
        sorted(f"{ADJECTIVES[e]}_scene" for e in MIKELS)
    )
    bank = Bank(stand_in)
    digests = {name: Artifact.read(bank.folder_for(name)).manifest.sha256 for name in train.names}
    for name, digest in digests.items():
        own = Artifact.read(stand_in / "folds" / str(folds_of([name])[0])).manifest.sha256
        assert digest == own
    assert len(set(digests.values())) == FOLDS
    for name in read(DataSet(emotions, "fi"))["test"].names:
        assert bank.folder_for(name) == stand_in / "artifact"


def test_a_fold_has_not_seen_its_pictures(emotions: Path, weights: str, stand_in: Path, tmp_path: Path) -> None:
    """With other labels on the pictures of fold 0, the head for fold 0 stays the same and the others change."""
    pictures = bank_pictures(DataSet(emotions, "fi"))
    mixed = pictures.classes[1:] + pictures.classes[:1]
    folds = folds_of(pictures.names)
    other = tuple(m if fold == 0 else own for m, own, fold in zip(mixed, pictures.classes, folds, strict=True))
    assert other != pictures.classes
    with pytest.MonkeyPatch.context() as patch:
        changed = type(pictures)(pictures.folder, pictures.names, other)
        patch.setattr("monitor_train.scene.anp.bank.bank_pictures", lambda source: changed)
        train_linear(DataSet(emotions, "fi"), tmp_path, weights, "torchvision")
    same = [
        Artifact.read(out / "folds" / str(fold)).manifest.sha256
        for fold in range(FOLDS)
        for out in (stand_in, tmp_path)
    ]
    assert [same[i] == same[i + 1] for i in range(0, 2 * FOLDS, 2)] == [True] + [False] * (FOLDS - 1)


def test_the_bank_answers_for_regions_of_any_size(stand_in: Path) -> None:
    generator = np.random.default_rng(0)
    regions = [generator.integers(0, 256, (*shape, 3), np.uint8) for shape in ((5, 9), (144, 144), (300, 20))]
    answers = Bank(stand_in)(regions, "new.png")
    assert answers.shape == (3, 8)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(answers[1], Bank(stand_in)(regions[1:2], "new.png")[0], atol=1e-5)


def test_a_bank_trained_as_a_whole(tmp_path: Path) -> None:
    settings = PictureSettings(size=32, init="random", epochs=3, batch_size=8, learning_rate=0.02, average=0.5)
    data = write_pairs(tmp_path / "data", 40)
    figures = train_bank_network(data, settings, Run(tmp_path / "bank", accelerator="cpu"))
    bank = Bank(tmp_path / "bank")
    assert tuple(bank.anps) == tuple(sorted(PAIRS))
    pictures = bank_pictures(DataSet(data, "anps"))
    apart = np.flatnonzero(folds_of(pictures.names) == 0)
    answers = np.concatenate([bank([pictures.read(i)], pictures.names[i]) for i in apart])
    right = [bank.anps[best] == pictures.classes[i] for best, i in zip(answers.argmax(axis=1), apart, strict=True)]
    assert np.mean(right) == pytest.approx(figures["accuracy_top1"])
    assert figures["accuracy_top1"] > 0.4


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        ({"good_day": 2}, "needs a folder for each of at least two adjective-noun pairs, and has 1"),
        ({"good_day": 2, "day": 2}, "'day' is no adjective-noun pair"),
        ({"good_day": 2, "bad_day": 0}, "class 'bad_day' has no pictures"),
        ({"good_day": 9, "bad_day": 1}, "all pictures of 'bad_day' are in one of 5 folds"),
    ],
)
def test_what_is_wrong_with_folders_is_named(
    tmp_path: Path, weights: str, folders: dict[str, int], message: str
) -> None:
    for name, count in folders.items():
        write_scenes(tmp_path / "data", [name], count)
    with pytest.raises(DataError, match=message):
        train_linear(DataSet(tmp_path / "data", "anps"), tmp_path / "bank", weights, "torchvision")


def test_another_folder_is_no_bank(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="was not made by `monitor train anp-bank`"):
        Bank(tmp_path)
