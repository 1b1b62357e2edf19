"""The network has the sizes of table 1 of the paper."""

from __future__ import annotations

import torch
from torch import nn

from monitor_train.pictures.vgg_cnn import VggCnnM2048


def test_layers_and_maps_are_those_of_the_paper() -> None:
    with torch.device("meta"):
        network = VggCnnM2048(7)
        maps = torch.empty(1, 3, 224, 224)
        sides = []
        for layer in network.features:
            maps = layer(maps)
            if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
                sides.append((maps.shape[1], maps.shape[-1]))
        logits = network(torch.empty(2, 3, 224, 224))
    assert sides == [(96, 109), (96, 54), (256, 26), (256, 13), (512, 13), (512, 13), (512, 13), (512, 6)]
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    assert [layer.kernel_size[0] for layer in convolutions] == [7, 5, 3, 3, 3]
    assert [layer.out_features for layer in network.modules() if isinstance(layer, nn.Linear)] == [4096, 2048, 7]
    assert logits.shape == (2, 7)


def test_responses_are_normalised_as_in_alexnet() -> None:
    """b = a / (2 + 1e-4 * sum of five squares) ** 0.75, the sum over neighbouring channels (Krizhevsky et al. 2012)."""
    (normalise, *_) = [layer for layer in VggCnnM2048(2).features if isinstance(layer, nn.LocalResponseNorm)]
    a = 30 * torch.rand(8, generator=torch.Generator().manual_seed(0))
    sums = torch.stack([(a[max(0, i - 2) : i + 3] ** 2).sum() for i in range(8)])
    torch.testing.assert_close(normalise(a[None, :, None, None])[0, :, 0, 0], a / (2 + 1e-4 * sums) ** 0.75)
