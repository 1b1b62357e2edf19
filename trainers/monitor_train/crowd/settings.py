"""What decides how a training on a crowd's labels goes, and the two sizes it comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from typer import Option

from monitor_train.pictures.settings import PictureSettings


@dataclass(frozen=True, kw_only=True)
class Settings(PictureSettings):
    """Everything that decides how a run goes."""

    per_class: Annotated[int, Option(min=1, help="Views of each class in an epoch, by augmentation.")] = 300
    hard: Annotated[bool, Option(help="Learn the most probable label alone, not the probabilities.")] = False
    frozen: bool = False
    """Keep the convolutional part as it came; only the head learns."""

    @property
    def grey(self) -> bool:
        """Whether faces have no colour."""
        return False


PROFILES = {
    "compact": Settings(size=64, epochs=10, batch_size=32, learning_rate=1e-3, average=0.98),
    "paper": Settings(
        architecture="vgg16",
        size=224,
        epochs=50,
        batch_size=32,
        learning_rate=1e-4,
        weight_decay=0.0,
        average=0.0,
        frozen=True,
    ),
}
"""MobileNetV2 at 64 pixels, all of which learns; VGG16 at 224 pixels, as in the study."""
