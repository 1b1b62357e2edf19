"""What decides how the training of the appearance network goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from typer import Option

from monitor_train.pictures.settings import PictureSettings


@dataclass(frozen=True, kw_only=True)
class Settings(PictureSettings):
    """Everything that decides how a run goes."""

    size: int = 96
    """Side of a crop, in pixels."""
    depth: int = 14
    """Blocks of MobileNetV2, from the picture on, whose mean is the vector; later ones know things and not people."""
    frozen: int = 7
    """Blocks of MobileNetV2, from the picture on, that keep their initial weights."""
    temperature: float = 0.1
    epochs: Annotated[int, Option(min=0, help="Most passes over the people; 0: the initial weights, whitened.")] = 12
    batch_size: Annotated[int, Option(min=2, help="People at a time; each is seen twice.")] = 48
    weight_decay: float = 0.01
    average: float = 0.0
