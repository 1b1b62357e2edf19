"""What a network tells of pictures, by hand."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from monitor_train.pictures.splits import DataSet
from monitor_train.pictures.training import BATCH
from monitor_train.retrieval.data import read
from monitor_train.retrieval.readouts import READOUTS, join, pretrained, read_all, read_out
from monitor_train.retrieval.training import AffectiveTraining
from tests.trainers.monitor_train.retrieval.conftest import EMOTIONS, QUICK, SmallNetwork, small_network

pytestmark = pytest.mark.usefixtures("small_trunk")


def test_each_readout_is_what_the_network_gives(feelings: Path) -> None:
    torch.manual_seed(0)
    trained = AffectiveTraining(asdict(QUICK), EMOTIONS)
    splits = read(DataSet(feelings, "folders"))
    test = splits["test"]
    pictures = torch.from_numpy(np.stack([test.read(index) for index in range(len(test))]))
    said = read_out(trained, splits)
    assert tuple(said) == READOUTS
    joined, temperature = join(trained, splits)
    with torch.inference_mode():
        expected = trained.eval()(pictures.permute(0, 3, 1, 2).float() / 255)
    np.testing.assert_allclose(said["pooled"].vectors, expected.pooled, rtol=1e-5)
    np.testing.assert_allclose(said["logits"].vectors, expected.logits, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(said["sentiment vector"].vectors, expected.vector, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(said["probabilities"].vectors, expected.logits.softmax(1), rtol=1e-5)
    np.testing.assert_allclose(said["joined vector"].vectors, joined(expected.logits, expected.vector), atol=1e-4)
    for each in said.values():
        np.testing.assert_allclose(each.probabilities, (expected.logits / temperature).softmax(1), rtol=1e-4)
        assert [EMOTIONS[number] for number in each.truth] == list(test.classes)


def test_many_pictures_are_seen_in_batches(feelings: Path) -> None:
    trained = AffectiveTraining(asdict(QUICK), EMOTIONS)
    pictures = torch.randint(0, 255, (BATCH + 3, 32, 32, 3), dtype=torch.uint8)
    whole = read_all(trained, pictures)
    for one, other in zip(read_all(trained, pictures[BATCH:]), whole, strict=True):
        np.testing.assert_allclose(one, other[BATCH:], rtol=1e-4, atol=1e-6)


def test_untouched_features_are_those_of_the_initial_weights(feelings: Path) -> None:
    test = read(DataSet(feelings, "folders"))["test"]
    settings = replace(QUICK, convention="tensorflow")
    said = pretrained(settings, EMOTIONS, test)
    network = small_network("mobilenet_v2", 4)
    assert isinstance(network, SmallNetwork)
    pictures = torch.from_numpy(np.stack([test.read(index) for index in range(len(test))])).permute(0, 3, 1, 2)
    with torch.inference_mode():
        expected = network.eval().features((pictures / 255 - 0.5) / 0.5).mean((2, 3))
    assert list(said) == ["cosine", "euclidean"]
    for distance, each in said.items():
        np.testing.assert_allclose(each.vectors, expected, rtol=1e-4, atol=1e-6)
        assert each.probabilities is None
        assert each.distance == distance
