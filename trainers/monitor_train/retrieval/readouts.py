"""What a trained network can tell of pictures, beside its answers: five descriptions to rank them by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import get_args

import numpy as np
import torch
from torch import Tensor

from monitor_train.export import fit_temperature
from monitor_train.retrieval.data import numbers
from monitor_train.retrieval.joined import JoinedVector
from monitor_train.retrieval.measures import Said
from monitor_train.retrieval.network import Readout
from monitor_train.retrieval.profile import Settings
from monitor_train.retrieval.ranking import Distance
from monitor_train.retrieval.training import AffectiveTraining
from monitor_train.scene.data import Scenes
from monitor_train.scene.network import begin_from
from monitor_train.scene.training import squares
from monitor_train.splits import Split
from monitor_train.terminal import progress

READOUTS = ("pooled", "logits", "probabilities", "sentiment vector", "joined vector")
"""What the fully connected layer sees, what it says, its probabilities, the sentiment vector, and what joins the last
two. The paper's "FC" is one of the first two."""
AT_ONCE = 128
ENOUGH = 4096
"""Training pictures by which sentiment vectors are whitened."""


@torch.inference_mode()
def see(trained: AffectiveTraining, pictures: Tensor) -> Readout:
    """What `trained` reads out of pictures, uint8 (N, S, S, 3)."""
    trained.eval()
    batches = pictures.split(AT_ONCE)
    said = [trained(each.permute(0, 3, 1, 2).float() / 255) for each in progress(batches, "read-outs", len(batches))]
    return Readout(*(torch.cat(each) for each in zip(*said, strict=True)))


def join(trained: AffectiveTraining, splits: Mapping[Split, Scenes]) -> tuple[JoinedVector, float]:
    """What makes the joined vectors of `trained`, and the temperature that calibrates its probabilities."""
    train, valid = splits["train"], splits["valid"]
    size = trained.settings.size
    logits = see(trained, torch.from_numpy(squares(valid, size))).logits
    temperature = fit_temperature(logits.numpy(), numbers(valid, trained.emotions))
    chosen = train.some(np.random.default_rng(0).permutation(len(train))[:ENOUGH])
    seen = see(trained, torch.from_numpy(squares(chosen, size))).vector
    return JoinedVector(trained.emotions, temperature, seen.numpy()), temperature


def read_out(trained: AffectiveTraining, splits: Mapping[Split, Scenes]) -> dict[str, Said]:
    """Each of READOUTS, of all test pictures."""
    joined, temperature = join(trained, splits)
    test = splits["test"]
    logits, vectors, pooled = see(trained, torch.from_numpy(squares(test, trained.settings.size)))
    probabilities = torch.softmax(logits.double() / temperature, 1).numpy()
    described = (pooled, logits, torch.softmax(logits, 1), vectors, joined(logits, vectors))
    truth = numbers(test, trained.emotions)
    return {
        name: Said(trained.emotions, truth, each.numpy(), probabilities)
        for name, each in zip(READOUTS, described, strict=True)
    }


def untouched(settings: Settings, emotions: Sequence[str], scenes: Scenes) -> dict[Distance, Said]:
    """The pooled features of the initial weights, which have learnt nothing of emotions, ranked by either distance."""
    network = AffectiveTraining(asdict(settings), emotions)
    begin_from(network.network.trunk, settings.architecture, settings.init)
    pooled = see(network, torch.from_numpy(squares(scenes, settings.size))).pooled
    truth = numbers(scenes, tuple(emotions))
    return {each: Said(tuple(emotions), truth, pooled.numpy(), distance=each) for each in get_args(Distance)}
