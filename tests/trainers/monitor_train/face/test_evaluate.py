"""The figures of an evaluation, against slow and obvious formulas."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from monitor.errors import ArtifactError
from monitor.model.artifact import Artifact, Manifest
from monitor.model.runtimes import OnnxRuntime
from monitor_face.expression.face_input import FaceInput
from monitor_train.face.degradations import DEGRADATIONS
from monitor_train.face.evaluate import evaluate, fusion_figures, measures, predict
from monitor_train.face.ferplus import LABELS
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import Profile
from monitor_train.face.training_faces import FaceSet
from monitor_train.pictures.export import Calibrated, write_artifact


@pytest.fixture(scope="module")
def guesses() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Probabilities (500, 8) that are right about two times in three, and labels; no label is "contempt"."""
    generator = np.random.default_rng(0)
    labels = generator.choice(7, 500, p=[0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.02])
    logits = generator.normal(0, 1, (500, 8))
    logits[np.arange(500), labels] += 2
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return probabilities.astype(np.float32), labels


def test_the_first_two_and_three_answers(guesses: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    probabilities, labels = guesses
    figures = measures(probabilities, labels, LABELS)
    order = np.argsort(-probabilities, axis=1)
    for k in (2, 3):
        hits = [label in best[:k] for label, best in zip(labels, order, strict=True)]
        assert figures[f"accuracy_top{k}"] == pytest.approx(np.mean(hits))


def test_few_classes_have_the_same_figures() -> None:
    """The truth is always among the first three of three."""
    probabilities = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.4, 0.35, 0.25]], np.float32)
    figures = measures(probabilities, np.array([0, 1, 2]), ("a", "b", "c"))
    assert [figures[f"accuracy{top}"] for top in ("", "_top2", "_top3")] == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert list(figures["recall"]) == ["a", "b", "c"]
    assert figures["confusion"] == [[1, 0, 0], [0, 0, 1], [1, 0, 0]]


def test_an_answer_that_says_nothing_is_not_counted_as_near() -> None:
    figures = measures(np.full((4, 8), 1 / 8, np.float32), np.array([1, 2, 3, 4]), LABELS)
    assert figures["accuracy_top2"] == figures["accuracy_top3"] == 0


def test_what_landmarks_add_is_counted_picture_by_picture() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 4, 400)
    merged, image, landmark = generator.uniform(0, 1, (3, 400, 4)).astype(np.float32)
    for answers, share in ((merged, 0.7), (image, 0.6), (landmark, 0.4)):
        known = generator.uniform(size=400) < share
        answers[known, labels[known]] += 1
    figures = fusion_figures(merged, image, landmark, labels=labels)

    counts = {"both": 0, "image_only": 0, "landmark_only": 0, "neither": 0}
    gain = []
    for row, truth in enumerate(labels):
        by_image, by_landmark = image[row].argmax() == truth, landmark[row].argmax() == truth
        words = {(True, True): "both", (True, False): "image_only", (False, True): "landmark_only"}
        counts[words.get((bool(by_image), bool(by_landmark)), "neither")] += 1
        gain.append(int(merged[row].argmax() == truth) - int(by_image))
    assert figures["who_is_right"] == counts
    assert min(counts.values()) > 0
    assert figures["image_accuracy"] == pytest.approx((counts["both"] + counts["image_only"]) / 400)
    assert figures["landmark_accuracy"] == pytest.approx((counts["both"] + counts["landmark_only"]) / 400)
    assert figures["difference"] == pytest.approx(np.mean(gain))
    low, high = figures["difference_interval"]
    assert low < figures["difference"] < high
    assert (high - low) / 2 == pytest.approx(1.96 * np.std(gain) / np.sqrt(400), rel=0.1)


SmallArtifact = Callable[..., Artifact]


@pytest.fixture(scope="module")
def small_artifact(
    tiny: Profile, tmp_path_factory: pytest.TempPathFactory, manifest: Callable[..., Manifest]
) -> SmallArtifact:
    """`small_artifact(labels)`: an untrained model with strong opinions."""

    @cache
    def make(labels: tuple[str, ...] = LABELS, name: str = "small") -> Artifact:
        torch.manual_seed(3)
        network = FaceNetwork(tiny, len(labels))
        torch.nn.init.normal_(network.classify.weight, 0, 3)
        return write_artifact(
            tmp_path_factory.mktemp(name), Calibrated(network, 1.0), manifest(name=name, labels=labels)
        )

    return make


def noise(artifact: Artifact, count: int) -> NDArray[np.float32]:
    """What a network takes for faces of noise."""
    return FaceInput(artifact.manifest).batch(np.random.default_rng(0).integers(0, 256, (count, 1, 64, 64), np.uint8))


def test_an_artifact_is_measured_on_the_test_set(easy_ferplus: Path, small_artifact: SmallArtifact) -> None:
    figures = evaluate(small_artifact().folder, FaceSet(easy_ferplus, "ferplus", None))
    assert figures["model"] == "small 7"
    assert figures["data"] == "ferplus test, batch size 1"
    assert figures["pictures"] == 20
    assert figures["duplicates_left_out"] == 4
    assert 0 <= figures["without_landmarks"] <= 20
    assert np.sum(figures["confusion"]) == 20
    assert figures["undecided_included"]["pictures"] == 20
    assert "fusion" not in figures


def test_undecided_pictures_are_counted_apart(make_ferplus: Callable[..., Path], small_artifact: SmallArtifact) -> None:
    agreed, split = [10, *[0] * 9], [4, 4, 2, *[0] * 7]
    data = FaceSet(make_ferplus(test=[agreed, split, agreed, split, split]), "ferplus", None)
    figures = evaluate(small_artifact().folder, data, robustness=True)
    assert figures["data"] == "ferplus test, batch size 1, majority of the votes"
    assert figures["pictures"] == 2
    assert figures["undecided_included"]["pictures"] == 5
    assert set(figures["robustness"]) == {"unaligned", *DEGRADATIONS}
    assert figures["robustness"]["unaligned"]["without_landmarks"] == 2


def test_pictures_without_landmarks_are_counted_not_dropped(
    portraits: Path, tmp_path: Path, small_artifact: SmallArtifact
) -> None:
    for label in ("happiness", "neutral"):
        folder = tmp_path / "data" / "test" / label
        folder.mkdir(parents=True)
        for name in ("test00.png", "test01.png"):
            shutil.copy(portraits / "test" / label / name, folder)
    for name in ("a.png", "b.png", "c.png"):
        cv2.imwrite(str(folder / name), np.full((48, 48), 128, np.uint8))
    model = small_artifact(("happiness", "neutral"))
    figures = evaluate(model.folder, FaceSet(tmp_path / "data", "folders", None))
    assert figures["pictures"] == 7
    assert figures["without_landmarks"] == 3
    assert np.sum(figures["confusion"], axis=1).tolist() == [2, 5]
    assert figures["labels"] == ["happiness", "neutral"]


def test_labels_in_another_order_give_the_same_figures(small_artifact: SmallArtifact) -> None:
    """The outputs of a model are told apart by the labels in its manifest, not by their place."""
    model, turned = small_artifact(), small_artifact(LABELS[::-1], "turned")
    faces = noise(model, 4)
    np.testing.assert_array_equal(
        predict(turned, OnnxRuntime(turned), faces, LABELS),
        predict(model, OnnxRuntime(model), faces, LABELS)[:, :, ::-1],
    )


def test_data_of_other_classes_is_refused(portraits: Path, small_artifact: SmallArtifact) -> None:
    model = small_artifact(tuple("abcdefgh"))
    with pytest.raises(ArtifactError, match=r"has the labels \('a', .* the data has \('neutral', 'happiness'"):
        predict(model, OnnxRuntime(model), noise(model, 1), LABELS)
    with pytest.raises(ArtifactError, match=r"the data has \('happiness', 'neutral', 'surprise'\)"):
        evaluate(model.folder, FaceSet(portraits, "folders", None))


def test_faces_are_run_one_at_a_time(small_artifact: SmallArtifact, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    outputs = OnnxRuntime.outputs

    def spy(self: OnnxRuntime, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        sizes.append(len(batch))
        return outputs(self, batch)

    model = small_artifact()
    monkeypatch.setattr(OnnxRuntime, "outputs", spy)
    assert predict(model, OnnxRuntime(model), noise(model, 3), LABELS).shape == (1, 3, 8)
    assert sizes == [1, 1, 1]


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_degradations_change_the_picture_the_same_way_every_time(name: str) -> None:
    picture = np.random.default_rng(0).integers(60, 200, (48, 48, 3), np.uint8)
    once, twice = DEGRADATIONS[name](picture), DEGRADATIONS[name](picture)
    np.testing.assert_array_equal(once, twice)
    assert once.dtype == np.uint8
    assert once.ndim == 3
    assert once.shape != picture.shape or (once != picture).mean() > 0.5
