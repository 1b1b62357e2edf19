"""The sentiment vector is what its definition says, element by element."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from monitor_train.retrieval.sentiment_vector import SMALL, SentimentVector, gram

WIDTHS, SIZES, CHANNELS = (6, 5), ((4, 3), (2, 2)), 3


@pytest.fixture(params=[False, True])
def described(request: pytest.FixtureRequest) -> tuple[SentimentVector, list[Tensor]]:
    """A vector in use, and maps of two pictures."""
    torch.manual_seed(0)
    vector = SentimentVector(WIDTHS, CHANNELS, rooted=request.param).eval()
    for module in vector.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.weight, module.bias, module.running_mean, module.running_var):
                nn.init.uniform_(tensor, 0.3, 1.2)
    return vector, [torch.randn(2, width, *size) for width, size in zip(WIDTHS, SIZES, strict=True)]


def slow(vector: SentimentVector, layers: list[Tensor], picture: int) -> NDArray[np.float64]:
    """Equations of Phi, SV^l and SV, with loops."""
    parts = []
    for reduce, maps in zip(vector.reductions, layers, strict=True):
        reduced = reduce(maps)[picture].detach().double().numpy()
        assert (reduced >= 0).all()
        part = []
        for i in range(CHANNELS):
            for j in range(i, CHANNELS):  # 11, 21, 31, 22, 32, 33
                part.append(sum((reduced[j] * reduced[i]).flat) / reduced[0].size)
        if vector.rooted:
            part = [(value + SMALL) ** 0.5 - SMALL**0.5 for value in part]
            part = list(np.array(part) / np.linalg.norm(part))
        parts += part
    return np.array(parts) / np.linalg.norm(parts)


def test_it_is_its_definition(described: tuple[SentimentVector, list[Tensor]]) -> None:
    vector, layers = described
    with torch.inference_mode():
        found = vector(layers)
    assert found.shape == (2, vector.length) == (2, 12)
    for picture in range(2):
        np.testing.assert_allclose(found[picture].numpy(), slow(vector, layers, picture), atol=1e-6)


def test_gram_is_symmetric_and_its_diagonal_the_energy() -> None:
    maps = torch.randn(2, 4, 3, 5)
    found = gram(maps)
    torch.testing.assert_close(found, found.transpose(1, 2))
    torch.testing.assert_close(found.diagonal(dim1=1, dim2=2), (maps**2).mean((2, 3)))


def test_it_is_as_exact_where_the_maps_have_half_precision(described: tuple[SentimentVector, list[Tensor]]) -> None:
    vector, layers = described
    with torch.inference_mode():
        exact = vector(layers)
        with torch.autocast("cpu", torch.bfloat16):
            found = vector(layers)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(found, exact, atol=0.02, rtol=0)


def test_it_learns_also_where_maps_are_dark(described: tuple[SentimentVector, list[Tensor]]) -> None:
    """The slope of a square root at 0 has no end; here it has one."""
    vector, layers = described
    found = vector([torch.zeros_like(layers[0]).requires_grad_(), layers[1]])
    (found * torch.arange(12.0)).sum().backward()
    for parameter in vector.parameters():
        assert torch.isfinite(parameter.grad).all()
    assert sum(float(parameter.grad.abs().sum()) for parameter in vector.parameters()) > 0
