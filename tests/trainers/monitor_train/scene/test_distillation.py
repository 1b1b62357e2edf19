"""Equations 1 to 3 of Saito and Sudo, against numbers worked out by hand and the formulas as printed."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from monitor_train.scene.distillation import distillation_loss


def printed(student: np.ndarray, truth: np.ndarray, teacher: np.ndarray, alpha: float) -> float:
    """The three equations, picture by picture."""
    count = len(student)
    by_teacher = by_label = 0.0
    for p, y, t in zip(student, truth, teacher, strict=True):
        by_teacher -= (t * math.log(p) + (1 - t) * math.log(1 - p)) / count
        by_label -= (y * math.log(p) + (1 - y) * math.log(1 - p)) / count
    return (alpha * by_teacher + by_label) / (1 + alpha)


@pytest.mark.parametrize("alpha", [0.0, 1.0, 2.5])
def test_the_loss_is_the_printed_one(alpha: float) -> None:
    generator = np.random.default_rng(0)
    logits = torch.from_numpy(generator.normal(0, 2, (20, 2)))
    truth, teacher = generator.integers(0, 2, 20).astype(float), generator.random(20)
    loss = distillation_loss(logits, torch.from_numpy(truth), torch.from_numpy(teacher), alpha)
    student = torch.softmax(logits, 1)[:, 0].numpy()
    assert float(loss) == pytest.approx(printed(student, truth, teacher, alpha), rel=1e-9)


def test_by_hand() -> None:
    """One picture, positive, P_RN = 0.8, P_SB = 0.6: L_r = -log 0.8, L_sp = -0.6 log 0.8 - 0.4 log 0.2."""
    logits = torch.tensor([[math.log(0.8), math.log(0.2)]], dtype=torch.float64)
    one = torch.ones(1, dtype=torch.float64)
    assert float(distillation_loss(logits, one, 0.6 * one, 0.0)) == pytest.approx(0.223144, abs=1e-6)
    assert float(distillation_loss(logits, one, 0.6 * one, 1.0)) == pytest.approx((0.777661 + 0.223144) / 2, abs=1e-6)
    assert float(distillation_loss(logits, one, 0.6 * one, 3.0)) == pytest.approx(
        (3 * 0.777661 + 0.223144) / 4, abs=1e-6
    )


def test_without_alpha_the_teacher_has_no_say() -> None:
    logits = torch.randn(5, 2)
    truth = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0])
    assert distillation_loss(logits, truth, torch.zeros(5), 0.0) == distillation_loss(logits, truth, torch.ones(5), 0.0)
