"""Views keep size, range and feeling, and follow the seed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from monitor_train.pictures import augment as picture_augment
from monitor_train.pictures.augment import augment, blur, colour, crop, jpeg


@pytest.fixture
def pictures() -> torch.Tensor:
    """uint8 (16, 32, 32, 3): smooth, no two alike."""
    y, x = np.mgrid[:32, :32] / 32
    ramp = np.stack([y, x, (y + x) / 2], -1)
    scales = np.linspace(0.4, 1, 16)[:, None, None, None]
    return torch.from_numpy((ramp * scales * 255).astype(np.uint8))


def test_views_are_pictures(pictures: torch.Tensor) -> None:
    torch.manual_seed(0)
    views = augment(pictures)
    assert views.shape == (16, 3, 32, 32)
    assert views.dtype == torch.float32
    assert views.min() >= 0
    assert views.max() <= 1
    assert views.is_contiguous(memory_format=torch.channels_last)


def test_views_can_be_smaller_than_their_pictures(pictures: torch.Tensor) -> None:
    torch.manual_seed(0)
    small = augment(pictures, 24)
    torch.manual_seed(0)
    whole = augment(pictures)
    assert small.shape == (16, 3, 24, 24)
    assert torch.allclose(small.mean((2, 3)), whole.mean((2, 3)), atol=0.02)


def test_a_seed_fixes_them(pictures: torch.Tensor) -> None:
    drawn = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        drawn.append(augment(pictures))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.allclose(drawn[0], drawn[2], atol=0.05)


def test_half_of_the_views_are_mirrored_and_none_shows_what_is_outside(pictures: torch.Tensor) -> None:
    torch.manual_seed(0)
    originals = pictures.permute(0, 3, 1, 2).float() / 255
    views = crop(originals, 32)
    rightwards = views[:, 1, :, -1].mean(1) > views[:, 1, :, 0].mean(1)  # the second channel grows to the right
    assert 3 <= int(rightwards.sum()) <= 13
    assert (views[:, 0, -1].mean(1) > views[:, 0, 0].mean(1)).all()  # the first grows downwards: never upside down
    assert (views.amax((1, 2, 3)) <= originals.amax((1, 2, 3)) + 1e-6).all()


@pytest.mark.parametrize("change", [colour, blur, jpeg])
def test_each_change_is_small(pictures: torch.Tensor, change) -> None:
    torch.manual_seed(0)
    originals = pictures.permute(0, 3, 1, 2).float() / 255
    changed = change(originals)
    assert not torch.equal(changed, originals)
    assert float((changed - originals).abs().mean()) < 0.1


def test_colours_keep_their_hue() -> None:
    torch.manual_seed(0)
    red = torch.zeros(64, 3, 8, 8)
    red[:, 0] = 0.6
    assert (picture_augment.colour(red).mean((2, 3)).argmax(1) == 0).all()
