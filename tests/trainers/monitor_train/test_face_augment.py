"""Augmentation changes what it should, keeps range and shape, and is a function of the seed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from monitor_train import face_augment


@pytest.fixture
def canvases() -> Tensor:
    """Smooth random pictures, uint8 (16, 80, 80)."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(16, 1, 10, 10, generator=generator)
    return (torch.nn.functional.interpolate(coarse, (80, 80), mode="bilinear")[:, 0] * 255).to(torch.uint8)


def test_views_have_the_right_size_and_range_and_differ(canvases: Tensor) -> None:
    torch.manual_seed(1)
    first = face_augment.augment(canvases, 64, 0.8)
    assert first.shape == (16, 1, 64, 64)
    assert first.dtype == torch.float32
    assert first.min() >= 0
    assert first.max() <= 1
    second = face_augment.augment(canvases, 64, 0.8)
    assert all((a - b).abs().mean() > 0.005 for a, b in zip(first, second, strict=True))
    torch.manual_seed(1)
    assert torch.equal(first, face_augment.augment(canvases, 64, 0.8))


def test_a_view_without_chance_is_the_middle_of_the_canvas(canvases: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every random number at its middle and no mirroring, the view is the canvas without its border."""
    monkeypatch.setattr(torch.Tensor, "uniform_", lambda self, low, high: self.fill_((low + high) / 2))
    monkeypatch.setattr(torch, "rand", lambda *shape: torch.ones(*shape))
    pictures = canvases[:, None].float()
    assert torch.allclose(face_augment.view(pictures, 64, 0.8), pictures[:, :, 8:72, 8:72], atol=1e-2)
    monkeypatch.setattr(torch, "rand", lambda *shape: torch.zeros(*shape))
    assert torch.allclose(face_augment.view(pictures, 64, 0.8), pictures[:, :, 8:72, 8:72].flip(3), atol=1e-2)


@pytest.mark.parametrize("change", [face_augment.blur, face_augment.shrink])
def test_blurring_removes_detail_but_not_light(change: Callable[[Tensor], Tensor]) -> None:
    torch.manual_seed(0)
    pictures = torch.rand(8, 1, 64, 64)
    changed = change(pictures)
    assert changed.shape == pictures.shape
    assert (changed.mean((1, 2, 3)) - pictures.mean((1, 2, 3))).abs().max() < 0.02
    assert (changed.std((1, 2, 3)) < 0.8 * pictures.std((1, 2, 3))).all()
    flat = torch.full((2, 1, 64, 64), 0.4)
    assert torch.allclose(change(flat), flat, atol=1e-6)


def test_noise_is_in_proportion_to_contrast() -> None:
    torch.manual_seed(0)
    weak = torch.rand(64, 1, 32, 32) * 0.1
    added = (face_augment.noise(weak) - weak).std((1, 2, 3)) / weak.std((1, 2, 3))
    assert added.min() > 0.02
    assert added.max() < 0.36


def test_jpeg_stays_close(canvases: Tensor) -> None:
    torch.manual_seed(0)
    pictures = canvases[:, None].float() / 255
    changed = face_augment.jpeg(pictures)
    difference = (changed - pictures).abs().mean()
    assert 1e-4 < difference < 0.05


def test_erasing_fills_one_rectangle_with_one_grey() -> None:
    torch.manual_seed(0)
    pictures = torch.full((50, 1, 64, 64), 2.0)  # a value that no filling has
    for picture in face_augment.erase(pictures)[:, 0]:
        inside = picture != 2.0
        rows, columns = inside.any(1).nonzero()[:, 0], inside.any(0).nonzero()[:, 0]
        assert inside.sum() == len(rows) * len(columns)
        assert len(picture[inside].unique()) == 1
        assert 0.01 < inside.float().mean() < 0.25


def test_some_changes_the_share_it_should() -> None:
    torch.manual_seed(0)
    changed = face_augment.some(torch.zeros(4000, 1, 1, 1), 0.25, lambda chosen: chosen + 1)
    assert 0.22 < changed.mean() < 0.28
