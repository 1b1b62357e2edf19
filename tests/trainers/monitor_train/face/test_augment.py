"""Augmentation changes what it should, keeps range and shape, and is a function of the seed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from monitor_train.face import augment as face_augment


@pytest.fixture
def canvases() -> Tensor:
    """Smooth random pictures, uint8 (16, 1, 80, 80)."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(16, 1, 10, 10, generator=generator)
    return (torch.nn.functional.interpolate(coarse, (80, 80), mode="bilinear") * 255).to(torch.uint8)


def augmented(canvases: Tensor) -> Tensor:
    return face_augment.augment(canvases, face_augment.random_views(len(canvases), 0.8), 64)


@pytest.mark.parametrize("channels", [1, 3])
def test_views_have_the_right_size_and_range_and_differ(canvases: Tensor, channels: int) -> None:
    canvases = canvases.expand(-1, channels, -1, -1)
    torch.manual_seed(1)
    first = augmented(canvases)
    assert first.shape == (16, channels, 64, 64)
    assert first.dtype == torch.float32
    assert first.min() >= 0
    assert first.max() <= 1
    second = augmented(canvases)
    assert all((a - b).abs().mean() > 0.005 for a, b in zip(first, second, strict=True))
    torch.manual_seed(1)
    assert torch.equal(first, augmented(canvases))


def test_a_view_without_chance_is_the_middle_of_the_canvas(canvases: Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every random number at its middle and no mirroring, the view is the canvas without its border."""
    monkeypatch.setattr(torch.Tensor, "uniform_", lambda self, low, high: self.fill_((low + high) / 2))
    monkeypatch.setattr(torch, "rand", lambda *shape: torch.ones(*shape))
    pictures = canvases.float()
    view = face_augment.look(pictures, face_augment.random_views(16, 0.8), 64)
    assert torch.allclose(view, pictures[:, :, 8:72, 8:72], atol=1e-2)
    monkeypatch.setattr(torch, "rand", lambda *shape: torch.zeros(*shape))
    mirrored = face_augment.look(pictures, face_augment.random_views(16, 0.8), 64)
    assert torch.allclose(mirrored, pictures[:, :, 8:72, 8:72].flip(3), atol=1e-2)


def test_views_roll_scale_shift_and_mirror_within_bounds() -> None:
    torch.manual_seed(0)
    matrices = face_augment.random_views(2000, 0.8)
    linear, shift = matrices[:, :, :2], matrices[:, :, 2]
    assert 0.45 < (torch.linalg.det(linear) < 0).float().mean() < 0.55
    roll = torch.atan2(-linear[:, 0, 1], linear[:, 1, 1]).rad2deg()
    assert 19 < roll.abs().max() <= 20.01
    zoom = torch.linalg.det(linear).abs().sqrt() / 0.8
    assert 0.8 < zoom.min() < 0.87
    assert 1.15 < zoom.max() < 1.25
    assert 0.07 < shift.abs().max() <= 0.0801


def test_picture_and_landmarks_stay_together() -> None:
    """A dot drawn at a landmark is seen where the landmark goes, whatever the view."""
    torch.manual_seed(0)
    count, canvas, size = 64, 100, 72
    points = torch.empty(count, 1, 2).uniform_(35, 65)
    y, x = torch.meshgrid(torch.arange(canvas) + 0.5, torch.arange(canvas) + 0.5, indexing="ij")
    distance = (x - points[:, :, 0, None]) ** 2 + (y - points[:, :, 1, None]) ** 2
    views = face_augment.random_views(count, 0.8)
    seen = face_augment.look(torch.exp(-distance / (2 * 2.0**2))[:, None], views, size)[:, 0]

    y, x = torch.meshgrid(torch.arange(size) + 0.5, torch.arange(size) + 0.5, indexing="ij")
    light = torch.stack([(seen * x).sum((1, 2)), (seen * y).sum((1, 2))], 1) / seen.sum((1, 2))[:, None]
    torch.testing.assert_close(light, face_augment.moved(points, views, canvas, size)[:, 0], atol=0.1, rtol=0)
    plain = torch.tensor([[[0.8, 0, 0], [0, 0.8, 0]]]).expand(count, -1, -1)
    assert (light - face_augment.moved(points, plain, canvas, size)[:, 0]).norm(dim=1).median() > 2


def test_landmarks_that_are_no_numbers_stay_so() -> None:
    points = torch.full((2, 37, 2), torch.nan)
    points[1] = 40.0
    moved = face_augment.moved(points, face_augment.random_views(2, 0.8), 80, 64)
    assert moved[0].isnan().all()
    assert moved[1].isfinite().all()


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


def test_a_grey_picture_in_colour_stays_grey() -> None:
    """All channels of a picture are blurred alike."""
    torch.manual_seed(0)
    grey = torch.rand(6, 1, 32, 32)
    changed = face_augment.blur(grey.expand(-1, 3, -1, -1).contiguous())
    torch.testing.assert_close(changed, changed[:, :1].expand(-1, 3, -1, -1))
    torch.manual_seed(0)
    torch.rand(6, 1, 32, 32)
    torch.testing.assert_close(face_augment.blur(grey), changed[:, :1])


def test_noise_is_in_proportion_to_contrast() -> None:
    torch.manual_seed(0)
    weak = torch.rand(64, 1, 32, 32) * 0.1
    added = (face_augment.noise(weak) - weak).std((1, 2, 3)) / weak.std((1, 2, 3))
    assert added.min() > 0.02
    assert added.max() < 0.36


def test_jpeg_stays_close(canvases: Tensor) -> None:
    torch.manual_seed(0)
    pictures = canvases.float() / 255
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
