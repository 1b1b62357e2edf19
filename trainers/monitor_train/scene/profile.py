"""What decides how the student's training goes, and the two sizes it comes in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from monitor.errors import ConfigError
from monitor.explain import unknown_name
from monitor_train.scene.network import IMAGENET, Architecture, Convention


@dataclass(frozen=True)
class Settings:
    """Everything that decides how a run goes."""

    alpha: float = 1.0
    """Weight of the teacher's word against the label's (equation 3); 0 is the network alone."""
    architecture: Architecture = "mobilenet_v2"
    size: int = 144
    """Side of the network's input, in pixels."""
    width: float = 1.0
    """Factor on the channels of MobileNetV2."""
    init: str = IMAGENET
    """Initial weights: `imagenet` (torchvision downloads them), `random`, or a file of safetensors."""
    convention: Convention = "torchvision"
    """How the initial weights saw pictures."""
    epochs: int = 20
    minutes: float | None = None
    """Where given, the run ends after so much time, with the learning rate brought down in time for it."""
    patience: int = 20
    """The run ends when the best validation accuracy is so many epochs old."""
    batch_size: int = 64
    seed: int = 0
    learning_rate: float = 5e-4
    """Peak; see `rate`."""
    weight_decay: float = 0.05
    average: float = 0.998
    """Decay of the moving average of the weights, per step; 0: the weights themselves."""


PROFILES = {
    "compact": Settings(),
    "paper": Settings(
        architecture="resnet101", size=255, batch_size=16, learning_rate=1e-4, weight_decay=0.0, average=0.0
    ),
}


def profile(name: str, **given: Any) -> Settings:
    """The profile of that name, changed by what is `given` and not None. Raises ConfigError where there is none."""
    if name not in PROFILES:
        raise ConfigError(unknown_name("profile", name, PROFILES))
    return replace(PROFILES[name], **{key: value for key, value in given.items() if value is not None})
