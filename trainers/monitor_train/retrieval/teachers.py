"""Learning from the answers of earlier networks, where labels are noisy.

The labels of a set like FI are those of a few strangers. The mean answer of several networks that learnt from them is a
better one: it is right where single labels are wrong, and it says how sure it is (Furlanello et al., "Born-again neural
networks", 2018, of which this is the form without labels).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from monitor.errors import ConfigError
from monitor_train.pictures.classifier import squares
from monitor_train.pictures.data import LabelledPictures
from monitor_train.retrieval.readouts import read_all
from monitor_train.retrieval.training import AffectiveTraining


def soft_labels(runs: Sequence[str], emotions: tuple[str, ...], pictures: LabelledPictures) -> Tensor:
    """Mean probabilities (N, emotions) of the best networks of `runs`, folders of earlier trainings, for pictures as
    they are and mirrored.

    Raises ConfigError where a folder has no finished network or one of other emotions.
    """
    total = torch.zeros(len(pictures), len(emotions))
    squared: dict[int, Tensor] = {}
    for run in runs:
        best = Path(run) / "best.ckpt"
        if not best.is_file():
            raise ConfigError(f"--teacher: {best} is missing; name the folder of an earlier training")
        teacher = AffectiveTraining.read(best).eval()
        if teacher.emotions != emotions:
            raise ConfigError(f"--teacher: {run} knows {', '.join(teacher.emotions)}, not {', '.join(emotions)}")
        size = teacher.settings.size
        if size not in squared:
            squared[size] = torch.from_numpy(squares(pictures, size))
        for view in (squared[size], squared[size].flip(2)):
            with torch.autocast("cpu", torch.bfloat16):  # as they were trained; exact answers are not needed
                logits = read_all(teacher, view).logits
            total += torch.softmax(logits.float(), 1)
    return total / (2 * len(runs))
