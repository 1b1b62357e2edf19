"""From a network that went through all stages to its artifact: calibrated, exported, measured one face at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from monitor.model.artifact import Artifact
from monitor.model.picture_input import network_input
from monitor.model.runtimes import load
from monitor_train.face.layouts import TERMS
from monitor_train.pictures.classifier import logits_of
from monitor_train.pictures.export import Calibrated, fit_temperature, new_manifest, write_measured
from monitor_train.pictures.inference import REFERENCE, one_at_a_time
from monitor_train.pictures.measures import classification_figures, manifest_figures
from monitor_train.pictures.training import BATCH
from monitor_train.staged.combinations import Runs
from monitor_train.staged.crop import square
from monitor_train.staged.data import stage_data
from monitor_train.staged.network import StagedNetwork

HEADLINES = ("accuracy", "average_recall", "calibration_error")


def write_model(runs: Runs) -> Path:
    """The artifact of the whole chain in the folder `artifact` of the run, its target the first draw's."""
    stages, labels, target = runs.chain.stages, runs.labels, runs.target
    runs.trained(stages, 0)
    network = StagedNetwork.read(runs.of(stages, 0).out / "best.ckpt")
    size = target.resolution
    described = "; then ".join(TERMS[stage.format][0] for stage in stages)
    terms = f"{described} (crop: {target.crop})", " ".join(dict.fromkeys(TERMS[stage.format][1] for stage in stages))
    manifest = new_manifest("staged-transfer", labels, terms, network.commit, **network.settings.takes)
    pictures, votes = stage_data(runs.faces(target, 0), network.settings).valid[:]
    temperature = fit_temperature(logits_of(network, pictures).numpy(), votes.argmax(1).numpy())
    batch = network_input(np.stack([square(each, size) for each in pictures[:BATCH].numpy()]), manifest)

    def measure(made: Path) -> dict[str, Any]:
        artifact = Artifact.read(made)
        faces, truth = runs.test.tensors
        inputs = (network_input(square(each, size)[None], manifest) for each in faces.numpy())
        probabilities, *_ = one_at_a_time(load(artifact, REFERENCE), inputs, len(runs.test))
        figures = classification_figures(probabilities, truth.argmax(1).numpy(), labels)
        test_data = f"{target.format} test, batch size 1, majority of the votes, crop {target.crop}"
        return manifest_figures(figures, HEADLINES, test_data)

    calibrated = Calibrated(network.network.float(), temperature)
    return write_measured(runs.run.artifact, calibrated, manifest, batch, measure)
