"""Trains the image branch: a ResNet-18 with an Amend Representation Module that sees the picture of a face alone.

It reads downwards: settings, data, model, training. Where a data set has votes, they are the targets, not one label,
after Barsoum et al. (2016); the weights that count are an exponential moving average over the steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lightning
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, TensorDataset, WeightedRandomSampler
from torchmetrics.functional.classification import multiclass_accuracy

from monitor.errors import ConfigError
from monitor_train import timed
from monitor_train.face.augment import augment, random_views
from monitor_train.face.model import write_model
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import profile
from monitor_train.face.training_faces import CANVAS, DataSet, split_views, training_canvases
from monitor_train.weights import read_checkpoint, take_weights


@dataclass(frozen=True)
class Settings:
    """Everything that decides how a run goes."""

    profile: str = "compact"
    epochs: int = 60
    minutes: float | None = None
    """Where given, the run ends after so much time, with the learning rate brought down in time for it."""
    patience: int = 20
    """The run ends when the best validation accuracy is so many epochs old."""
    batch_size: int = 128
    seed: int = 0
    imagenet: bool = False
    """Begin with torchvision's ImageNet weights, which it downloads; for the paper's profile."""
    dropout: float = 0.1
    learning_rate: float = 0.1
    """Peak, for batches of 128; rises over the first epoch, then falls as a cosine."""
    weight_decay: float = 5e-4
    average: float = 0.998
    """Decay of the moving average of the weights, per step."""
    balance: float = 0.35
    """0: every picture is drawn equally often; 1: every class is."""
    unaligned: float = 0.2
    """Share of the pictures shown without alignment, as the monitor sees faces to which no mesh could be fitted."""


class FacePictures(lightning.LightningDataModule):
    """Pictures in memory: canvases to train on, views as the running monitor makes them to validate on."""

    def __init__(self, source: DataSet, settings: Settings) -> None:
        super().__init__()
        self.source, self.settings, self.profile = source, settings, profile(settings.profile)

    def setup(self, stage: str) -> None:
        canvases = training_canvases(self.source, self.profile)
        self.train = TensorDataset(
            torch.from_numpy(canvases.aligned.pictures),  # uint8 (N, C, H, H)
            torch.from_numpy(canvases.plain),
            torch.from_numpy(canvases.faces.votes),  # (N, K)
        )
        self.weights = draw_weights(torch.from_numpy(canvases.faces.labels), self.settings.balance)
        faces, views = split_views(self.source, "valid", self.profile)
        self.valid = TensorDataset(
            torch.from_numpy(views.pictures), torch.from_numpy(faces.votes), torch.from_numpy(faces.majority)
        )

    def train_dataloader(self) -> DataLoader[Any]:
        return drawn_batches(
            self.train, self.weights, self.settings.batch_size, timed.epoch_seed(self, self.settings.seed)
        )

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.valid, batch_size=256)


def draw_weights(labels: Tensor, balance: float) -> Tensor:
    """How often each picture is drawn, (N,): in proportion to the size of its class to the power of -`balance`."""
    return (labels.bincount().clamp(min=1).double() ** -balance)[labels]


def drawn_batches(pictures: TensorDataset, weights: Tensor, batch_size: int, seed: int) -> DataLoader[Any]:
    """As many pictures as there are, drawn by weight with replacement, in whole batches."""
    generator = torch.Generator().manual_seed(seed)
    sampler = WeightedRandomSampler(weights.tolist(), len(weights), replacement=True, generator=generator)
    batches = BatchSampler(sampler, batch_size, drop_last=len(weights) > batch_size)
    return DataLoader(pictures, sampler=batches, batch_size=None)


class FaceExpression(timed.TimedModule):
    """The network, what it is trained for, and with which steps."""

    def __init__(self, settings: dict[str, Any], labels: Sequence[str]) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.settings, self.labels = Settings(**settings), tuple(labels)
        self.minutes = self.settings.minutes
        self.profile = profile(self.settings.profile)
        self.network = FaceNetwork(self.profile, len(self.labels), self.settings.dropout, self.settings.imagenet).to(
            memory_format=torch.channels_last
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, C, S, S) in [0, 1] -> logits (B, K)."""
        normalised = (pictures - self.profile.mean) / self.profile.std
        logits: Tensor = self.network(normalised.contiguous(memory_format=torch.channels_last))
        return logits

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
        torch.manual_seed(self.settings.seed * 1_000_003 + self.global_step)  # a resumed run draws the same numbers
        aligned, plain, votes = batch
        unaligned = torch.rand(len(aligned), 1, 1, 1) < self.settings.unaligned
        views = random_views(len(aligned), 1 / CANVAS)
        pictures = augment(torch.where(unaligned, plain, aligned).cpu(), views, self.profile.size).to(self.device)
        loss = F.cross_entropy(self(pictures).float(), votes)
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Sequence[Tensor], index: int) -> None:
        pictures, votes, majority = batch
        logits = self(pictures.float() / 255).float()
        self.log("valid_loss", F.cross_entropy(logits, votes), prog_bar=True, batch_size=len(votes))
        log_accuracy(self, "valid_accuracy", logits, votes, majority)

    def configure_optimizers(self) -> Any:
        settings = self.settings
        optimizer = torch.optim.SGD(
            self.parameter_groups(settings.weight_decay),
            lr=settings.learning_rate * settings.batch_size / 128,
            momentum=0.9,
            nesterov=True,
        )
        warm_up = max(1, int(self.trainer.estimated_stepping_batches) // max(1, settings.epochs))

        def factor(step: int) -> float:
            return min(1.0, (step + 1) / warm_up) * (
                0.001 + 0.999 * (1 + math.cos(math.pi * min(1.0, self.progress()))) / 2
            )

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def log_accuracy(module: lightning.LightningModule, name: str, logits: Tensor, votes: Tensor, majority: Tensor) -> None:
    """Log the accuracy over the pictures of a validation batch on which more than half of the votes agree."""
    kept, labels = logits[majority], votes.argmax(1)[majority]
    if len(kept):
        accuracy = multiclass_accuracy(kept, labels, logits.shape[1], average="micro")
        module.log(name, accuracy, prog_bar=True, batch_size=len(kept))


def train(
    source: DataSet,
    out: Path,
    settings: Settings,
    *,
    start: Path | None = None,
    resume: bool = False,
    accelerator: str = "auto",
) -> Path:
    """Train, calibrate, export and measure; the folder of the artifact, `out`/artifact."""
    best = fit(source, out, settings, start=start, resume=resume, accelerator=accelerator)
    model = FaceExpression.load_from_checkpoint(best, map_location="cpu", weights_only=True)
    return write_model(out / "artifact", "face-expression", model, model.network, source)


def fit(
    source: DataSet,
    out: Path,
    settings: Settings,
    *,
    start: Path | None = None,
    resume: bool = False,
    accelerator: str = "auto",
) -> Path:
    """Train, and return the checkpoint with the best validation accuracy.

    `start`: a checkpoint whose weights the run begins with; `resume` continues the run in `out` instead.
    """
    if settings.imagenet and profile(settings.profile).colour == "grey":
        raise ConfigError(f"--imagenet: there are no ImageNet weights for the profile {settings.profile}")
    lightning.seed_everything(settings.seed, verbose=False)
    model = FaceExpression(asdict(settings), source.faces("train").names)
    if start is not None:
        take_weights(model, read_checkpoint(start)["state_dict"], start)
    return timed.fit(
        model,
        FacePictures(source, settings),
        out,
        epochs=settings.epochs,
        patience=settings.patience,
        average=settings.average,
        resume=resume,
        accelerator=accelerator,
    )
