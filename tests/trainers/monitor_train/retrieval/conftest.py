"""Pictures of four emotions that a small network learns in seconds, and that network."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from monitor_train.retrieval import network
from monitor_train.retrieval.emotion_wheel import WHEEL
from monitor_train.retrieval.profile import Settings

EMOTIONS = ("amusement", "awe", "fear", "sadness")
QUICK = Settings(
    size=32,
    view=28,
    init="random",
    channels=4,
    epochs=3,
    batch_size=32,
    least=8,
    learning_rate=0.02,
    average=0.8,
    seed=1,
)


class SmallNetwork(nn.Module):
    """Pictures (B, 3, S, S) -> logits (B, classes), with the parts that MobileNetV2 has."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 5, 4, 2, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 12, 3, 2, 1, bias=False),
            nn.BatchNorm2d(12),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(12, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(pictures).mean((2, 3)).flatten(1))
        return logits


def small_network(architecture: str, classes: int, **_: object) -> nn.Module:
    """Takes the place of `make_network`; the same weights every time."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return SmallNetwork(classes)


@pytest.fixture(scope="module")
def small_trunk() -> Iterator[None]:
    """A network that learns in seconds, in place of MobileNetV2."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "make_network", small_network)
        patch.setitem(network.LAYERS, "mobilenet_v2", ("features.2", "features.5"))
        yield


def draw_feeling(emotion: str, generator: np.random.Generator) -> NDArray[np.uint8]:
    """RGB (32, 32, 3): noise about a colour whose hue is the emotion's place on the wheel."""
    hue = (WHEEL.index(emotion) + generator.uniform(-0.3, 0.3)) / len(WHEEL)
    colour = 255 * np.array(colorsys.hsv_to_rgb(hue % 1, 0.8, generator.uniform(0.6, 0.9)))
    return np.clip(colour + generator.normal(0, 40, (32, 32, 3)), 0, 255).astype(np.uint8)


def write_feelings(folder: Path, emotions: Iterable[str], count: int, seed: int = 0) -> Path:
    """A folder for each emotion with `count` pictures."""
    generator = np.random.default_rng(seed)
    for emotion in emotions:
        (folder / emotion).mkdir(parents=True)
        for index in range(count):
            Image.fromarray(draw_feeling(emotion, generator)).save(folder / emotion / f"{index:03d}.png")
    return folder


@pytest.fixture(scope="session")
def feelings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 pictures each of EMOTIONS."""
    return write_feelings(tmp_path_factory.mktemp("feelings"), EMOTIONS, 40)
