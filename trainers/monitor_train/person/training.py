"""Trains the appearance network by telling individuals apart (Wu et al., "Unsupervised feature learning via
non-parametric instance discrimination", 2018): two views of one person are alike, views of two people are not.

The loss is the normalised temperature-scaled cross entropy (Chen et al., "A simple framework for contrastive learning
of visual representations", 2020, equation 1). Its last layer, which whitens, is computed at the end and not learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from pytorch_metric_learning.losses import NTXentLoss
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from monitor_train.person.pictured_people import PicturedPerson
from monitor_train.person.settings import Settings
from monitor_train.person.views import view
from monitor_train.person.whitening import whitening
from monitor_train.pictures.classifier import PictureNetwork, begun, to_float, train_network
from monitor_train.pictures.network import make_network
from monitor_train.pictures.settings import Run
from monitor_train.pictures.training import TrainingData

VALIDATION = 0.1
"""Part of the people whose views are not learnt from."""
EPOCHS_WHITENED = 2
"""Of two views of each person, for the whitening,"""
WHITENED_AT_ONCE = 16
"""of so many people at a time."""


class Crops(nn.Module):
    """Normalised crops (B, 3, S, S) -> whitened vectors (B, numbers), whose directions count."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        features = make_network("mobilenet_v2", 1, convention=settings.convention).features
        assert isinstance(features, nn.Sequential)
        self.features, self.frozen = features[: settings.depth], settings.frozen
        numbers = self.features(torch.zeros(1, 3, settings.size, settings.size)).shape[1]
        self.whitening = nn.Linear(numbers, numbers).requires_grad_(False)
        nn.init.eye_(self.whitening.weight)
        nn.init.zeros_(self.whitening.bias)

    def forward(self, crops: Tensor) -> Tensor:
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.frozen == 0):
            maps = self.features[: self.frozen](crops)
        vectors: Tensor = self.whitening(self.features[self.frozen :](maps).mean((2, 3)))
        return vectors

    def train(self, mode: bool = True) -> Crops:
        """Norms and dropout stay as they are in use: batches of some dozen people are too few to measure them."""
        return super().train(False)


class Views(Dataset[Tensor]):
    """Two views of each person, uint8 (2 views, 2 crops, S, S, 3); new ones in each epoch, unless it is `fixed`."""

    def __init__(self, people: Sequence[PicturedPerson], settings: Settings, *, fixed: bool = False) -> None:
        self.people, self.settings, self.fixed = people, settings, fixed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.people)

    def __getitem__(self, index: int) -> Tensor:
        random = np.random.default_rng((self.settings.seed, 0 if self.fixed else self.epoch, index))
        elsewhere = random.integers(len(self.people), size=2)
        views = [view(self.people[index], self.people[each].image, self.settings.size, random) for each in elsewhere]
        return torch.from_numpy(np.stack(views))


class PeopleData(TrainingData):
    """People to learn from, and others to see how far it got."""

    train: Views
    valid: Views

    def __init__(self, people: Sequence[PicturedPerson], settings: Settings) -> None:
        order = np.random.default_rng(settings.seed).permutation(len(people))
        held_out = max(1, round(VALIDATION * len(people)))
        valid = Views([people[index] for index in order[:held_out]], settings, fixed=True)
        super().__init__(settings, Views([people[index] for index in order[held_out:]], settings), valid)

    def train_dataloader(self) -> DataLoader[Any]:
        seed = self.epoch_seed()
        self.train.epoch = seed
        generator = torch.Generator().manual_seed(seed)
        count = self.settings.batch_size
        return DataLoader(self.train, count, shuffle=True, generator=generator, drop_last=len(self.train) > count)

    def val_dataloader(self) -> DataLoader[Any]:
        """As many people at a time as in training: the loss grows with how many there are to be told apart."""
        return DataLoader(self.valid, self.settings.batch_size)


class AppearanceTraining(PictureNetwork):
    """The network, and with which steps it learns."""

    settings: Settings
    settings_type = Settings
    network: Crops

    def __init__(self, settings: dict[str, Any], classes: int = 0) -> None:
        """`classes`: there are none, since people are told apart by their vectors."""
        super().__init__(settings, classes)
        self.contrast = NTXentLoss(self.settings.temperature)
        self.network.train()
        self.keeps_norms = True

    def make_network(self, classes: int) -> nn.Module:
        return Crops(self.settings)

    def forward(self, views: Tensor) -> Tensor:
        """Views uint8 (B, 2 crops, S, S, 3) -> vectors of people (B, 2 * length), of length 1."""
        vectors = F.normalize(self.of_crops(views.flatten(0, 1)).float(), dim=1)
        people: Tensor = vectors.reshape(len(views), -1) / 2**0.5
        return people

    def of_crops(self, crops: Tensor) -> Tensor:
        """Crops uint8 (N, S, S, 3) -> their vectors (N, length)."""
        vectors: Tensor = super().forward(to_float(crops))
        return vectors

    def loss_of(self, batch: Tensor) -> Tensor:
        """How badly views (B people, 2 views, 2 crops, S, S, 3) tell people apart."""
        people = torch.arange(len(batch), device=self.device).repeat_interleave(2)
        loss: Tensor = self.contrast(self(batch.flatten(0, 1)), people)
        return loss

    def training_step(self, batch: Tensor, index: int) -> Tensor:  # type: ignore[override]  # views are all there is
        loss = self.loss_of(batch)
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Tensor, index: int) -> None:  # type: ignore[override]
        self.log("valid_loss", self.loss_of(batch), prog_bar=True, batch_size=len(batch))


def fit(people: Sequence[PicturedPerson], settings: Settings, run: Run) -> AppearanceTraining:
    """Train, and return what told the people apart best who were not learnt from."""
    data = PeopleData(people, settings)
    if settings.epochs:
        model = train_network(AppearanceTraining, 0, data, run, monitor="valid_loss")
    else:
        model = begun(AppearanceTraining, 0, settings)
    whiten(model, data.train)
    return model


def whiten(model: AppearanceTraining, views: Views) -> None:
    """Set the network's last layer to what whitens `views`, of both crops alike; it was one that changes nothing."""
    vectors = []
    with torch.inference_mode():
        for epoch in range(EPOCHS_WHITENED):
            views.epoch = epoch
            for pair in DataLoader(views, WHITENED_AT_ONCE):  # (B, 2 views, 2 crops, S, S, 3)
                vectors.append(model.of_crops(pair.flatten(0, 2)).unflatten(0, pair.shape[:3]))
    found = torch.cat(vectors).double().unflatten(0, (EPOCHS_WHITENED, -1))  # (epochs, people, views, crops, numbers)
    of_crops = found.permute(1, 3, 0, 2, 4).flatten(2, 3).flatten(0, 1)  # (people of each crop, views, numbers)
    weight, bias = whitening(of_crops.numpy())
    model.network.whitening.load_state_dict({"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)})
