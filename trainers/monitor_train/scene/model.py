"""From a trained student to its artifact: calibrated on validation pictures, exported, measured on test pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn
from torch.utils.data import TensorDataset

from monitor.artifact import Artifact, Manifest
from monitor.scene_picture import network_input
from monitor_train.export import Calibrated, check_parity, fit_temperature, write_artifact
from monitor_train.scene.evaluate import evaluate
from monitor_train.scene.measures import LABELS
from monitor_train.scene.network import MEAN, STD
from monitor_train.scene.profile import Settings

PEOPLE = "Weights: Apache-2.0, as far as the project can grant it. "
TERMS = {
    "fi": (
        "FI (You et al. 2016), Flickr and Instagram pictures with the emotion that most annotators chose",
        PEOPLE + "The pictures were collected for research and belong to those who took them",
    ),
    "emotionroi": ("EmotionROI (Peng et al. 2016)", PEOPLE + "The pictures were collected from Flickr for research"),
    "emotion6": ("Emotion6 (Peng et al. 2015)", PEOPLE + "The pictures were collected from Flickr for research"),
    "twitter": ("Pictures of tweets (You et al. 2015 or Borth et al. 2013)", PEOPLE + "The pictures belong to users"),
    "oasis": ("OASIS (Kurdi et al. 2017)", PEOPLE + "The pictures are under open licences, for research"),
    "folders": ("pictures in folders, of whoever trained this model", "that of the pictures"),
}
"""Layout -> what the training pictures are, and under which terms the weights can be used."""
HEADLINES = ("accuracy", "f_positive", "f_macro", "auc")


class Student(Protocol):
    """What a trained student knows about itself."""

    network: nn.Module
    settings: Settings
    commit: str


def write_model(
    folder: Path, student: Student, valid: TensorDataset, data: Path, layout: str, teacher: Path | None
) -> Path:
    """The artifact of `student` in `folder`: temperature from `valid`, pictures uint8 (N, S, S, 3) and classes (N,),
    figures from the test split of `data`."""
    settings = student.settings
    training_data, licence = TERMS[layout]
    if settings.alpha > 0 and teacher is not None:
        training_data += f"; distilled with alpha {settings.alpha:g} from {teacher.name}"
    manifest = Manifest(
        name="scene-sentiment",
        version="1",
        sha256="0" * 64,
        input_shape=(3, settings.size, settings.size),
        mean=MEAN[settings.convention],
        std=STD[settings.convention],
        colour="rgb",
        labels=LABELS,
        licence=licence,
        training_data=training_data,
        metrics={},
        trainer="scene-sentiment",
        commit=student.commit,
    )
    network = student.network.eval().float().cpu()
    pictures, classes = (each.numpy() for each in valid.tensors)
    with torch.inference_mode():
        logits = [
            network(torch.from_numpy(network_input(pictures[start : start + 128], manifest)))
            for start in range(0, len(pictures), 128)
        ]
    temperature = fit_temperature(torch.cat(logits).numpy(), classes)
    calibrated = Calibrated(network, temperature)
    artifact = write_artifact(folder, calibrated, manifest)
    parity = check_parity(calibrated, artifact, network_input(pictures[:128], manifest))
    figures = headlines(evaluate(folder, data, layout))
    metrics = {**figures, "temperature": round(temperature, 4), "parity_with_torch": float(f"{parity:.1e}")}
    return Artifact.write(folder, artifact.manifest.model_copy(update={"metrics": metrics})).folder


def headlines(figures: dict[str, Any]) -> dict[str, Any]:
    """What of an evaluation stands in the manifest."""
    of_classes = [(f"{what}_{label}", figures[what][label]) for what in ("precision", "recall") for label in LABELS]
    return {
        "test_data": f"{figures['data']}, batch size 1",
        "test_pictures": figures["pictures"],
        **{name: round(figures[name], 4) for name in HEADLINES},
        **{f"{name}_interval": [round(each, 4) for each in figures[f"{name}_interval"]] for name in HEADLINES},
        "calibration_error": round(figures["calibration_error"], 4),
        **{name: round(value, 4) for name, value in of_classes},
    }
