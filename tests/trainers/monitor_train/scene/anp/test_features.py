"""The frozen network is the same wherever it is made."""

from __future__ import annotations

import torch

from monitor_train.pictures.settings import CHANCE
from monitor_train.scene.anp.features import Frozen


def test_weights_of_chance_are_the_same_every_time_and_leave_chance_as_it_was() -> None:
    first, before = Frozen(CHANCE, "torchvision").network.state_dict(), torch.get_rng_state()
    torch.rand(7)
    second = Frozen(CHANCE, "torchvision").network.state_dict()
    assert all(torch.equal(value, second[name]) for name, value in first.items())
    torch.set_rng_state(before)
    drawn = torch.rand(3)
    torch.set_rng_state(before)
    Frozen(CHANCE, "torchvision")
    assert torch.equal(torch.rand(3), drawn)
