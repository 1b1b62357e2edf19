"""What a camera does to a face, as operations on whole batches of pictures (B, C, S, S) in [0, 1].

All randomness comes from torch's global generator, so that a seed fixes it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from monitor_train.pictures import augment as picture_augment
from monitor_train.pictures.augment import shrunk, some, uniform


def augment(canvases: Tensor, matrices: Tensor, size: int) -> Tensor:
    """Views (B, C, size, size) in [0, 1] of `canvases`, uint8 (B, C, H, H), which show more than the view.

    `matrices`, from `random_views`, say where each view lies on its canvas.
    """
    pictures = look(canvases.float() / 255, matrices, size)
    pictures = some(pictures, 0.15, blur)
    pictures = some(pictures, 0.15, shrink)
    pictures = light(pictures)
    pictures = some(pictures, 0.25, noise)
    pictures = some(pictures, 0.10, jpeg)
    return some(pictures.clamp(0, 1), 0.30, erase)


def views_of(pictures: Tensor, scale: float, size: int) -> Tensor:
    """The same of pictures, uint8 (B, H, H, 3), with views by chance; `scale` as `random_views` has it."""
    faces = pictures.permute(0, 3, 1, 2).cpu()
    return augment(faces, random_views(len(faces), scale), size)


def random_views(count: int, scale: float) -> Tensor:
    """Mirrored, shifted, scaled and rolled views: maps (count, 2, 3) from places of the view to places of the canvas,
    both from -1 to 1. `scale`: side of a plain view as a fraction of the canvas."""
    roll = torch.empty(count).uniform_(-20, 20).deg2rad()
    zoom = scale * torch.exp(torch.empty(count).uniform_(-0.15, 0.15))
    stretch = torch.exp(torch.empty(2, count).uniform_(-0.06, 0.06)) * zoom
    mirror = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    shift = torch.empty(2, count).uniform_(-0.08, 0.08)
    cos, sin = roll.cos(), roll.sin()
    return torch.stack(
        [
            torch.stack([mirror * cos * stretch[0], -sin * stretch[1], shift[0]], 1),
            torch.stack([mirror * sin * stretch[0], cos * stretch[1], shift[1]], 1),
        ],
        1,
    )


def look(canvases: Tensor, matrices: Tensor, size: int) -> Tensor:
    """The views (B, C, size, size) of canvases (B, C, H, H)."""
    grid = F.affine_grid(matrices, [len(canvases), 1, size, size], align_corners=False)
    return F.grid_sample(canvases, grid, padding_mode="border", align_corners=False)


def moved(points: Tensor, matrices: Tensor, canvas: int, size: int) -> Tensor:
    """Where `points` (B, K, 2), in pixels of a canvas of side `canvas`, are in the views, in pixels of these."""
    places = 2 * points / canvas - 1
    inside: Tensor = (places - matrices[:, None, :, 2]) @ torch.linalg.inv(matrices[:, :, :2]).transpose(1, 2)
    return (inside + 1) / 2 * size


def light(pictures: Tensor) -> Tensor:
    """Other contrast, brightness and gamma, and now and then darkness."""
    count = len(pictures)
    pictures = pictures.clamp(0, 1) ** torch.exp(uniform(count, -0.5, 0.5))
    middle = pictures.mean((1, 2, 3), keepdim=True)
    pictures = (pictures - middle) * torch.exp(uniform(count, -0.5, 0.4)) + middle + uniform(count, -0.15, 0.15)
    dark = torch.where(torch.rand(count, 1, 1, 1) < 0.1, uniform(count, 0.1, 0.5), 1.0)
    return pictures.clamp(0, 1) * dark


def blur(pictures: Tensor) -> Tensor:
    """Gaussian blur of 0.4 to 2 pixels, a different one for every picture."""
    count, channels, height, width = pictures.shape
    sigma = torch.empty(count, 1).uniform_(0.4, 2.0)
    kernel = torch.exp(-(torch.arange(-4.0, 5.0) ** 2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(channels, 0)
    padded = F.pad(pictures, (4, 4, 4, 4), mode="replicate").view(1, count * channels, height + 8, width + 8)
    rows = F.conv2d(padded, kernel[:, None, None, :], groups=count * channels)
    return F.conv2d(rows, kernel[:, None, :, None], groups=count * channels).view_as(pictures)


def shrink(pictures: Tensor) -> Tensor:
    """As seen in a small face: 20 to 40 pixels, then enlarged again."""
    return shrunk(pictures, 20, 41)


def noise(pictures: Tensor) -> Tensor:
    """Gaussian noise, up to a third of the picture's own contrast."""
    level = uniform(len(pictures), 0.03, 0.33) * pictures.std((1, 2, 3), keepdim=True)
    return pictures + torch.randn_like(pictures) * level


def jpeg(pictures: Tensor) -> Tensor:
    """Traces of JPEG compression at quality 10 to 70."""
    return picture_augment.jpeg(pictures, 10, 70)


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
