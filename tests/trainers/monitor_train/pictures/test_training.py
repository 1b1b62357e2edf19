"""Runs end by epochs, by patience and by time, resume exactly, and hand back the best epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lightning
import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from monitor.errors import ConfigError
from monitor_train.pictures import training
from monitor_train.pictures.settings import Run, TrainingSettings
from monitor_train.pictures.weights import read_checkpoint


class Scripted(training.TrainingModule):
    """One number that grows by 1 each step; validation says the accuracies it was told, one an epoch."""

    def __init__(self, accuracies: Sequence[float] = (0.5,) * 100, minutes: float | None = None) -> None:
        super().__init__(TrainingSettings(minutes=minutes))
        self.number = nn.Parameter(torch.zeros(1))
        self.accuracies = accuracies

    def training_step(self, batch: Any, index: int) -> Tensor:
        return -self.number.sum()

    def validation_step(self, batch: Any, index: int) -> None:
        self.log("valid_accuracy", self.accuracies[self.current_epoch])
        self.log("valid_loss", (self.current_epoch - 1.2) ** 2)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 1.0)


class FourBatches(lightning.LightningDataModule):
    def train_dataloader(self) -> DataLoader[Any]:
        return DataLoader(TensorDataset(torch.zeros(4, 1)))

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(TensorDataset(torch.zeros(1, 1)))


def run(
    module: Scripted,
    out: Path,
    *,
    epochs: int = 6,
    patience: int = 99,
    average: float = 0.0,
    resume: bool = False,
    **options: Any,
) -> Path:
    module.settings = replace(module.settings, epochs=epochs, patience=patience, average=average)
    return training.fit(module, FourBatches(), Run(out, resume=resume, accelerator="cpu"), **options)


def number(checkpoint: Path) -> float:
    return float(read_checkpoint(checkpoint)["state_dict"]["number"])


def test_the_best_epoch_is_handed_back(tmp_path: Path) -> None:
    best = run(Scripted([0.1, 0.3, 0.8, 0.2, 0.8, 0.5]), tmp_path)
    assert number(best) == 3 * 4
    assert number(tmp_path / "last.ckpt") == 6 * 4


def test_the_best_epoch_may_be_that_of_the_least_loss(tmp_path: Path) -> None:
    """The loss is least in the second epoch."""
    best = run(Scripted(), tmp_path, patience=2, monitor="valid_loss")
    assert number(best) == 2 * 4
    assert number(tmp_path / "last.ckpt") == 4 * 4


def test_patience_ends_a_run(tmp_path: Path) -> None:
    """The best accuracy is that of the second epoch."""
    run(Scripted([0.1, 0.7, 0.6, 0.7, 0.2, 0.9]), tmp_path, patience=3)
    assert number(tmp_path / "last.ckpt") == 5 * 4


def test_time_ends_a_run_in_the_middle_of_an_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock on which every step takes ten seconds."""
    now = iter(range(0, 100_000, 10))
    monkeypatch.setattr(training, "time", SimpleNamespace(monotonic=lambda: float(next(now))))
    module = Scripted(minutes=1.5)
    run(module, tmp_path, epochs=50)
    assert number(tmp_path / "last.ckpt") == 10
    assert module.seconds == 90
    assert read_checkpoint(tmp_path / "last.ckpt")["seconds"] == 90


def test_weights_can_be_averaged(tmp_path: Path) -> None:
    """Of the numbers 1 to 24, by a slow loop; without averaging the checkpoint holds the last one."""
    run(Scripted(), tmp_path, average=0.9)
    kept = read_checkpoint(tmp_path / "last.ckpt")
    average = 1.0
    for step in range(2, 25):
        average = 0.9 * average + 0.1 * step
    assert float(kept["state_dict"]["number"]) == pytest.approx(average, rel=0.02)
    assert float(kept["current_model_state"]["number"]) == 24


def test_a_resumed_run_goes_on_with_epoch_time_patience_and_commit(tmp_path: Path) -> None:
    accuracies = [0.1, 0.9, 0.5, 0.5, 0.5, 0.5]

    class Stopped(Scripted):
        def on_train_epoch_start(self) -> None:
            if self.current_epoch == 3:
                raise RuntimeError("power cut")

    first = Stopped(accuracies)
    first.commit = "the first sitting's"
    with pytest.raises(RuntimeError, match="power cut"):
        run(first, tmp_path, patience=3)
    second = Scripted(accuracies)
    best = run(second, tmp_path, patience=3, resume=True)
    assert number(best) == 2 * 4
    assert number(tmp_path / "last.ckpt") == 5 * 4
    assert second.commit == "the first sitting's"
    assert second.seconds > first.seconds > 0


def test_there_must_be_something_to_resume(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--resume: .*last\.ckpt is missing; --out must be the folder of the run"):
        Run(tmp_path / "nowhere", resume=True)


def test_the_rate_rises_and_falls_as_a_cosine() -> None:
    times = np.linspace(0, 1, 201)
    rates = np.array([training.warmup_cosine(time) for time in times])
    assert rates[0] == pytest.approx(0.01)
    assert times[rates.argmax()] == pytest.approx(0.05, abs=0.01)
    assert (np.diff(rates[11:]) < 0).all()
    assert rates[100] == pytest.approx((1 + math.cos(math.pi / 2)) / 2)
    assert rates[-1] == pytest.approx(0, abs=1e-9)
    assert training.warmup_cosine(1.2) == pytest.approx(0, abs=1e-9)  # time may run over by a step
