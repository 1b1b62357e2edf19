"""From a trained face network to its artifact: calibrated on validation faces, exported, measured on test faces."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

from monitor.artifact import Artifact, Manifest
from monitor_face.face_input import FaceInput
from monitor_train.export import Calibrated, check_parity, fit_temperature, write_artifact
from monitor_train.face.evaluate import evaluate
from monitor_train.face.profile import Profile
from monitor_train.face.training_faces import DataSet, split_views, with_heatmaps

HEADLINES = ("accuracy", "accuracy_top2", "accuracy_top3", "average_recall", "calibration_error")
INTERVALS = ("accuracy", "average_recall")
TERMS = {
    "ferplus": (
        "FER+ (Barsoum et al. 2016): the training faces of FER2013 with the votes of ten annotators",
        "Weights: Apache-2.0, as far as the project can grant it. The votes of FER+ are MIT-licensed by Microsoft; the "
        "FER2013 faces were collected from a web search for research and come without a licence of their own",
    ),
    "rafdb": (
        "RAF-DB basic (Li, Deng and Du 2017): the training faces, single labels",
        "RAF-DB is licensed for non-commercial research only, and so are weights trained on it",
    ),
    "folders": ("faces in folders named after their classes, of whoever trained this model", "that of the pictures"),
}
"""Format -> what the training data is, and under which terms the weights can be used."""


class Trained(Protocol):
    """What a trained model knows about itself."""

    labels: tuple[str, ...]
    profile: Profile
    commit: str


def write_model(
    folder: Path,
    name: str,
    trained: Trained,
    network: nn.Module,
    source: DataSet,
    outputs: tuple[str, ...] = ("probabilities",),
) -> Path:
    """The artifact `name` of `network`, which gives logits, in `folder`: temperature from the validation split, figures
    from the test split. `outputs` names what it gives; with several, it has a landmark branch, and takes the heatmap as
    one more channel."""
    profile, heatmap = trained.profile, len(outputs) > 1
    data, licence = TERMS[source.format]
    extra = (0.0,) * heatmap, (1.0,) * heatmap
    manifest = Manifest(
        name=name,
        version="1",
        sha256="0" * 64,
        input_shape=(profile.channels + heatmap, profile.size, profile.size),
        mean=(profile.mean,) * profile.channels + extra[0],
        std=(profile.std,) * profile.channels + extra[1],
        colour=profile.colour,
        labels=trained.labels,
        licence=licence,
        training_data=data,
        metrics={},
        trainer=name,
        commit=trained.commit,
    )
    faces, views = split_views(source, "valid", profile)
    batch = torch.from_numpy(FaceInput(manifest).batch(with_heatmaps(views) if heatmap else views.pictures))
    network = network.eval().float().cpu()
    with torch.inference_mode():
        said = [network(part) for part in torch.split(batch, 256)]
    logits = torch.cat([each[0] if heatmap else each for each in said]).numpy()
    temperature = fit_temperature(logits, faces.labels)  # of undecided faces too: streams show them as well
    calibrated = Calibrated(network, temperature, outputs)
    artifact = write_artifact(folder, calibrated, manifest)
    difference = check_parity(calibrated, artifact, batch[:256].numpy())
    figures = evaluate(artifact.folder, source)
    metrics = {
        **headlines(figures),
        "temperature": round(temperature, 4),
        "parity_with_torch": float(f"{difference:.1e}"),
    }
    return Artifact.write(artifact.folder, artifact.manifest.model_copy(update={"metrics": metrics})).folder


def headlines(figures: dict[str, Any]) -> dict[str, Any]:
    """What of an evaluation stands in the manifest."""
    return {
        "test_data": figures["data"],
        "test_pictures": figures["pictures"],
        **{name: round(figures[name], 4) for name in HEADLINES},
        **{f"{name}_interval": [round(each, 4) for each in figures[f"{name}_interval"]] for name in INTERVALS},
        **{f"recall_{label}": round(recall, 4) for label, recall in figures["recall"].items()},
        "undecided_included_accuracy": round(figures["undecided_included"]["accuracy"], 4),
        "duplicates_left_out": figures["duplicates_left_out"],
        "without_landmarks": figures["without_landmarks"],
    }
