"""Trains the image branch: a ResNet-18 with an Amend Representation Module that sees the picture of a face alone.

It reads downwards: settings, data, model, training. Where a data set has votes, they are the targets, not one label,
after Barsoum et al. (2016); the weights that count are an exponential moving average over the steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from monitor.errors import ConfigError
from monitor.model.artifact import Artifact
from monitor_train.face.augment import views_of
from monitor_train.face.model import write_model
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import profile
from monitor_train.face.settings import Settings
from monitor_train.face.training_faces import (
    CANVAS,
    FaceSet,
    channels_last,
    split_views,
    training_canvases,
    unaligned_canvases,
)
from monitor_train.pictures import training
from monitor_train.pictures.classifier import PictureNetwork, begun
from monitor_train.pictures.network import downloaded
from monitor_train.pictures.settings import Run
from monitor_train.pictures.training import TrainingData, drawn
from monitor_train.pictures.weights import artifact_weights, read_checkpoint, take_weights


def face_pictures(source: FaceSet, settings: Settings) -> TrainingData:
    """Canvases to train on, uint8 (N, H, H, C), aligned and not, and views as the running monitor makes them to
    validate on, all with votes (N, K)."""
    takes = profile(settings.profile)
    faces, aligned = training_canvases(source, takes)
    valid, views = split_views(source, "valid", takes)
    plain = unaligned_canvases(faces, aligned, takes)
    weights = draw_weights(torch.from_numpy(faces.labels), settings.balance)
    return TrainingData(
        settings,
        TensorDataset(channels_last(aligned), channels_last(plain), torch.from_numpy(faces.votes)),
        TensorDataset(channels_last(views), *map(torch.from_numpy, (valid.votes, valid.majority))),
        partial(drawn, weights, settings.batch_size),
    )


def draw_weights(labels: Tensor, balance: float) -> Tensor:
    """How often each picture is drawn, (N,): in proportion to the size of its class to the power of -`balance`."""
    return (labels.bincount().clamp(min=1).double() ** -balance)[labels]


class FaceExpression(PictureNetwork):
    """The network, what it is trained for, and with which steps."""

    settings: Settings  # type: ignore[assignment]  # which network it is, its profile says
    settings_type = Settings
    network: FaceNetwork

    def __init__(self, settings: dict[str, Any], labels: Sequence[str]) -> None:
        super().__init__(settings, len(labels))
        self.labels = tuple(labels)

    def make_network(self, classes: int) -> nn.Module:
        self.profile = profile(self.settings.profile)
        return FaceNetwork(self.profile, classes, self.settings.dropout).to(memory_format=torch.channels_last)

    def begin(self) -> None:
        if self.settings.imagenet:
            if self.profile.grey:
                raise ConfigError(f"--imagenet: there are no ImageNet weights for the profile {self.settings.profile}")
            weights = downloaded("resnet18", "leave out --imagenet to start from nothing")
            of_trunk = {name: value for name, value in weights.items() if not name.startswith("fc.")}
            self.network.trunk.load_state_dict(of_trunk)

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
        aligned, plain, votes = batch
        unaligned = torch.rand(len(aligned), 1, 1, 1).to(aligned.device) < self.settings.unaligned
        return super().training_step((torch.where(unaligned, plain, aligned), votes), index)

    def views(self, pictures: Tensor) -> Tensor:
        return views_of(pictures, 1 / CANVAS, self.profile.size).to(self.device)

    def configure_optimizers(self) -> Any:
        settings = self.settings
        optimizer = torch.optim.SGD(
            self.parameter_groups(),
            lr=settings.learning_rate * settings.batch_size / 128,
            momentum=0.9,
            nesterov=True,
        )
        warm_up = max(1, int(self.trainer.estimated_stepping_batches) // max(1, settings.epochs))

        def factor(step: int) -> float:
            return min(1.0, (step + 1) / warm_up) * (
                0.001 + 0.999 * (1 + math.cos(math.pi * min(1.0, self.progress()))) / 2
            )

        return self.scheduled(optimizer, factor)


def train(source: FaceSet, settings: Settings, run: Run, start: Path | None = None) -> Path:
    """Train, calibrate, export and measure; the folder of the artifact."""
    model = FaceExpression.read(fit(source, settings, run, start))
    return write_model(run.artifact, "face-expression", model.labels, model, source)


def fit(source: FaceSet, settings: Settings, run: Run, start: Path | None = None) -> Path:
    """Train, and return the checkpoint that was best on the validation pictures.

    Where it began with a finished model it is the last one: the few pictures that there are then choose by chance.

    `start`: a checkpoint or the folder of a face model, whose weights the run begins with.
    """
    model = begun(FaceExpression, source.faces("train").names, settings, resumed=run.resume)
    if start is not None:
        begin_with(model, start)
    best = training.fit(model, face_pictures(source, settings), run)
    return best if start is None or start.is_file() else run.last


def begin_with(model: FaceExpression, start: Path) -> None:
    """Give `model` the weights of a checkpoint, or those of the image branch of the face model in a folder.

    Of that model's classes it takes those that it has itself. Raises ConfigError where they do not fit.
    """
    if not start.is_dir():
        take_weights(model, read_checkpoint(start)["state_dict"], start)
        return
    artifact = Artifact.read(start)
    known = artifact.manifest.labels
    missing = [label for label in model.labels if label not in known]
    if missing:
        raise ConfigError(f"{artifact} does not know the class {missing[0]!r}; it knows {', '.join(known)}")
    weights = artifact_weights(artifact, "image.") or artifact_weights(artifact)
    rows = [known.index(label) for label in model.labels]
    last = {name: weights[name][rows] for name in weights if name.startswith("classify.")}
    take_weights(model.network, weights | last, artifact)
