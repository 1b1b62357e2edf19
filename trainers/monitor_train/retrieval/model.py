"""From a trained network to its artifact: calibrated on validation pictures, exported, measured on test pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from monitor.artifact import Artifact, Manifest
from monitor.scene_picture import network_input
from monitor_train.export import Calibrated, check_parity, fit_temperature, write_artifact
from monitor_train.retrieval.evaluate import evaluate
from monitor_train.retrieval.network import AffectiveNetwork
from monitor_train.retrieval.training import AffectiveTraining
from monitor_train.scene.model import PEOPLE
from monitor_train.scene.model import TERMS as SCENE_TERMS
from monitor_train.scene.network import MEAN, STD

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
    """Probabilities (B, emotions), softened by a temperature, and sentiment vectors (B, length)."""

    def __init__(self, network: AffectiveNetwork, temperature: float) -> None:
        super().__init__(network, temperature, OUTPUTS)

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        said = self.network(pictures)
        return torch.softmax(said.logits / self.temperature, dim=1), said.vector


def write_model(folder: Path, trained: AffectiveTraining, valid: TensorDataset, data: Path, layout: str) -> Path:
    """The artifact of `trained` in `folder`: temperature from `valid`, pictures uint8 (N, S, S, 3) and emotions (N,),
    figures from the test split of `data`."""
    settings = trained.settings
    training_data, licence = TERMS[layout]
    if settings.metric != "none":
        training_data += f"; distances by {METRICS[settings.metric]}, omega {settings.omega:g}"
    manifest = Manifest(
        name="affective-retrieval",
        version="1",
        sha256="0" * 64,
        input_shape=(3, settings.size, settings.size),
        mean=MEAN[settings.convention],
        std=STD[settings.convention],
        colour="rgb",
        labels=trained.emotions,
        licence=licence,
        training_data=training_data,
        metrics={},
        trainer="affective-retrieval",
        commit=trained.commit,
    )
    network = trained.network.eval().float().cpu()
    pictures, emotions = (each.numpy() for each in valid.tensors)
    with torch.inference_mode():
        logits = [
            network(torch.from_numpy(network_input(pictures[start : start + 128], manifest))).logits
            for start in range(0, len(pictures), 128)
        ]
    temperature = fit_temperature(torch.cat(logits).numpy(), emotions)
    calibrated = Described(network, temperature)
    artifact = write_artifact(folder, calibrated, manifest)
    parity = check_parity(calibrated, artifact, network_input(pictures[:128], manifest), len(OUTPUTS))
    figures = headlines(evaluate(folder, data, layout))
    metrics = {
        **figures,
        "vector_length": network.vector.length,
        "temperature": round(temperature, 4),
        "parity_with_torch": float(f"{parity:.1e}"),
    }
    return Artifact.write(folder, artifact.manifest.model_copy(update={"metrics": metrics})).folder


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
