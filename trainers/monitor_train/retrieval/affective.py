"""Trains the model that classifies pictures by emotion and finds those that feel alike.

The method is that of Yang, She, Lai and Yang, "Retrieving and classifying affective images via deep metric learning",
AAAI 2018; the profile `paper` has their network, `compact` is small enough to run on a stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from monitor.model.picture_input import network_input
from monitor_train.pictures.classifier import squares
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.export import PROBABILITIES, VECTOR, Calibrated, new_manifest, write_measured
from monitor_train.pictures.measures import manifest_figures
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataSet, Split
from monitor_train.pictures.terms import TERMS
from monitor_train.pictures.training import BATCH
from monitor_train.retrieval.data import emotions_of, read
from monitor_train.retrieval.evaluate import evaluate
from monitor_train.retrieval.joined_vector import JoinedVector
from monitor_train.retrieval.network import AffectiveNetwork
from monitor_train.retrieval.profile import Settings
from monitor_train.retrieval.readouts import join
from monitor_train.retrieval.teachers import soft_labels
from monitor_train.retrieval.training import AffectiveTraining, affective_pictures, fit

HEADLINES = (
    *("accuracy", "map", "map_polarity", "precision_1", "precision_5", "precision_10"),
    *("average_recall", "calibration_error"),
)
METRICS = {"sentiment": "sentiment constraints", "triplet": "triplets of emotions"}


class Described(Calibrated):
    """Probabilities (B, emotions), softened by a temperature, and joined vectors (B, length)."""

    def __init__(self, network: AffectiveNetwork, temperature: float, joined: JoinedVector) -> None:
        super().__init__(network, temperature, (PROBABILITIES, VECTOR))
        self.joined = joined

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        readout = self.network(pictures)
        return torch.softmax(readout.logits / self.temperature, dim=1), self.joined(readout.logits, readout.vector)


def train(source: DataSet, settings: Settings, run: Run) -> Path:
    """Train, calibrate, export and measure; the folder of the artifact."""
    splits = read(source)
    emotions, answers = emotions_of(splits["train"], settings.least), None
    if settings.teachers:
        answers = soft_labels(settings.teachers, emotions, splits["train"])
    trained = fit(affective_pictures(splits, settings, answers), emotions, run)
    return write_model(run.artifact, trained, splits, source)


def write_model(
    folder: Path, trained: AffectiveTraining, splits: Mapping[Split, LabelledPictures], source: DataSet
) -> Path:
    """The artifact of `trained` in `folder`: whitened by training pictures, calibrated by validation pictures, with
    figures from the test split of `source`."""
    settings = trained.settings
    training_data, licence = TERMS[source.format]
    if settings.metric != "none":
        training_data += f"; sentiment vector by {METRICS[settings.metric]}, omega {settings.omega:g}"
    if settings.teachers:
        training_data += f"; labels by {len(settings.teachers)} earlier networks"
    manifest = new_manifest(
        "affective-retrieval",
        trained.emotions,
        (training_data, licence),
        trained.commit,
        **settings.takes,
        full_precision=True,  # vectors of bfloat16 rank worse
    )
    trained = trained.float().cpu()
    joined, temperature = join(trained, splits)
    network = Described(trained.network, temperature, joined)
    some = squares(splits["valid"].some(range(min(BATCH, len(splits["valid"])))), settings.size)
    batch = network_input(some, manifest)

    def measure(made: Path) -> dict[str, Any]:
        figures = manifest_figures(evaluate(made, source), HEADLINES, f"{source.format} test, batch size 1")
        return {**figures, "vector_length": joined.length}

    return write_measured(folder, network, manifest, batch, measure)
