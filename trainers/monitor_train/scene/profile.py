"""What decides how the student's training goes, and the two sizes it comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from typer import Option

from monitor_train.pictures.settings import PictureSettings


@dataclass(frozen=True, kw_only=True)
class Settings(PictureSettings):
    """Everything that decides how a run goes."""

    alpha: Annotated[float, Option(min=0, help="Weight of the teacher beside the labels; 0 is the network alone.")] = (
        1.0
    )
    """Of equation 3."""


PROFILES = {
    "compact": Settings(),
    "paper": Settings(
        architecture="resnet101", size=255, batch_size=16, learning_rate=1e-4, weight_decay=0.0, average=0.0
    ),
}
