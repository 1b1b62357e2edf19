"""Trains the student: a network that sees the whole picture, and learns from labels and from a teacher.

The method is that of Saito and Sudo, section 3.3; the profile `paper` has their sizes (section 4.2.2), `compact` is
small enough to run on a stream.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from monitor.errors import ConfigError
from monitor.model.picture_input import network_input
from monitor_train.pictures.classifier import PictureNetwork, logits_of, squares, train_network
from monitor_train.pictures.export import Calibrated, fit_temperature, new_manifest, write_measured
from monitor_train.pictures.measures import manifest_figures
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataSet
from monitor_train.pictures.terms import TERMS
from monitor_train.pictures.training import BATCH, TrainingData
from monitor_train.scene.data import is_positive, read
from monitor_train.scene.distillation import distillation_loss
from monitor_train.scene.evaluate import evaluate, positive
from monitor_train.scene.measures import LABELS
from monitor_train.scene.profile import Settings

HEADLINES = ("accuracy", "f_positive", "f_macro", "auc", "calibration_error")


def scene_pictures(source: DataSet, settings: Settings, teacher: Path | None) -> TrainingData:
    """What is learnt of a training picture is its label and the teacher's probability: 1 or 0, and P_SB.

    `teacher`: a table of probabilities, or the folder of an artifact. Raises ConfigError where it is needed.
    """
    if settings.alpha > 0 and teacher is None:
        raise ConfigError("an alpha above 0 needs a --teacher; --alpha 0 trains the network alone")
    splits = read(source)
    train, valid = splits["train"], splits["valid"]
    truth = is_positive(train)
    taught = truth if teacher is None or not settings.alpha else positive(teacher, train)[1]
    learnt = (torch.from_numpy(each.astype(np.float32)) for each in (truth, taught))
    classes = np.where(is_positive(valid), LABELS.index("positive"), LABELS.index("negative"))
    return TrainingData(
        settings,
        TensorDataset(torch.from_numpy(squares(train, settings.size)), *learnt),
        TensorDataset(torch.from_numpy(squares(valid, settings.size)), torch.from_numpy(classes)),
    )


class SceneSentiment(PictureNetwork):
    """Two classes, positive and negative."""

    settings_type = Settings
    settings: Settings

    def loss(self, logits: Tensor, *learnt: Tensor) -> Tensor:
        truth, teacher = learnt
        return distillation_loss(logits, truth, teacher, self.settings.alpha)


def train(source: DataSet, settings: Settings, run: Run, teacher: Path | None = None) -> Path:
    """Train, calibrate on validation pictures, export, and measure on test pictures; the folder of the artifact."""
    pictures = scene_pictures(source, settings, teacher)
    student = train_network(SceneSentiment, len(LABELS), pictures, run).float().cpu()
    training_data, licence = TERMS[source.format]
    if teacher is not None and settings.alpha > 0:
        training_data += f"; distilled with alpha {settings.alpha:g} from {teacher.name}"
    manifest = new_manifest("scene-sentiment", LABELS, (training_data, licence), student.commit, **settings.takes)
    seen, classes = pictures.valid[:]
    temperature = fit_temperature(logits_of(student, seen).numpy(), classes.numpy())
    return write_measured(
        run.artifact,
        Calibrated(student.network, temperature),
        manifest,
        network_input(seen[:BATCH].numpy(), manifest),
        lambda made: manifest_figures(evaluate(made, source), HEADLINES, f"{source.format} test, batch size 1"),
    )
