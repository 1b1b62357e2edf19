"""What a trained network can tell of pictures, beside its answers: five descriptions to rank them by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
import torch
from torch import Tensor

from monitor_train.pictures.classifier import begun, squares, to_float
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.export import fit_temperature
from monitor_train.pictures.splits import Split
from monitor_train.pictures.terminal import progress
from monitor_train.pictures.training import BATCH
from monitor_train.retrieval.data import numbers
from monitor_train.retrieval.joined_vector import JoinedVector
from monitor_train.retrieval.measures import Predictions
from monitor_train.retrieval.network import Readout
from monitor_train.retrieval.profile import Settings
from monitor_train.retrieval.ranking import Distance
from monitor_train.retrieval.training import AffectiveTraining

READOUTS = ("pooled", "logits", "probabilities", "sentiment vector", "joined vector")
"""What the fully connected layer sees, what it says, its probabilities, the sentiment vector, and what joins the last
two. The paper's "FC" is one of the first two."""
ENOUGH = 4096
"""Training pictures by which sentiment vectors are whitened."""


@torch.inference_mode()
def read_all(trained: AffectiveTraining, pictures: Tensor) -> Readout:
    """What `trained` reads out of pictures, uint8 (N, S, S, 3)."""
    trained.eval()
    batches = pictures.split(BATCH)
    readouts = [trained(to_float(each)) for each in progress(batches, "read-outs", len(batches))]
    return Readout(*(torch.cat(each) for each in zip(*readouts, strict=True)))


def join(trained: AffectiveTraining, splits: Mapping[Split, LabelledPictures]) -> tuple[JoinedVector, float]:
    """What makes the joined vectors of `trained`, and the temperature that calibrates its probabilities."""
    train, valid = splits["train"], splits["valid"]
    size = trained.settings.size
    logits = read_all(trained, torch.from_numpy(squares(valid, size))).logits
    temperature = fit_temperature(logits.numpy(), numbers(valid, trained.emotions))
    chosen = train.some(np.random.default_rng(0).permutation(len(train))[:ENOUGH])
    seen = read_all(trained, torch.from_numpy(squares(chosen, size))).vector
    return JoinedVector(trained.emotions, temperature, seen.numpy()), temperature


def read_out(trained: AffectiveTraining, splits: Mapping[Split, LabelledPictures]) -> dict[str, Predictions]:
    """Each of READOUTS, of all test pictures."""
    joined, temperature = join(trained, splits)
    test = splits["test"]
    logits, vectors, pooled = read_all(trained, torch.from_numpy(squares(test, trained.settings.size)))
    probabilities = torch.softmax(logits.double() / temperature, 1).numpy()
    described = (pooled, logits, torch.softmax(logits, 1), vectors, joined(logits, vectors))
    truth = numbers(test, trained.emotions)
    return {
        name: Predictions(trained.emotions, truth, each.numpy(), probabilities)
        for name, each in zip(READOUTS, described, strict=True)
    }


def pretrained(settings: Settings, emotions: Sequence[str], pictures: LabelledPictures) -> dict[Distance, Predictions]:
    """The pooled features of the initial weights, which have learnt nothing of emotions, ranked by either distance."""
    network = begun(AffectiveTraining, emotions, settings)
    pooled = read_all(network, torch.from_numpy(squares(pictures, settings.size))).pooled
    truth = numbers(pictures, tuple(emotions))
    return {each: Predictions(tuple(emotions), truth, pooled.numpy(), distance=each) for each in get_args(Distance)}
