"""Trains the student: a network that sees the whole picture, and learns from labels and from a teacher.

It reads downwards: data, model, training. The method is that of Saito and Sudo, section 3.3; the profile `paper` has
their sizes (section 4.2.2), `compact` is small enough to run on a stream.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

from monitor.errors import ConfigError
from monitor_scene.picture import scene_picture
from monitor_train import timed
from monitor_train.face_cache import progress
from monitor_train.face_expression import epoch_seed
from monitor_train.scene_augment import augment
from monitor_train.scene_data import Scenes, read
from monitor_train.scene_evaluate import positive
from monitor_train.scene_loss import distillation_loss
from monitor_train.scene_model import write_model
from monitor_train.scene_network import MEAN, STD, begin_from, make_network
from monitor_train.scene_profile import Settings


class ScenePictures(lightning.LightningDataModule):
    """The pictures in memory, squeezed to the network's size as the running monitor does."""

    def __init__(self, data: Path, layout: str, teacher: Path | None, settings: Settings) -> None:
        super().__init__()
        self.splits, self.teacher, self.settings = read(data, layout), teacher, settings

    def setup(self, stage: str) -> None:
        train = self.splits["train"]
        self.train = TensorDataset(
            torch.from_numpy(squares(train, self.settings.size)),  # uint8 (N, S, S, 3)
            torch.from_numpy(train.positive.astype(np.float32)),
            torch.from_numpy(self.said_by_teacher(train).astype(np.float32)),
        )
        self.valid = self.read_valid()

    def said_by_teacher(self, train: Scenes) -> Any:
        """P_SB of every training picture, (N,); without a teacher the labels, whose part of the loss weighs nothing."""
        if self.settings.alpha == 0:
            return train.positive
        if self.teacher is None:
            raise ConfigError("an alpha above 0 needs a --teacher; --alpha 0 trains the network alone")
        return positive(self.teacher, train)

    def read_valid(self) -> TensorDataset:
        """Pictures uint8 (N, S, S, 3) and whether they are positive (N,)."""
        valid = self.splits["valid"]
        pictures = torch.from_numpy(squares(valid, self.settings.size))
        return TensorDataset(pictures, torch.from_numpy(valid.positive.astype(np.float32)))

    def train_dataloader(self) -> DataLoader[Any]:
        generator = torch.Generator().manual_seed(epoch_seed(self, self.settings.seed))
        count = self.settings.batch_size
        batches = BatchSampler(RandomSampler(self.train, generator=generator), count, drop_last=len(self.train) > count)
        return DataLoader(self.train, sampler=batches, batch_size=None)

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.valid, batch_size=128)


def squares(scenes: Scenes, size: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """All pictures, uint8 (N, size, size, 3)."""
    out = np.empty((len(scenes), size, size, 3), np.uint8)
    for index in progress(range(len(scenes)), "pictures", len(scenes)):
        out[index] = scene_picture(scenes.read(index), size)
    return out


class SceneSentiment(timed.TimedModule):
    """The network, what it is trained for, and with which steps."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__()
        self.save_hyperparameters()
        own = self.settings = Settings(**settings)
        self.minutes = own.minutes
        options = {} if own.width == 1 else {"width_mult": own.width}
        self.network = make_network(own.architecture, 2, convention=own.convention, **options)
        self.register_buffer("mean", torch.tensor(MEAN[own.convention])[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(STD[own.convention])[:, None, None], persistent=False)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, S, S) in [0, 1] -> logits (B, 2) of positive and negative."""
        normalised = (pictures - self.mean) / self.std
        logits: Tensor = self.network(normalised.contiguous(memory_format=torch.channels_last))
        return logits

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
        torch.manual_seed(self.settings.seed * 1_000_003 + self.global_step)  # a resumed run draws the same numbers
        pictures, truth, teacher = batch
        logits = self(augment(pictures.cpu()).to(self.device)).float()
        loss = distillation_loss(logits, truth, teacher, self.settings.alpha)
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Sequence[Tensor], index: int) -> None:
        pictures, truth = batch
        logits = self(pictures.permute(0, 3, 1, 2).float() / 255).float()
        logit = logits[:, 0] - logits[:, 1]
        self.log("valid_loss", F.binary_cross_entropy_with_logits(logit, truth), prog_bar=True, batch_size=len(truth))
        right = (logit >= 0) == truth.bool()
        self.log("valid_accuracy", right.float().mean(), prog_bar=True, batch_size=len(truth))

    def configure_optimizers(self) -> Any:
        settings = self.settings
        vectors = [p for p in self.parameters() if p.ndim < 2]  # biases and norms are not decayed
        kernels = [p for p in self.parameters() if p.ndim > 1]
        optimizer = torch.optim.AdamW(
            [{"params": kernels, "weight_decay": settings.weight_decay}, {"params": vectors, "weight_decay": 0.0}],
            lr=settings.learning_rate,
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(self.progress()))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def rate(progress: float) -> float:
    """Factor of the learning rate when so much of the run is over: it rises over a twentieth, then falls as a cosine.

    >>> [round(rate(progress), 2) for progress in (0.0, 0.05, 0.5, 1.0)]
    [0.01, 0.99, 0.5, 0.0]
    """
    return min(1.0, 0.01 + progress / 0.05) * (1 + math.cos(math.pi * min(1.0, progress))) / 2


def train(
    data: Path,
    layout: str,
    out: Path,
    settings: Settings,
    *,
    teacher: Path | None = None,
    resume: bool = False,
    accelerator: str = "auto",
) -> Path:
    """Train, calibrate, export and measure; the folder of the artifact, `out`/artifact.

    `teacher`: a table of probabilities, or the folder of an artifact, that knows the training pictures.
    """
    pictures = ScenePictures(data, layout, teacher, settings)
    best = fit(pictures, out, settings, resume=resume, accelerator=accelerator)
    model = SceneSentiment.load_from_checkpoint(best, map_location="cpu", weights_only=True)
    return write_model(out / "artifact", model, pictures.read_valid(), data, layout, teacher)


def fit(
    pictures: ScenePictures, out: Path, settings: Settings, *, resume: bool = False, accelerator: str = "auto"
) -> Path:
    """Train, and return the checkpoint with the best validation accuracy."""
    lightning.seed_everything(settings.seed, verbose=False)
    model = SceneSentiment(asdict(settings))
    if not resume:
        begin_from(model.network, settings.architecture, settings.init)
    return timed.fit(
        model,
        pictures,
        out,
        epochs=settings.epochs,
        patience=settings.patience,
        average=settings.average,
        resume=resume,
        accelerator=accelerator,
    )
