"""Other views of a picture whose feeling stays the same, for whole batches.

All randomness comes from torch's global generator, so that a seed fixes it.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)


def augment(pictures: Tensor, size: int | None = None) -> Tensor:
    """Random views (B, 3, size, size) in [0, 1] of pictures, uint8 (B, S, S, 3); `size` is theirs by default."""
    views = crop(pictures.permute(0, 3, 1, 2).float() / 255, size or pictures.shape[1])
    views = colour(views)
    views = some(views, 0.1, blur)
    return some(views, 0.1, jpeg).contiguous(memory_format=torch.channels_last)


def uniform(count: int, low: float, high: float) -> Tensor:
    """(count, 1, 1, 1) numbers between `low` and `high`."""
    return torch.empty(count, 1, 1, 1).uniform_(low, high)


def some(pictures: Tensor, share: float, change: Callable[[Tensor], Tensor]) -> Tensor:
    """`change` applied to a random `share` of the pictures."""
    chosen = (torch.rand(len(pictures)) < share).nonzero()[:, 0]
    if len(chosen) == 0:
        return pictures
    return pictures.index_copy(0, chosen, change(pictures[chosen]))


def crop(pictures: Tensor, size: int) -> Tensor:
    """Mirrored or not, and 60 to 100 per cent of the width and height of each picture, brought to size."""
    count = len(pictures)
    share = torch.empty(count).uniform_(0.6, 1.0)
    stretch = torch.exp(torch.empty(count).uniform_(-0.1, 0.1))
    width, height = (share * stretch).clamp(max=1), (share / stretch).clamp(max=1)
    mirror = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    matrix = torch.zeros(count, 2, 3)  # from places of the view to places of the picture, both in [-1, 1]
    matrix[:, 0, 0], matrix[:, 1, 1] = mirror * width, height
    matrix[:, 0, 2] = (2 * torch.rand(count) - 1) * (1 - width)
    matrix[:, 1, 2] = (2 * torch.rand(count) - 1) * (1 - height)
    grid = F.affine_grid(matrix, [*pictures.shape[:2], size, size], align_corners=False)
    return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def colour(pictures: Tensor) -> Tensor:
    """A little other brightness, contrast and saturation: colours carry much of the feeling, so they change little."""
    count = len(pictures)
    pictures = pictures * torch.exp(uniform(count, -0.2, 0.2))
    middle = pictures.mean((1, 2, 3), keepdim=True)
    pictures = (pictures - middle) * torch.exp(uniform(count, -0.2, 0.2)) + middle
    grey = (pictures * torch.tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    return ((pictures - grey) * torch.exp(uniform(count, -0.25, 0.25)) + grey).clamp(0, 1)


def blur(pictures: Tensor) -> Tensor:
    """Smaller by up to three times and enlarged again, as in a video of low quality."""
    size = pictures.shape[-1]
    return shrunk(pictures, size // 3, size)


def shrunk(pictures: Tensor, least: int, end: int) -> Tensor:
    """Made smaller, to a side from `least` to below `end`, and enlarged again."""
    size, small = pictures.shape[-1], int(torch.randint(least, end, ()))
    return F.interpolate(F.interpolate(pictures, (small, small), mode="area"), (size, size), mode="bilinear")


def jpeg(pictures: Tensor, worst: int = 20, best: int = 80) -> Tensor:
    """Traces of JPEG compression at a quality from `worst` to `best`, in colour or grey."""
    out = []
    for picture in (pictures.clamp(0, 1) * 255).to(torch.uint8).permute(0, 2, 3, 1).numpy():
        quality = int(torch.randint(worst, best + 1, ()))
        _, code = cv2.imencode(".jpg", np.ascontiguousarray(picture[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
        out.append(cv2.imdecode(code, cv2.IMREAD_UNCHANGED).reshape(picture.shape)[:, :, ::-1])
    return torch.from_numpy(np.stack(out)).permute(0, 3, 1, 2).float() / 255
