"""Answers of earlier networks in place of labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from monitor.errors import ConfigError
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataSet
from monitor_train.pictures.training import TrainingData
from monitor_train.retrieval import affective, teachers
from monitor_train.retrieval.affective import train
from monitor_train.retrieval.data import read
from monitor_train.retrieval.network import Readout
from monitor_train.retrieval.readouts import read_all
from monitor_train.retrieval.teachers import soft_labels
from monitor_train.retrieval.training import AffectiveTraining, affective_pictures, fit
from tests.trainers.monitor_train.retrieval.conftest import EMOTIONS, QUICK

pytestmark = pytest.mark.usefixtures("small_trunk")


@pytest.fixture(scope="module")
def runs(feelings: Path, small_trunk: None, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Folders of two trainings."""
    folders = [tmp_path_factory.mktemp(f"run{seed}") for seed in range(2)]
    for seed, folder in enumerate(folders):
        settings = replace(QUICK, epochs=1 + 3 * seed, metric="none", seed=seed)
        fit(affective_pictures(read(DataSet(feelings, "folders")), settings), EMOTIONS, Run(folder, accelerator="cpu"))
    return [str(folder) for folder in folders]


def test_their_answers_are_averaged_over_both_views(
    runs: list[str], feelings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = read(DataSet(feelings, "folders"))["train"]
    pictures = torch.from_numpy(np.stack([train.read(index) for index in range(len(train))])).permute(0, 3, 1, 2) / 255
    said = []
    with torch.inference_mode():
        for run in runs:
            best = Path(run) / "best.ckpt"
            teacher = AffectiveTraining.load_from_checkpoint(best, map_location="cpu", weights_only=True).eval()
            said += [teacher(view).logits.softmax(1) for view in (pictures, pictures.flip(3))]
    assert not torch.allclose(said[0], said[2], atol=0.05)
    seen = []

    def look(teacher: AffectiveTraining, pictures: torch.Tensor) -> Readout:
        seen.append(pictures)
        return read_all(teacher, pictures)

    monkeypatch.setattr(teachers, "read_all", look)
    np.testing.assert_allclose(soft_labels(runs, EMOTIONS, train), sum(said) / 4, atol=0.02)
    assert [torch.equal(each, seen[0]) for each in seen] == [True, False, True, False]
    assert torch.equal(seen[1], seen[0].flip(2))


def test_they_take_the_place_of_labels(
    runs: list[str], feelings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the training is given, batch by batch."""
    splits = read(DataSet(feelings, "folders"))

    class SeenError(Exception):
        pass

    def look(data: TrainingData, *_: object) -> None:
        assert torch.equal(data.train.tensors[2], soft_labels(runs, EMOTIONS, splits["train"]))
        raise SeenError

    monkeypatch.setattr(affective, "fit", look)
    with pytest.raises(SeenError):
        train(DataSet(feelings, "folders"), replace(QUICK, teachers=tuple(runs)), Run(tmp_path, accelerator="cpu"))


def test_labels_are_what_is_learnt_without_them(feelings: Path) -> None:
    pictures = affective_pictures(read(DataSet(feelings, "folders")), QUICK)
    _, classes, answers = pictures.train.tensors
    assert answers.sum(1).eq(1).all()
    assert torch.equal(answers.argmax(1), classes)


def test_a_teacher_must_be_there_and_know_the_emotions(runs: list[str], feelings: Path, tmp_path: Path) -> None:
    scenes = read(DataSet(feelings, "folders"))["train"]
    with pytest.raises(ConfigError, match=r"--teacher: .*best\.ckpt is missing; name the folder of an earlier"):
        soft_labels([str(tmp_path)], EMOTIONS, scenes)
    with pytest.raises(ConfigError, match="knows amusement, awe, fear, sadness, not awe, fear"):
        soft_labels(runs, ("awe", "fear"), scenes)
