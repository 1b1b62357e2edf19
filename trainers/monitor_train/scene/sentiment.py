"""Trains the student: a network that sees the whole picture, and learns from labels and from a teacher.

The method is that of Saito and Sudo, section 3.3; the profile `paper` has their sizes (section 4.2.2), `compact` is
small enough to run on a stream.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from monitor.errors import ConfigError
from monitor_train.scene.data import read
from monitor_train.scene.evaluate import positive
from monitor_train.scene.loss import distillation_loss
from monitor_train.scene.measures import LABELS
from monitor_train.scene.model import write_model
from monitor_train.scene.profile import Settings
from monitor_train.scene.training import PictureData, PictureNetwork, fit, squares


class ScenePictures(PictureData):
    """Of a training picture, its label and the teacher's word are learnt: 1 or 0, and P_SB."""

    def __init__(self, data: Path, layout: str, teacher: Path | None, settings: Settings) -> None:
        """`teacher`: a table of probabilities, or the folder of an artifact. Raises ConfigError where it is needed."""
        super().__init__(settings)
        if settings.alpha > 0 and teacher is None:
            raise ConfigError("an alpha above 0 needs a --teacher; --alpha 0 trains the network alone")
        self.splits, self.teacher = read(data, layout), teacher if settings.alpha > 0 else None

    def setup(self, stage: str) -> None:
        train, valid = self.splits["train"], self.splits["valid"]
        said = train.positive if self.teacher is None else positive(self.teacher, train)
        self.train = TensorDataset(
            torch.from_numpy(squares(train, self.settings.size)),
            torch.from_numpy(train.positive.astype(np.float32)),
            torch.from_numpy(said.astype(np.float32)),
        )
        classes = np.where(valid.positive, LABELS.index("positive"), LABELS.index("negative"))
        self.valid = TensorDataset(torch.from_numpy(squares(valid, self.settings.size)), torch.from_numpy(classes))


class SceneSentiment(PictureNetwork):
    """Two classes, positive and negative."""

    def loss(self, logits: Tensor, *learnt: Tensor) -> Tensor:
        truth, teacher = learnt
        return distillation_loss(logits, truth, teacher, self.settings.alpha)


def train(
    data: Path,
    layout: str,
    out: Path,
    settings: Settings,
    *,
    teacher: Path | None = None,
    resume: bool = False,
    accelerator: str = "auto",
) -> Path:
    """Train, calibrate, export and measure; the folder of the artifact, `out`/artifact."""
    pictures = ScenePictures(data, layout, teacher, settings)
    best = fit(SceneSentiment, len(LABELS), pictures, out, resume=resume, accelerator=accelerator)
    model = SceneSentiment.load_from_checkpoint(best, map_location="cpu", weights_only=True)
    return write_model(out / "artifact", model, pictures.valid, data, layout, teacher)
