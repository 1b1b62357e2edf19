"""From a trained network to its artifact: calibrated on validation pictures, exported, measured on test pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from monitor.artifact import Artifact, Manifest
from monitor.errors import ArtifactError
from monitor.runtimes import OnnxRuntime
from monitor.scene_picture import network_input
from monitor_train.export import TOLERANCE, Calibrated, check_parity, write_artifact
from monitor_train.retrieval.evaluate import evaluate
from monitor_train.retrieval.joined import JoinedVector
from monitor_train.retrieval.network import AffectiveNetwork
from monitor_train.retrieval.readouts import join
from monitor_train.retrieval.training import AffectiveTraining
from monitor_train.scene.data import Scenes
from monitor_train.scene.model import PEOPLE
from monitor_train.scene.model import TERMS as SCENE_TERMS
from monitor_train.scene.network import MEAN, STD
from monitor_train.scene.training import squares
from monitor_train.splits import Split

RESEARCH = PEOPLE + "The pictures are for research"
TERMS = SCENE_TERMS | {
    "artphoto": ("ArtPhoto (Machajdik and Hanbury 2010), photographs made to evoke an emotion", RESEARCH),
    "abstract": ("Abstract paintings (Machajdik and Hanbury 2010) with the emotion of most votes", RESEARCH),
    "iapsa": ("IAPSa: pictures of IAPS with the emotions of Mikels et al. 2005", RESEARCH),
    "list": ("pictures in a list, of whoever trained this model", "that of the pictures"),
}
"""Layout -> what the training pictures are, and under which terms the weights can be used."""
HEADLINES = ("accuracy", "map", "map_polarity", "precision_1", "precision_5", "precision_10")
METRICS = {"sentiment": "sentiment constraints", "triplet": "triplets of emotions"}
OUTPUTS = ("probabilities", "vector")


class Described(Calibrated):
    """Probabilities (B, emotions), softened by a temperature, and joined vectors (B, length)."""

    def __init__(self, network: AffectiveNetwork, temperature: float, joined: JoinedVector) -> None:
        super().__init__(network, temperature, OUTPUTS)
        self.joined = joined

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        said = self.network(pictures)
        return torch.softmax(said.logits / self.temperature, dim=1), self.joined(said.logits, said.vector)


def write_model(
    folder: Path, trained: AffectiveTraining, splits: Mapping[Split, Scenes], data: Path, layout: str
) -> Path:
    """The artifact of `trained` in `folder`: whitened by training pictures, calibrated by validation pictures, with
    figures from the test split of `data`."""
    settings = trained.settings
    training_data, licence = TERMS[layout]
    if settings.metric != "none":
        training_data += f"; sentiment vector by {METRICS[settings.metric]}, omega {settings.omega:g}"
    if settings.teachers:
        training_data += f"; labels by {len(settings.teachers)} earlier networks"
    manifest = Manifest(
        name="affective-retrieval",
        version="1",
        sha256="0" * 64,
        input_shape=(3, settings.size, settings.size),
        mean=MEAN[settings.convention],
        std=STD[settings.convention],
        colour="rgb",
        labels=trained.emotions,
        full_precision=True,  # vectors of bfloat16 rank worse
        licence=licence,
        training_data=training_data,
        metrics={},
        trainer="affective-retrieval",
        commit=trained.commit,
    )
    trained = trained.float().cpu()
    joined, temperature = join(trained, splits)
    calibrated = Described(trained.network, temperature, joined)
    artifact = write_artifact(folder, calibrated, manifest)
    some = squares(splits["valid"].some(np.arange(min(128, len(splits["valid"])))), settings.size)
    batch = network_input(some, manifest)
    parity = check_parity(calibrated, artifact, batch)
    check_vectors(calibrated, artifact, batch)
    figures = headlines(evaluate(folder, data, layout))
    metrics = {
        **figures,
        "vector_length": joined.length,
        "temperature": round(temperature, 4),
        "parity_with_torch": float(f"{parity:.1e}"),
    }
    return Artifact.write(folder, artifact.manifest.model_copy(update={"metrics": metrics})).folder


def check_vectors(network: Described, artifact: Artifact, batch: NDArray[np.float32]) -> None:
    """Raises ArtifactError where the cosine of a vector of torch and that of the artifact is not next to 1."""
    with torch.inference_mode():
        expected = network.eval()(torch.from_numpy(batch))[1].numpy()
    turned = float(1 - (OnnxRuntime(artifact).outputs(batch)[1] * expected).sum(1).min())
    if not turned <= TOLERANCE:
        raise ArtifactError(f"vectors of {artifact.model} have turned by a cosine of {turned:.2g} against torch's")


def headlines(figures: dict[str, Any]) -> dict[str, Any]:
    """What of an evaluation stands in the manifest."""
    return {
        "test_data": f"{figures['data']}, batch size 1",
        "test_pictures": figures["pictures"],
        **{name: round(figures[name], 4) for name in HEADLINES},
        **{f"{name}_interval": [round(each, 4) for each in figures[f"{name}_interval"]] for name in HEADLINES},
        **{name: round(figures[name], 4) for name in ("macro_recall", "calibration_error")},
        **{f"recall_{label}": round(value, 4) for label, value in figures["recall"].items()},
    }
