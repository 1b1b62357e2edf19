"""The Amend Representation Module against its formula, one number at a time."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from monitor_train.face.amend_representation import MOMENTUM, AmendRepresentation

SIZES = [(8, 4, 2, 2), (18, 3, 3, 1), (16, 5, 4, 4)]
"""Channels, height, cell, stride."""


def trained(channels: int, height: int, cell: int, stride: int) -> AmendRepresentation:
    """A module in which no number is as it was initialised, ready to answer."""
    torch.manual_seed(0)
    module = AmendRepresentation(channels, height, cell, stride)
    with torch.no_grad():
        for tensor in (module.de_albino.weight, module.norm.bias, module.norm.running_mean, module.mean, module.share):
            torch.nn.init.normal_(tensor)  # type: ignore[arg-type]
        for tensor in (module.norm.weight, module.norm.running_var):
            torch.nn.init.uniform_(tensor, 0.5, 2.0)  # type: ignore[arg-type]
    return module.eval()


def slow(module: AmendRepresentation, maps: Tensor, cell: int, stride: int) -> NDArray[np.float64]:
    """What the module must say, in loops over pictures, groups and places of the kernel."""
    count, channels, height, _ = maps.shape
    groups, side = channels // cell**2, (height * cell - 2 * cell) // stride + 1
    kernel = module.de_albino.weight[0, 0].tolist()
    middles, spreads, gains, offsets = (
        each.tolist()  # type: ignore[union-attr]
        for each in (module.norm.running_mean, module.norm.running_var, module.norm.weight, module.norm.bias)
    )
    answers = np.zeros((count, side, side))
    for picture in range(count):
        for group in range(groups):
            for row in range(side):
                for column in range(side):
                    total = 0.0
                    for i in range(2 * cell):
                        for j in range(2 * cell):
                            y, x = row * stride + i, column * stride + j
                            channel = group * cell**2 + (y % cell) * cell + x % cell
                            total += kernel[i][j] * float(maps[picture, channel, y // cell, x // cell])
                    normed = (total - middles[group]) / np.sqrt(spreads[group] + 1e-5) * gains[group] + offsets[group]
                    answers[picture, row, column] += normed / groups
        answers[picture] += module.share.item() * module.mean.numpy()
    return answers.reshape(count, side * side)


@pytest.mark.parametrize("sizes", SIZES)
def test_it_is_its_formula(sizes: tuple[int, int, int, int]) -> None:
    module = trained(*sizes)
    maps = torch.randn(2, sizes[0], sizes[1], sizes[1])
    with torch.inference_mode():
        said = module(maps)
    assert said.shape == (2, module.features)
    np.testing.assert_allclose(said, slow(module, maps, *sizes[2:]), atol=2e-4)


def test_places_of_a_uniform_face_are_alike() -> None:
    """No zero lies under the kernel, so that the border is as bright as the middle; with padding it is darker."""
    module = AmendRepresentation(32, 4, 4, 2).eval()
    torch.nn.init.uniform_(module.de_albino.weight, 0.1, 1.0)
    maps = torch.full((1, 32, 4, 4), 3.0)
    with torch.inference_mode():
        places = module(maps).view(module.side, module.side)
        torch.testing.assert_close(places, places[0, 0].expand_as(places))
        assert places[0, 0] > 1

        padded = functional.conv2d(module.arrange(maps)[:, :1], module.de_albino.weight, stride=2, padding=4)[0, 0]
        assert padded[0].mean() < 0.6 * padded[len(padded) // 2].mean()


def test_the_border_counts_less_than_the_middle() -> None:
    module = trained(16, 5, 4, 2)
    maps = torch.zeros(1, 16, 5, 5)

    def moved(row: int, column: int) -> int:
        """How many numbers of the representation another cell changes."""
        other = maps.clone()
        other[:, :, row, column] = torch.randn(16)
        return int((module(maps) - module(other)).abs().gt(1e-6).sum())

    with torch.inference_mode():
        middle, edge, corner = moved(2, 2), moved(0, 2), moved(0, 0)
    assert 0 < corner < edge < middle


def test_the_mean_of_all_faces_is_the_moving_average_of_the_batches() -> None:
    module = trained(8, 4, 2, 2).train()
    alone = copy.deepcopy(module)
    torch.nn.init.zeros_(alone.share)
    expected = module.mean.clone()
    for count in (5, 9, 3):
        maps = torch.randn(count, 8, 4, 4) + 2
        own = alone(maps).detach()  # without a share of the mean
        expected += MOMENTUM * (own.mean(0).view_as(expected) - expected)
        said = module(maps)
        torch.testing.assert_close(module.mean, expected)
        torch.testing.assert_close(said, own + module.share * expected.flatten())
        said.sum().backward()  # the average has no past that could be followed twice
        assert module.share.grad is not None


def test_answering_moves_nothing() -> None:
    module = trained(8, 4, 2, 2)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    module(torch.randn(6, 8, 4, 4))
    for name, value in module.state_dict().items():
        assert torch.equal(value, before[name]), name


def answers(module: AmendRepresentation, maps: Tensor, size: int, order: Tensor) -> Tensor:
    """Representations in batches of `size`, asked in that order and given back in the order of `maps`."""
    out = torch.empty(len(maps), module.features)
    with torch.inference_mode():
        out[order] = torch.cat([module(part) for part in maps[order].split(size)])
    return out


@pytest.mark.parametrize("size", [1, 64, 256])
def test_an_answer_depends_on_its_own_face_alone(size: int) -> None:
    module = trained(8, 4, 2, 2)
    maps = torch.randn(256, 8, 4, 4)
    alone = answers(module, maps, 1, torch.arange(256))
    for order in (torch.arange(256), torch.arange(255, -1, -1), torch.randperm(256)):
        torch.testing.assert_close(answers(module, maps, size, order), alone, atol=1e-5, rtol=0)


def test_as_published_it_depends_on_the_others() -> None:
    module = trained(8, 4, 2, 2)
    module.affinity = "batch"
    maps = torch.randn(256, 8, 4, 4)
    straight = torch.arange(256)
    alone = answers(module, maps, 1, straight)
    assert (answers(module, maps, 64, straight) - alone).abs().max() > 0.1
    assert (answers(module, maps, 64, straight.flip(0)[torch.randperm(256)]) - alone).abs().max() > 0.1
    small, large = (answers(module, maps, size, straight) for size in (64, 256))
    assert (small - large).abs().max() > 0.01


def test_as_published_it_adds_the_mean_of_the_batch() -> None:
    module = trained(8, 4, 2, 2)
    maps = torch.randn(7, 8, 4, 4)
    with torch.inference_mode():
        own = module(maps) - module.share * module.mean.flatten()
        module.affinity = "batch"
        torch.testing.assert_close(module(maps), own + module.share * own.mean(0), atol=1e-4, rtol=1e-4)


def test_channels_must_fill_the_cells() -> None:
    with pytest.raises(ValueError, match="30 channels cannot be laid out as pictures of 4 x 4 pixels a cell"):
        AmendRepresentation(30, 4, 4, 2)
