"""Trains on the labels of a crowd ("Emotion analysis with crowdsourcing", Watanabe).

It reads downwards: data, training, artifact. Faces are aligned and normalised as the running monitor does it.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import confusion_matrix
from torch import Tensor
from torch.utils.data import TensorDataset

from monitor.model.artifact import Artifact
from monitor.model.runtimes import load
from monitor_face.expression.face_input import FaceInput
from monitor_train.crowd.network import CrowdNetwork
from monitor_train.crowd.settings import Settings
from monitor_train.crowd.sheets import curves_figure, mistakes_sheet
from monitor_train.face.data import Faces
from monitor_train.face.evaluate import inputs, predict
from monitor_train.face.expression import draw_weights
from monitor_train.face.model import write_model
from monitor_train.face.training_faces import FaceSet, channels_last, split_views, training_canvases
from monitor_train.pictures.classifier import train_network
from monitor_train.pictures.figures import confusion_figure
from monitor_train.pictures.inference import REFERENCE
from monitor_train.pictures.settings import Run
from monitor_train.pictures.training import TrainingData, drawn


def crowd_faces(source: FaceSet, settings: Settings) -> TrainingData:
    """Canvases to train on and views to validate on, uint8 (N, ..., 3), with the share of each class (N, K).

    An epoch shows `per_class` pictures of each class.
    """
    train, canvases = training_canvases(source, settings)
    valid, views = split_views(source, "valid", settings)
    weights = draw_weights(torch.from_numpy(train.labels), balance=1.0)
    return TrainingData(
        settings,
        TensorDataset(channels_last(canvases), targets(train, hard=settings.hard)),
        TensorDataset(channels_last(views), targets(valid, hard=False)),
        partial(drawn, weights, settings.batch_size, count=settings.per_class * len(train.names)),
    )


def targets(faces: Faces, *, hard: bool) -> Tensor:
    """What is learnt of each face, (N, K): the probability of each class, or 1 for the most probable one."""
    return torch.from_numpy(np.eye(len(faces.names), dtype=np.float32)[faces.labels] if hard else faces.votes)


def fit(source: FaceSet, settings: Settings, run: Run) -> CrowdNetwork:
    """The network with the best accuracy on the validation split."""
    return train_network(CrowdNetwork, len(source.faces("train").names), crowd_faces(source, settings), run)


def train(source: FaceSet, settings: Settings, run: Run) -> Path:
    """Train, calibrate, export and measure; the folder of the artifact.

    Beside it lie the learning curves, the confusion matrix, and a sheet of the test pictures that the model is surest
    to be right about, and wrong.
    """
    model, names, out = fit(source, settings, run), source.faces("valid").names, run.out
    folder = write_model(run.artifact, "crowd-vgg16", names, model, source)
    curves_figure(out / "log", out / "curves.png")
    artifact = Artifact.read(folder)
    test, views = split_views(source, "test", settings)
    takes = FaceInput(artifact.manifest)
    probabilities = predict(artifact, load(artifact, REFERENCE), inputs(takes, views), test.names)[0]
    confusion = confusion_matrix(test.labels, probabilities.argmax(axis=1), labels=range(len(test.names)))
    confusion_figure(confusion.tolist(), test.names, out / "confusion.png")
    mistakes_sheet(test, probabilities, out / "mistakes.png")
    return folder
