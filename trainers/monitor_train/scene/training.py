"""Training of a network that sees whole pictures; what it learns of them is up to those who use this.

Pictures lie in memory, squeezed to the network's size as the running monitor does, and are shown with small changes.
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
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

from monitor.scene_picture import scene_picture
from monitor_train import timed
from monitor_train.scene.augment import augment
from monitor_train.scene.data import Scenes
from monitor_train.scene.network import MEAN, STD, begin_from, make_network
from monitor_train.scene.profile import Settings
from monitor_train.terminal import progress


class PictureData(lightning.LightningDataModule):
    """`train` holds pictures uint8 (N, S, S, 3) and what is learnt of each; `valid` pictures and classes (N,)."""

    train: TensorDataset
    valid: TensorDataset

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings

    def train_dataloader(self) -> DataLoader[Any]:
        generator = torch.Generator().manual_seed(timed.epoch_seed(self, self.settings.seed))
        count = self.settings.batch_size
        batches = BatchSampler(RandomSampler(self.train, generator=generator), count, drop_last=len(self.train) > count)
        return DataLoader(self.train, sampler=batches, batch_size=None)

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.valid, batch_size=128)


def squares(scenes: Scenes, size: int) -> NDArray[np.uint8]:
    """All pictures, uint8 (N, size, size, 3)."""
    out = np.empty((len(scenes), size, size, 3), np.uint8)
    for index in progress(range(len(scenes)), "pictures", len(scenes)):
        out[index] = scene_picture(scenes.read(index), size)
    return out


class PictureNetwork(timed.TimedModule):
    """A network, and with which steps it learns."""

    mean: Tensor
    std: Tensor

    def __init__(self, settings: dict[str, Any], classes: int) -> None:
        super().__init__()
        self.save_hyperparameters()
        own = self.settings = Settings(**settings)
        self.minutes = own.minutes
        options = {} if own.width == 1 else {"width_mult": own.width}
        self.network = make_network(own.architecture, classes, convention=own.convention, **options)
        self.register_buffer("mean", torch.tensor(MEAN[own.convention])[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(STD[own.convention])[:, None, None], persistent=False)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, S, S) in [0, 1] -> logits (B, classes)."""
        normalised = (pictures - self.mean) / self.std
        logits: Tensor = self.network(normalised.contiguous(memory_format=torch.channels_last))
        return logits

    def loss(self, logits: Tensor, *learnt: Tensor) -> Tensor:
        """How wrong the logits (B, classes) are about classes (B,)."""
        (classes,) = learnt
        return F.cross_entropy(logits, classes)

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
        torch.manual_seed(self.settings.seed * 1_000_003 + self.global_step)  # a resumed run draws the same numbers
        pictures, *learnt = batch
        loss = self.loss(self(augment(pictures.cpu()).to(self.device)).float(), *learnt)
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Sequence[Tensor], index: int) -> None:
        pictures, classes = batch
        logits = self(pictures.permute(0, 3, 1, 2).float() / 255).float()
        accuracy = (logits.argmax(1) == classes).float().mean()
        self.log("valid_loss", F.cross_entropy(logits, classes), prog_bar=True, batch_size=len(classes))
        self.log("valid_accuracy", accuracy, prog_bar=True, batch_size=len(classes))

    def configure_optimizers(self) -> Any:
        settings = self.settings
        optimizer = torch.optim.AdamW(
            self.parameter_groups(settings.weight_decay),
            lr=settings.learning_rate,
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(self.progress()))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def rate(progress: float) -> float:
    """Factor of the learning rate when so much of the run is over: it rises over a twentieth, then falls as a
    cosine."""
    return min(1.0, 0.01 + progress / 0.05) * (1 + math.cos(math.pi * min(1.0, progress))) / 2


def fit(
    kind: type[PictureNetwork], classes: int, data: PictureData, out: Path, *, resume: bool, accelerator: str
) -> Path:
    """Train a network of that kind, and return the checkpoint in `out` with the best validation accuracy."""
    settings = data.settings
    lightning.seed_everything(settings.seed, verbose=False)
    model = kind(asdict(settings), classes)
    if not resume:
        begin_from(model.network, settings.architecture, settings.init)
    return timed.fit(
        model,
        data,
        out,
        epochs=settings.epochs,
        patience=settings.patience,
        average=settings.average,
        resume=resume,
        accelerator=accelerator,
    )
