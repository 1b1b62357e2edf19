"""What a network tells of pictures, by hand."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from monitor_train.retrieval.data import read
from monitor_train.retrieval.readouts import AT_ONCE, READOUTS, read_out, untouched
from monitor_train.retrieval.training import AffectiveTraining
from tests.trainers.monitor_train.retrieval.conftest import EMOTIONS, QUICK, SmallNetwork, small_network

pytestmark = pytest.mark.usefixtures("small_trunk")


def test_each_readout_is_what_the_network_gives(feelings: Path) -> None:
    torch.manual_seed(0)
    trained = AffectiveTraining(asdict(QUICK), EMOTIONS)
    train = read(feelings, "folders")["train"]
    assert len(train) < AT_ONCE
    pictures = torch.from_numpy(np.stack([train.read(index) for index in range(len(train))]))
    said = read_out(trained, train)
    assert tuple(said) == READOUTS
    with torch.inference_mode():
        expected = trained.eval()(pictures.permute(0, 3, 1, 2).float() / 255)
    np.testing.assert_allclose(said["pooled"].vectors, expected.pooled, rtol=1e-5)
    np.testing.assert_allclose(said["logits"].vectors, expected.logits, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(said["vector"].vectors, expected.vector, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(said["probabilities"].vectors, expected.logits.softmax(1), rtol=1e-5)
    for each in said.values():
        np.testing.assert_allclose(each.probabilities, expected.logits.softmax(1), rtol=1e-5)
        assert [EMOTIONS[number] for number in each.truth] == list(train.classes)


def test_untouched_features_are_those_of_the_initial_weights(feelings: Path) -> None:
    test = read(feelings, "folders")["test"]
    settings = replace(QUICK, convention="tensorflow")
    said = untouched(settings, EMOTIONS, test)
    network = small_network("mobilenet_v2", 4)
    assert isinstance(network, SmallNetwork)
    pictures = torch.from_numpy(np.stack([test.read(index) for index in range(len(test))])).permute(0, 3, 1, 2)
    with torch.inference_mode():
        expected = network.eval().features((pictures / 255 - 0.5) / 0.5).mean((2, 3))
    np.testing.assert_allclose(said.vectors, expected, rtol=1e-4, atol=1e-6)
    assert said.probabilities is None
