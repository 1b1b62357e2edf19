"""What a camera does to a face, as operations on whole batches of grey pictures in [0, 1].

All randomness comes from torch's global generator, so that a seed fixes it.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


def augment(canvases: Tensor, size: int, scale: float) -> Tensor:
    """Random views (B, 1, size, size) in [0, 1] of `canvases`, uint8 (B, C, C), that show more than the view.

    `scale`: side of the view as a fraction of the canvas.
    """
    pictures = view(canvases[:, None].float() / 255, size, scale)
    pictures = some(pictures, 0.15, blur)
    pictures = some(pictures, 0.15, shrink)
    pictures = light(pictures)
    pictures = some(pictures, 0.25, noise)
    pictures = some(pictures, 0.10, jpeg)
    return some(pictures.clamp(0, 1), 0.30, erase)


def uniform(count: int, low: float, high: float) -> Tensor:
    """(count, 1, 1, 1) numbers between `low` and `high`."""
    return torch.empty(count, 1, 1, 1).uniform_(low, high)


def some(pictures: Tensor, share: float, change: Callable[[Tensor], Tensor]) -> Tensor:
    """`change` applied to a random `share` of the pictures."""
    chosen = (torch.rand(len(pictures)) < share).nonzero()[:, 0]
    if len(chosen) == 0:
        return pictures
    return pictures.index_copy(0, chosen, change(pictures[chosen]))


def view(canvases: Tensor, size: int, scale: float) -> Tensor:
    """A mirrored, shifted, scaled and rolled view (B, 1, size, size) of canvases (B, 1, C, C)."""
    count = len(canvases)
    roll = torch.empty(count).uniform_(-15, 15).deg2rad()
    zoom = scale * torch.exp(torch.empty(count).uniform_(-0.15, 0.15))
    stretch = torch.exp(torch.empty(2, count).uniform_(-0.06, 0.06)) * zoom
    mirror = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    shift = torch.empty(2, count).uniform_(-0.08, 0.08)
    cos, sin = roll.cos(), roll.sin()
    matrix = torch.stack(  # (B, 2, 3): from places of the view to places of the canvas, both in [-1, 1]
        [
            torch.stack([mirror * cos * stretch[0], -sin * stretch[1], shift[0]], 1),
            torch.stack([mirror * sin * stretch[0], cos * stretch[1], shift[1]], 1),
        ],
        1,
    )
    grid = F.affine_grid(matrix, [count, 1, size, size], align_corners=False)
    return F.grid_sample(canvases, grid, padding_mode="border", align_corners=False)


def light(pictures: Tensor) -> Tensor:
    """Other contrast, brightness and gamma, and now and then darkness."""
    count = len(pictures)
    pictures = pictures.clamp(0, 1) ** torch.exp(uniform(count, -0.5, 0.5))
    middle = pictures.mean((2, 3), keepdim=True)
    pictures = (pictures - middle) * torch.exp(uniform(count, -0.5, 0.4)) + middle + uniform(count, -0.15, 0.15)
    dark = torch.where(torch.rand(count, 1, 1, 1) < 0.1, uniform(count, 0.1, 0.5), 1.0)
    return pictures.clamp(0, 1) * dark


def blur(pictures: Tensor) -> Tensor:
    """Gaussian blur of 0.4 to 2 pixels, a different one for every picture."""
    count = len(pictures)
    sigma = torch.empty(count, 1).uniform_(0.4, 2.0)
    kernel = torch.exp(-(torch.arange(-4.0, 5.0) ** 2) / (2 * sigma**2))
    kernel = kernel / kernel.sum(1, keepdim=True)
    padded = F.pad(pictures, (4, 4, 4, 4), mode="replicate").transpose(0, 1)  # (1, B, S + 8, S + 8)
    rows = F.conv2d(padded, kernel[:, None, None, :], groups=count)
    return F.conv2d(rows, kernel[:, None, :, None], groups=count).transpose(0, 1)


def shrink(pictures: Tensor) -> Tensor:
    """As seen in a small face: 20 to 40 pixels, then enlarged again."""
    small = int(torch.randint(20, 41, ()))
    size = pictures.shape[-1]
    return F.interpolate(F.interpolate(pictures, (small, small), mode="area"), (size, size), mode="bilinear")


def noise(pictures: Tensor) -> Tensor:
    """Gaussian noise, up to a third of the picture's own contrast."""
    level = uniform(len(pictures), 0.03, 0.33) * pictures.std((2, 3), keepdim=True)
    return pictures + torch.randn_like(pictures) * level


def jpeg(pictures: Tensor) -> Tensor:
    """Traces of JPEG compression at quality 10 to 70."""
    out = []
    for picture in (pictures[:, 0].clamp(0, 1) * 255).to(torch.uint8).numpy():
        quality = int(torch.randint(10, 71, ()))
        _, code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        out.append(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE))
    return torch.from_numpy(np.stack(out))[:, None].float() / 255


def erase(pictures: Tensor) -> Tensor:
    """A rectangle of 2 to 20 per cent of the picture filled with one grey: a hand, a microphone, the frame's border."""
    count, _, size, _ = pictures.shape
    area, aspect = uniform(count, 0.02, 0.2), torch.exp(uniform(count, -0.7, 0.7))
    height, width = (area * aspect).sqrt(), (area / aspect).sqrt()
    top, left = torch.rand(count, 1, 1, 1) * (1 - height), torch.rand(count, 1, 1, 1) * (1 - width)
    place = (torch.arange(size) + 0.5) / size
    y, x = place[None, None, :, None], place[None, None, None, :]
    inside = (y >= top) & (y < top + height) & (x >= left) & (x < left + width)
    return torch.where(inside, torch.rand(count, 1, 1, 1), pictures)
