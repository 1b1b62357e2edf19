"""Trains the model of how people look, and writes its artifact."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from monitor.model.artifact import Artifact
from monitor.model.picture_input import network_input
from monitor.sources.pictures import SUFFIXES
from monitor_train.person.pictured_people import PicturedPerson, pictured_people
from monitor_train.person.settings import Settings
from monitor_train.person.training import AppearanceTraining, PeopleData, fit
from monitor_train.pictures.export import VECTOR, Calibrated, new_manifest, write_measured
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataError
from monitor_train.pictures.training import in_batches

LICENCE = "Apache-2.0, as far as the project can grant it; the pictures belong to those who took them"


class Vectors(Calibrated):
    """The network's vectors as they are: there are no probabilities to calibrate."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__(network, 1.0, (VECTOR,))

    def forward(self, pictures: Tensor) -> Tensor:
        vectors: Tensor = self.network(pictures)
        return vectors


def train(data: Path, settings: Settings, run: Run) -> Path:
    """Learn from the people in the pictures of the folder `data`; the folder of the artifact."""
    files = [file for file in sorted(data.rglob("*")) if file.suffix.lower() in SUFFIXES]
    if not files:
        raise DataError(f"{data} holds no pictures; --data takes a folder of them, in folders or not")
    people = pictured_people(files)
    return write_model(run.artifact, fit(people, settings, run), people)


def write_model(folder: Path, trained: AppearanceTraining, people: Sequence[PicturedPerson]) -> Path:
    """The artifact of `trained` in `folder`, with figures of the people that were not learnt from."""
    settings = trained.settings
    initial = initial_weights(settings.init)
    told = "each told from all others; " if settings.epochs else ""
    training_data = f"{len(people)} people in pictures, {told}views of each whitened; {initial}"
    manifest = new_manifest(
        "person-appearance",
        (),
        (training_data, f"{LICENCE}; {initial}"),
        trained.commit,
        **settings.takes,
        version="2",
        full_precision=True,  # cosines of bfloat16 differ in the second digit
    )
    trained = trained.float().cpu()
    held_out = PeopleData(people, settings).valid
    views = torch.stack([held_out[index] for index in range(len(held_out))])

    def measure(made: Path) -> dict[str, Any]:
        vectors = in_batches(lambda part: trained(part.flatten(0, 1)).unflatten(0, (-1, 2)), views).flatten(0, 1)
        return {
            "test_data": "people held out of training, two views of each with changed light, size and background",
            "test_people": len(views),
            "same_person_auc": round(same_person_auc(vectors.numpy()), 4),
            "vector_length": vectors.shape[1],
        }

    batch = network_input(views[:32].flatten(0, 2).numpy(), manifest)
    return write_measured(folder, Vectors(trained.network), manifest, batch, measure)


def initial_weights(init: str) -> str:
    """What a manifest says of `--init`."""
    if not Path(init).is_dir():
        return f"initial weights: {Path(init).name}"
    manifest = Artifact.read(init).manifest
    return f"initial weights of the model {manifest.name} {manifest.version} ({manifest.licence})"


def same_person_auc(vectors: NDArray[np.float32]) -> float:
    """Area under the curve of "same person" by the cosine of two views; of `vectors` (2 * people, numbers) every two
    are of one person."""
    from sklearn.metrics import roc_auc_score

    first, second = np.triu_indices(len(vectors), 1)
    return float(roc_auc_score(first // 2 == second // 2, (vectors @ vectors.T)[first, second]))
