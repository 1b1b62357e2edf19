"""The figures of an evaluation, against scikit-learn and against slow and obvious formulas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from monitor.artifact import Artifact
from monitor.errors import ArtifactError
from monitor.runtimes import OnnxRuntime
from monitor_train.degradations import DEGRADATIONS
from monitor_train.evaluate import BINS, average_recall, evaluate, interval, measures, predict
from monitor_train.export import Calibrated, write_artifact
from monitor_train.face_network import FaceNetwork
from monitor_train.ferplus import LABELS

# said by scikit-learn's balanced accuracy, the reference here: a class may be guessed that no picture has
pytestmark = pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true:UserWarning")


@pytest.fixture(scope="module")
def guesses() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Probabilities (500, 8) that are right about two times in three, and labels; no label is "contempt"."""
    generator = np.random.default_rng(0)
    labels = generator.choice(7, 500, p=[0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.02])
    logits = generator.normal(0, 1, (500, 8))
    logits[np.arange(500), labels] += 2
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return probabilities.astype(np.float32), labels


def test_accuracy_and_recall(guesses: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    probabilities, labels = guesses
    figures = measures(probabilities, labels)
    assert figures["pictures"] == 500
    assert figures["accuracy"] == pytest.approx(accuracy_score(labels, probabilities.argmax(1)))
    assert figures["average_recall"] == pytest.approx(balanced_accuracy_score(labels, probabilities.argmax(1)))
    order = np.argsort(-probabilities, axis=1)
    for k in (2, 3):
        hits = [label in best[:k] for label, best in zip(labels, order, strict=True)]
        assert figures[f"accuracy_top{k}"] == pytest.approx(np.mean(hits))
    assert list(figures["recall"]) == list(LABELS[:7])
    confusion = np.array(figures["confusion"])
    assert confusion.shape == (8, 8)
    assert confusion.sum() == 500
    assert confusion[3, 0] == ((labels == 3) & (probabilities.argmax(1) == 0)).sum()
    assert figures["recall"]["anger"] == pytest.approx(confusion[4, 4] / confusion[4].sum())


def test_the_calibration_error(guesses: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    probabilities, labels = guesses
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    expected = 0.0
    for low in range(BINS):
        inside = (confidence > low / BINS) & (confidence <= (low + 1) / BINS)
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert measures(probabilities, labels)["calibration_error"] == pytest.approx(expected, abs=1e-5)


def test_intervals_are_as_wide_as_theory_says(guesses: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    probabilities, labels = guesses
    figures = measures(probabilities, labels)
    low, high = figures["accuracy_interval"]
    p = figures["accuracy"]
    assert low < p < high
    assert (high - low) / 2 == pytest.approx(1.96 * np.sqrt(p * (1 - p) / 500), rel=0.1)
    assert figures["accuracy_interval"] == measures(probabilities, labels)["accuracy_interval"]
    assert interval(lambda rows: 1.0, 10) == [1.0, 1.0]


def test_average_recall_is_balanced_accuracy(guesses: tuple[NDArray[np.float32], NDArray[np.int64]]) -> None:
    probabilities, labels = guesses
    expected = balanced_accuracy_score(labels[:60], probabilities[:60].argmax(1))
    assert average_recall(labels[:60], probabilities[:60].argmax(1), np.arange(7)) == pytest.approx(expected)


def small_artifact(folder: Path, labels: tuple[str, ...]) -> Artifact:
    torch.manual_seed(3)
    network = FaceNetwork(width=4)
    torch.nn.init.normal_(network.head[-1].weight, 0, 3)
    return write_artifact(
        folder,
        Calibrated(network, 1.0),
        name="small",
        version="7",
        size=64,
        mean=0.5,
        std=0.25,
        labels=labels,
        licence="none",
        training_data="none",
        trainer="test",
        commit="0" * 40,
    )


def test_an_artifact_is_measured_on_the_test_set(easy_ferplus: Path, tmp_path: Path) -> None:
    figures = evaluate(small_artifact(tmp_path / "a", LABELS).folder, easy_ferplus, robustness=True)
    assert figures["artifact"] == "small 7"
    assert figures["pictures"] == 36
    assert figures["duplicates_left_out"] == 4
    assert 0 <= figures["without_mesh"] <= 36
    assert np.sum(figures["confusion"]) == 36
    assert set(figures["robustness"]) == {"unaligned", *DEGRADATIONS}
    assert figures["robustness"]["unaligned"]["without_mesh"] == 36
    assert figures["undecided_included"]["pictures"] == 36


def test_labels_in_another_order_give_the_same_figures(easy_ferplus: Path, tmp_path: Path) -> None:
    """The outputs of a model are told apart by the labels in its manifest, not by their place."""
    faces = np.random.default_rng(0).integers(0, 256, (4, 64, 64), np.uint8)
    model = small_artifact(tmp_path / "a", LABELS)
    turned = small_artifact(tmp_path / "b", LABELS[::-1])
    np.testing.assert_array_equal(predict(turned, faces), predict(model, faces)[:, ::-1])


def test_other_labels_are_refused(tmp_path: Path) -> None:
    model = small_artifact(tmp_path / "a", tuple("abcdefgh"))
    with pytest.raises(ArtifactError, match="FER\\+ has"):
        predict(model, np.zeros((1, 64, 64), np.uint8))


def test_faces_are_run_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    run = OnnxRuntime.run

    def spy(self: OnnxRuntime, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        sizes.append(len(batch))
        return run(self, batch)

    monkeypatch.setattr(OnnxRuntime, "run", spy)
    predict(small_artifact(tmp_path / "a", LABELS), np.zeros((3, 64, 64), np.uint8))
    assert sizes == [1, 1, 1]


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_degradations_change_the_picture_the_same_way_every_time(name: str) -> None:
    picture = np.random.default_rng(0).integers(60, 200, (48, 48, 3), np.uint8)
    once, twice = DEGRADATIONS[name](picture), DEGRADATIONS[name](picture)
    np.testing.assert_array_equal(once, twice)
    assert once.dtype == np.uint8
    assert once.ndim == 3
    assert once.shape != picture.shape or (once != picture).mean() > 0.5
