"""What every network of pictures is trained with: by default one of whole RGB pictures.

Pictures lie in memory, uint8 (N, S, S, C), squeezed to the network's size as the running monitor does, and are shown
with small changes. What is learnt of a picture is up to the data: a class, the share of each class, or what a subclass
has a loss for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Self, TypeVar

import lightning
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from monitor.model.picture_input import scene_picture
from monitor_train.pictures.augment import augment
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.network import begin_from, make_network
from monitor_train.pictures.settings import PictureSettings, Run, TrainingSettings
from monitor_train.pictures.terminal import progress
from monitor_train.pictures.training import Monitored, TrainingData, TrainingModule, fit, in_batches


def squares(pictures: LabelledPictures, size: int) -> NDArray[np.uint8]:
    """All pictures, uint8 (N, size, size, 3)."""
    out = np.empty((len(pictures), size, size, 3), np.uint8)
    for index in progress(range(len(pictures)), "pictures", len(pictures)):
        out[index] = scene_picture(pictures.read(index), size)
    return out


class PictureNetwork(TrainingModule):
    """Pictures (B, C, S, S) in [0, 1] -> logits (B, classes)."""

    settings: PictureSettings
    mean: Tensor
    std: Tensor
    settings_type: ClassVar[type[TrainingSettings]] = PictureSettings

    def __init__(self, settings: dict[str, Any], classes: int) -> None:
        """`settings`: the fields of `settings_type`, as a checkpoint keeps them."""
        super().__init__(self.settings_type(**settings))
        self.save_hyperparameters()
        self.network = self.make_network(classes)
        self.still = self.frozen()
        for module in self.still:
            module.requires_grad_(False).eval()
        self.keeps_norms = bool(self.still)
        for name in ("mean", "std"):
            self.register_buffer(name, torch.tensor(self.settings.takes[name])[:, None, None], persistent=False)

    def make_network(self, classes: int) -> nn.Module:
        """The network without trained weights."""
        own = self.settings
        options = {} if own.width == 1 else {"width_mult": own.width}
        return make_network(own.architecture, classes, convention=own.convention, **options)

    def frozen(self) -> Sequence[nn.Module]:
        """The parts of the network that keep their weights, and whose norms keep their averages."""
        return ()

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        for module in self.still:
            module.eval()
        return self

    def begin(self) -> None:
        """Give the network its initial weights. Raises ConfigError where they cannot be had."""
        begin_from(self.network, self.settings.architecture, self.settings.init)

    def forward(self, pictures: Tensor) -> Any:
        normalised = (pictures - self.mean) / self.std
        return self.network(normalised.contiguous(memory_format=torch.channels_last))

    def views(self, pictures: Tensor) -> Tensor:
        """Random views of training pictures, uint8 (B, S, S, C), for `forward`."""
        return augment(pictures.cpu(), self.settings.view).to(self.device)

    def loss(self, logits: Tensor, *learnt: Tensor) -> Tensor:
        """How wrong the logits (B, classes) are about classes (B,) or shares (B, classes)."""
        (truth,) = learnt
        return F.cross_entropy(logits, truth)

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
        pictures, *learnt = batch
        loss = self.loss(self(self.views(pictures)).float(), *learnt)
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Sequence[Tensor], index: int) -> None:
        pictures, *truth = batch
        self.log_validation(self(to_float(pictures)).float(), *truth)

    def configure_optimizers(self) -> Any:
        return self.scheduled(torch.optim.AdamW(self.parameter_groups(), lr=self.settings.learning_rate))


def to_float(pictures: Tensor) -> Tensor:
    """Pictures uint8 (B, S, S, C) as a network takes them, (B, C, S, S) in [0, 1]."""
    return pictures.permute(0, 3, 1, 2).float() / 255


N = TypeVar("N", bound=PictureNetwork)


def train_network(
    kind: type[N], classes: Any, data: TrainingData, run: Run, monitor: Monitored = "valid_accuracy"
) -> N:
    """A network of that kind, trained: as it was when `monitor` was best.

    `classes`: what the kind is made with beside its settings, how many they are or their names.
    """
    model = begun(kind, classes, data.settings, resumed=run.resume)
    return kind.read(fit(model, data, run, monitor))


def begun(kind: type[N], classes: Any, settings: TrainingSettings, *, resumed: bool = False) -> N:
    """A network of that kind with its initial weights, or with none yet where it is going to be `resumed`."""
    lightning.seed_everything(settings.seed, verbose=False)
    model = kind(asdict(settings), classes)
    if not resumed:
        model.begin()
    return model


def logits_of(model: PictureNetwork, pictures: Tensor) -> Tensor:
    """What `model` says of pictures uint8 (N, S, S, 3), (N, classes)."""
    model.eval()
    return in_batches(lambda part: model(to_float(part)), pictures)
