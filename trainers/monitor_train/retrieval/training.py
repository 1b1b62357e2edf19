"""Trains the affective network on both of its tasks at once: to classify emotions, and to bring like ones together.

Yang et al. 2018, section "Multi-Task Framework". The classification sees the pooled maps of the last layer, as the
fully connected layer of GoogLeNet does, and the distances see the sentiment vector; both shape the layers below. With
the metric `none` nothing teaches the 1x1 convolutions of the vector, which stay as chance made them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from pytorch_metric_learning.losses import TripletMarginLoss
from pytorch_metric_learning.miners import TripletMarginMiner
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from monitor_train import timed
from monitor_train.retrieval.batches import EmotionBatches
from monitor_train.retrieval.constraints import SentimentLoss, SentimentMiner, squared_distance
from monitor_train.retrieval.data import emotions_of, numbers
from monitor_train.retrieval.network import AffectiveNetwork, Readout
from monitor_train.retrieval.profile import Settings
from monitor_train.retrieval.ranking import rankings
from monitor_train.retrieval.wheel import polarities
from monitor_train.scene.augment import augment
from monitor_train.scene.data import Scenes
from monitor_train.scene.network import MEAN, STD, begin_from
from monitor_train.scene.training import PictureData, rate, squares
from monitor_train.splits import Split


class AffectivePictures(PictureData):
    """Pictures and their emotions, in batches that hold every emotion."""

    def __init__(self, splits: dict[Split, Scenes], settings: Settings) -> None:
        """Raises DataError where an emotion has too few training pictures."""
        super().__init__(settings)
        self.splits = splits
        self.emotions = emotions_of(splits["train"], settings.least)
        self.answers = F.one_hot(torch.from_numpy(numbers(splits["train"], self.emotions))).float()
        """(N, emotions): what classification learns of each training picture; teachers may know better."""

    def setup(self, stage: str) -> None:
        train, valid = (
            (torch.from_numpy(squares(scenes, self.settings.size)), torch.from_numpy(numbers(scenes, self.emotions)))
            for scenes in (self.splits["train"], self.splits["valid"])
        )
        self.train, self.valid = TensorDataset(*train, self.answers), TensorDataset(*valid)

    def train_dataloader(self) -> DataLoader[Any]:
        seed = timed.epoch_seed(self, self.settings.seed)
        classes = self.train.tensors[1].numpy()
        batches = EmotionBatches(classes, self.settings.batch_size, self.settings.least, seed)
        return DataLoader(self.train, sampler=batches, batch_size=None)


class AffectiveTraining(timed.TimedModule):
    """The network, and with which steps it learns."""

    mean: Tensor
    std: Tensor

    def __init__(self, settings: dict[str, Any], emotions: Sequence[str]) -> None:
        super().__init__()
        self.save_hyperparameters()
        own = self.settings = Settings(**settings)
        self.minutes = own.minutes
        self.emotions = tuple(emotions)
        self.network = AffectiveNetwork(
            own.architecture,
            len(emotions),
            own.channels,
            rooted=own.rooted,
            convention=own.convention,
            width=own.width,
        )
        self.metric, self.miner = metric_of(own, self.emotions)
        self.register_buffer("mean", torch.tensor(MEAN[own.convention])[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(STD[own.convention])[:, None, None], persistent=False)
        self._validated: list[tuple[Tensor, Tensor]] = []

    def forward(self, pictures: Tensor) -> Readout:
        """Pictures (B, 3, S, S) in [0, 1]."""
        normalised = (pictures - self.mean) / self.std
        said: Readout = self.network(normalised.contiguous(memory_format=torch.channels_last))
        return said

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
        torch.manual_seed(self.settings.seed * 1_000_003 + self.global_step)  # a resumed run draws the same numbers
        pictures, classes, answers = batch
        said = self(augment(pictures.cpu(), self.settings.view).to(self.device))
        loss = F.cross_entropy(said.logits.float(), answers)
        self.log("classification", loss)
        if self.metric is not None:
            triplets = self.miner(said.vector, classes) if self.miner else None
            distance = self.metric(said.vector, classes, triplets)
            self.log(self.settings.metric, distance, prog_bar=True)
            loss = (1 - self.settings.omega) * loss + self.settings.omega * distance
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Sequence[Tensor], index: int) -> None:
        pictures, classes = batch
        said = self(pictures.permute(0, 3, 1, 2).float() / 255)
        logits = said.logits.float()
        accuracy = (logits.argmax(1) == classes).float().mean()
        self.log("valid_loss", F.cross_entropy(logits, classes), prog_bar=True, batch_size=len(classes))
        self.log("valid_accuracy", accuracy, prog_bar=True, batch_size=len(classes))
        self._validated.append((said.vector.float().cpu(), classes.cpu()))

    def on_validation_epoch_end(self) -> None:
        vectors, classes = (torch.cat(each).numpy() for each in zip(*self._validated, strict=True))
        self._validated.clear()
        ranked = rankings(vectors, classes, polarities(self.emotions)[classes])
        self.log("valid_map", float(np.nanmean(ranked["map"])), prog_bar=True)
        self.log("valid_map_polarity", float(np.nanmean(ranked["map_polarity"])))

    def configure_optimizers(self) -> Any:
        settings = self.settings
        groups = self.parameter_groups(settings.weight_decay)
        optimizer: torch.optim.Optimizer
        if settings.optimizer == "sgd":
            optimizer = torch.optim.SGD(groups, lr=settings.learning_rate, momentum=0.9)
        else:
            optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate(self.progress()))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def metric_of(settings: Settings, emotions: Sequence[str]) -> tuple[torch.nn.Module | None, torch.nn.Module | None]:
    """The loss on distances and its miner, None where there is none.

    Plain triplets (Schroff et al., "FaceNet", 2015) come with the miner of the library; at random, it takes as many
    triplets as the sentiment constraints would.
    """
    if settings.metric == "sentiment":
        what = (emotions, settings.margins, settings.wheel)
        return SentimentLoss(*what), SentimentMiner(*what, settings.miner)
    if settings.metric == "none":
        return None, None
    margin, distance = settings.margins[0], squared_distance()
    if settings.miner == "random":
        return TripletMarginLoss(margin, distance=distance, triplets_per_anchor=settings.batch_size // 2), None
    loss = TripletMarginLoss(margin, distance=distance)
    return loss, TripletMarginMiner(margin, settings.miner, distance=distance)


def fit(data: AffectivePictures, out: Path, *, resume: bool, accelerator: str) -> AffectiveTraining:
    """Train in the folder `out`, and return what had the least validation loss: a ranking needs good probabilities,
    and of some hundred pictures the loss tells more than how many were right."""
    settings = data.settings
    lightning.seed_everything(settings.seed, verbose=False)
    model = AffectiveTraining(asdict(settings), data.emotions)
    if not resume:
        begin_from(model.network.trunk, settings.architecture, settings.init)
    best = timed.fit(
        model,
        data,
        out,
        epochs=settings.epochs,
        patience=settings.patience,
        average=settings.average,
        resume=resume,
        accelerator=accelerator,
        monitor="valid_loss",
    )
    return AffectiveTraining.load_from_checkpoint(best, map_location="cpu", weights_only=True)
