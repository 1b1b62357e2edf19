"""What the student learns from: the labels, and what a teacher says (Saito and Sudo, equations 1 to 3)."""

from __future__ import annotations

import torch.nn.functional as F  # noqa: N812
from torch import Tensor


def distillation_loss(logits: Tensor, truth: Tensor, teacher: Tensor, alpha: float) -> Tensor:
    """L = (alpha * L_sp + L_r) / (1 + alpha), equation 3.

    `logits` (B, 2) for positive and negative; `truth` (B,), 1 for positive pictures and 0 for negative ones; `teacher`
    (B,), the probability P_SB of "positive" that a teacher gives.
    """
    logit = logits[:, 0] - logits[:, 1]  # P_RN, the softmax's first output, is the sigmoid of it
    by_teacher = F.binary_cross_entropy_with_logits(logit, teacher)  # L_sp, equation 1
    by_label = F.binary_cross_entropy_with_logits(logit, truth)  # L_r, equation 2
    return (alpha * by_teacher + by_label) / (1 + alpha)
