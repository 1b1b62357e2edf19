"""Trains the affective network on both of its tasks at once: to classify emotions, and to bring like ones together.

Yang et al. 2018, section "Multi-Task Framework". The classification sees the pooled maps of the last layer, as the
fully connected layer of GoogLeNet does, and the distances see the sentiment vector; both shape the layers below. With
the metric `none` nothing teaches the 1x1 convolutions of the vector, which stay as chance made them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from pytorch_metric_learning.losses import TripletMarginLoss
from pytorch_metric_learning.miners import TripletMarginMiner
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from monitor_train.pictures.classifier import PictureNetwork, squares, to_float, train_network
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.network import begin_from
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import Split
from monitor_train.pictures.training import TrainingData
from monitor_train.retrieval.batches import EmotionBatches
from monitor_train.retrieval.constraints import SentimentLoss, SentimentMiner, squared_distance
from monitor_train.retrieval.data import emotions_of, numbers
from monitor_train.retrieval.emotion_wheel import polarities
from monitor_train.retrieval.network import AffectiveNetwork
from monitor_train.retrieval.profile import Settings
from monitor_train.retrieval.ranking import rankings


def affective_pictures(
    splits: Mapping[Split, LabelledPictures], settings: Settings, answers: Tensor | None = None
) -> TrainingData:
    """Pictures and their emotions, in batches that hold every emotion.

    `answers` (N, emotions): what classification learns of each training picture; teachers may know better than labels.
    """
    train, valid = splits["train"], splits["valid"]
    emotions = emotions_of(train, settings.least)
    classes = numbers(train, emotions)
    answers = F.one_hot(torch.from_numpy(classes)).float() if answers is None else answers
    seen, held_out = (torch.from_numpy(squares(each, settings.size)) for each in (train, valid))
    return TrainingData(
        settings,
        TensorDataset(seen, torch.from_numpy(classes), answers),
        TensorDataset(held_out, torch.from_numpy(numbers(valid, emotions))),
        partial(EmotionBatches, classes, settings.batch_size, settings.least),
    )


class AffectiveTraining(PictureNetwork):
    """The network of logits, sentiment vectors and pooled features, and with which steps it learns.

    Its answer for pictures (B, 3, S, S) in [0, 1] is a `Readout`.
    """

    settings_type = Settings
    settings: Settings
    network: AffectiveNetwork

    def __init__(self, settings: dict[str, Any], emotions: Sequence[str]) -> None:
        super().__init__(settings, len(emotions))
        self.emotions = tuple(emotions)
        self.metric, self.miner = metric_of(self.settings, self.emotions)
        self._validated: list[tuple[Tensor, Tensor]] = []

    def make_network(self, classes: int) -> nn.Module:
        own = self.settings
        return AffectiveNetwork(
            own.architecture, classes, own.channels, rooted=own.rooted, convention=own.convention, width=own.width
        )

    def begin(self) -> None:
        begin_from(self.network.trunk, self.settings.architecture, self.settings.init)

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
        pictures, classes, answers = batch
        readout = self(self.views(pictures))
        loss = F.cross_entropy(readout.logits.float(), answers)
        self.log("classification", loss)
        if self.metric is not None:
            triplets = self.miner(readout.vector, classes) if self.miner else None
            distance = self.metric(readout.vector, classes, triplets)
            self.log(self.settings.metric, distance, prog_bar=True)
            loss = (1 - self.settings.omega) * loss + self.settings.omega * distance
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Sequence[Tensor], index: int) -> None:
        pictures, classes = batch
        readout = self(to_float(pictures))
        self.log_validation(readout.logits.float(), classes)
        self._validated.append((readout.vector.float().cpu(), classes.cpu()))

    def on_validation_epoch_end(self) -> None:
        vectors, classes = (torch.cat(each).numpy() for each in zip(*self._validated, strict=True))
        self._validated.clear()
        ranked = rankings(vectors, classes, polarities(self.emotions)[classes])
        self.log("valid_map", float(np.nanmean(ranked["map"])), prog_bar=True)
        self.log("valid_map_polarity", float(np.nanmean(ranked["map_polarity"])))

    def configure_optimizers(self) -> Any:
        groups, rate = self.parameter_groups(), self.settings.learning_rate
        if self.settings.optimizer == "sgd":
            return self.scheduled(torch.optim.SGD(groups, lr=rate, momentum=0.9))
        return self.scheduled(torch.optim.AdamW(groups, lr=rate))


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


def fit(data: TrainingData, emotions: Sequence[str], run: Run) -> AffectiveTraining:
    """Train, and return what had the least validation loss: a ranking needs good probabilities, and of some hundred
    pictures the loss tells more than how many were right."""
    return train_network(AffectiveTraining, emotions, data, run, monitor="valid_loss")
