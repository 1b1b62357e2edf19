"""Pooling to a fixed number of cells, whatever the size of the maps, in a form that ONNX knows."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AdaptivePool(nn.Module):
    """Maps (B, C, H, W) -> (B, C, cells, cells): what `nn.AdaptiveAvgPool2d` gives, which ONNX has for few sizes."""

    def __init__(self, cells: int) -> None:
        super().__init__()
        self.cells = cells

    def forward(self, maps: Tensor) -> Tensor:
        height, width = (averages(int(side), self.cells).to(maps) for side in maps.shape[-2:])
        return height @ maps @ width.T


def averages(side: int, cells: int) -> Tensor:
    """The matrix (cells, side) whose row i averages what the cell i sees of a row of `side` places."""
    matrix = torch.zeros(cells, side)
    for cell in range(cells):
        first, end = cell * side // cells, -(-(cell + 1) * side // cells)
        matrix[cell, first:end] = 1 / (end - first)
    return matrix
