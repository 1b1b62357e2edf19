"""What a trained network can tell of pictures, beside its answers: four descriptions to rank them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import torch

from monitor_train.retrieval.data import numbers
from monitor_train.retrieval.measures import Said
from monitor_train.retrieval.profile import Settings
from monitor_train.retrieval.training import AffectiveTraining
from monitor_train.scene.data import Scenes
from monitor_train.scene.network import begin_from
from monitor_train.scene.training import squares
from monitor_train.terminal import progress

READOUTS = ("pooled", "logits", "probabilities", "vector")
"""What the fully connected layer sees, what it says, its probabilities, and the sentiment vector.

The paper's "FC" is one of the first two. Probabilities are no feature, but a description all the same, and a strong
one: the product of those of two pictures is the chance that they have the same emotion.
"""
AT_ONCE = 128


@torch.inference_mode()
def read_out(trained: AffectiveTraining, scenes: Scenes) -> dict[str, Said]:
    """Each of READOUTS, of all pictures."""
    trained.eval()
    pictures = torch.from_numpy(squares(scenes, trained.settings.size)).split(AT_ONCE)
    said = [trained(each.permute(0, 3, 1, 2).float() / 255) for each in progress(pictures, "read-outs", len(pictures))]
    logits, vectors, pooled = (torch.cat(each).numpy() for each in zip(*said, strict=True))
    probabilities = torch.softmax(torch.from_numpy(logits).double(), 1).numpy()
    truth = numbers(scenes, trained.emotions)
    of = {"pooled": pooled, "logits": logits, "probabilities": probabilities, "vector": vectors}
    return {name: Said(trained.emotions, truth, of[name], probabilities) for name in READOUTS}


def untouched(settings: Settings, emotions: Sequence[str], scenes: Scenes) -> Said:
    """The pooled features of the initial weights, which have learnt nothing of emotions."""
    network = AffectiveTraining(asdict(settings), emotions)
    begin_from(network.network.trunk, settings.architecture, settings.init)
    pooled = read_out(network, scenes)["pooled"]
    return Said(pooled.emotions, pooled.truth, pooled.vectors)
