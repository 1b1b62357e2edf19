"""Training learns, resumes where it stopped, and ends with an artifact that the analyzer loads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from monitor.artifact import Artifact
from monitor.errors import ConfigError
from monitor_face.expression import FaceFusion
from monitor_train import face_expression
from monitor_train.evaluate import evaluate
from monitor_train.face_expression import FaceExpression, Settings, fit, train
from monitor_train.ferplus import LABELS

QUICK = Settings(epochs=10, batch_size=16, width=8, learning_rate=0.4, average=0.9, balance=0.0)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """So small a network gains nothing from threads, and on a busy machine they spend their time waiting."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def trained(easy_ferplus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(easy_ferplus, tmp_path_factory.mktemp("run"), QUICK, accelerator="cpu")


def test_it_learns(trained: Path, easy_ferplus: Path) -> None:
    """Two classes of equal size: chance is one half."""
    assert evaluate(trained, easy_ferplus)["accuracy"] > 0.9


def test_the_artifact_tells_how_it_was_made(trained: Path, easy_ferplus: Path) -> None:
    manifest = Artifact.read(trained).manifest
    assert manifest.labels == LABELS
    assert manifest.trainer == "face-expression"
    assert manifest.metrics["test_pictures"] == 36
    assert manifest.metrics["duplicates_left_out"] == 4
    assert manifest.metrics["accuracy"] == pytest.approx(evaluate(trained, easy_ferplus)["accuracy"], abs=1e-4)
    assert sum(path.stat().st_size for path in trained.iterdir()) <= 12 * 2**20


def test_the_analyzer_loads_it(trained: Path) -> None:
    assert FaceFusion(trained, "onnxruntime").labels == LABELS


def test_a_resumed_run_is_the_uninterrupted_one(easy_ferplus: Path, tmp_path: Path) -> None:
    """Stopped after the first of three epochs and continued, against three epochs in one go: the same weights."""
    settings = replace(QUICK, epochs=3)
    fit(easy_ferplus, tmp_path / "whole", settings, accelerator="cpu")

    class StopError(Exception):
        pass

    class Interrupted(FaceExpression):
        def on_train_epoch_start(self) -> None:
            if self.current_epoch == 1:
                raise StopError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_expression, "FaceExpression", Interrupted)
        with pytest.raises(StopError):
            fit(easy_ferplus, tmp_path / "halves", settings, accelerator="cpu")
    fit(easy_ferplus, tmp_path / "halves", settings, resume=True, accelerator="cpu")

    whole, halves = (
        torch.load(tmp_path / name / "last.ckpt", weights_only=True, map_location="cpu") for name in ("whole", "halves")
    )
    assert whole["global_step"] == halves["global_step"] == 48
    for key in ("state_dict", "current_model_state"):
        for name, value in whole[key].items():
            torch.testing.assert_close(halves[key][name], value, msg=lambda text, name=name: f"{name}: {text}")


def test_there_must_be_something_to_resume(easy_ferplus: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--resume: .*last\.ckpt is missing"):
        fit(easy_ferplus, tmp_path, QUICK, resume=True, accelerator="cpu")


def test_time_can_end_a_run(easy_ferplus: Path, tmp_path: Path) -> None:
    fit(easy_ferplus, tmp_path, replace(QUICK, epochs=1000, minutes=0.01), accelerator="cpu")
    last = torch.load(tmp_path / "last.ckpt", weights_only=True, map_location="cpu")
    assert 1 <= last["global_step"] < 16 * 1000
    assert last["seconds"] >= 0.6


def test_the_same_seed_draws_the_same_pictures(easy_ferplus: Path, tmp_path: Path) -> None:
    def batches(seed: int) -> list[np.ndarray]:
        data = face_expression.FaceData(easy_ferplus, tmp_path, replace(QUICK, seed=seed))
        data.setup("fit")
        return [batch[0].numpy() for batch in data.train_dataloader()]

    first, again, other = batches(0), batches(0), batches(1)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
