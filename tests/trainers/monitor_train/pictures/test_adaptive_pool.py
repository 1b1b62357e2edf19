"""Pooling to a fixed number of cells is torch's."""

from __future__ import annotations

import pytest
import torch

from monitor_train.pictures.adaptive_pool import AdaptivePool


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (6, 6), (13, 7)])
@pytest.mark.parametrize("cells", [6, 7])
def test_it_is_what_torch_pools(size: tuple[int, int], cells: int) -> None:
    maps = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(AdaptivePool(cells)(maps), torch.nn.AdaptiveAvgPool2d(cells)(maps))
