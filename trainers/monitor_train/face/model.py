"""From a trained face network to its artifact: calibrated on validation faces, exported, measured on test faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from monitor_face.expression.face_input import FaceInput
from monitor_train.face.evaluate import evaluate, inputs
from monitor_train.face.layouts import TERMS
from monitor_train.face.training_faces import FaceSet, split_views
from monitor_train.pictures import measures
from monitor_train.pictures.classifier import PictureNetwork
from monitor_train.pictures.export import PROBABILITIES, Calibrated, fit_temperature, new_manifest, write_measured
from monitor_train.pictures.training import BATCH, in_batches

HEADLINES = ("accuracy", "accuracy_top2", "accuracy_top3", "average_recall", "calibration_error")


def write_model(
    folder: Path,
    name: str,
    labels: Sequence[str],
    model: PictureNetwork,
    source: FaceSet,
    outputs: tuple[str, ...] = (PROBABILITIES,),
) -> Path:
    """The artifact of what the trainer `name` has trained, in `folder`: temperature from the validation split, figures
    from the test split. `outputs` names what it gives, the answer that counts first."""
    manifest = new_manifest(name, labels, TERMS[source.format], model.commit, **model.settings.takes)
    takes = FaceInput(manifest)
    faces, views = split_views(source, "valid", takes)
    batch = torch.from_numpy(inputs(takes, views))
    network = model.network.eval().float().cpu()
    logits = in_batches(lambda part: network(part)[0] if len(outputs) > 1 else network(part), batch).numpy()
    temperature = fit_temperature(logits, faces.labels)  # of undecided faces too: streams show them as well
    calibrated = Calibrated(network, temperature, outputs)
    return write_measured(
        folder, calibrated, manifest, batch[:BATCH].numpy(), lambda made: manifest_figures(evaluate(made, source))
    )


def manifest_figures(figures: Mapping[str, Any]) -> dict[str, Any]:
    """What of an evaluation stands in the manifest."""
    return {
        **measures.manifest_figures(figures, HEADLINES, figures["data"]),
        "undecided_included_accuracy": round(figures["undecided_included"]["accuracy"], 4),
        "duplicates_left_out": figures["duplicates_left_out"],
        "without_landmarks": figures["without_landmarks"],
    }
