"""What decides how the training goes, and the two sizes it comes in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from monitor.errors import ConfigError
from monitor.explain import unknown_name
from monitor_train.retrieval.constraints import Strategy
from monitor_train.retrieval.network import Architecture
from monitor_train.scene.network import IMAGENET, Convention

Metric = Literal["sentiment", "triplet", "none"]


@dataclass(frozen=True)
class Settings:
    """Everything that decides how a run goes."""

    metric: Metric = "sentiment"
    """What is learnt about distances: the sentiment constraints, plain triplets of emotions, or nothing."""
    omega: float = 0.5
    """Share of that in the loss (equation of E); the rest is the classification's."""
    margins: tuple[float, float] = (0.3, 0.05)
    """alpha_1 and alpha_2; triplets use the first. The second is small because it also draws together pictures of
    different emotions. Vectors without negative numbers have squared distances up to 2, so that the paper's D* of
    emotions at opposite places is at most 2/5: there, the sum must stay well below."""
    wheel: float = 0.25
    """How much the distance on the wheel counts: theta is its power of -1 in the paper, and of -0.25 here. At full
    strength amusement may lie nearer to anger, its neighbour on the wheel, than to excitement, and with made-up classes
    that overlap as those of FI do, pictures of the same emotion were found less well the more it counted."""
    miner: Strategy = "semihard"
    teachers: tuple[str, ...] = ()
    """Folders of earlier trainings, whose answers classification learns instead of the labels; see `teachers`."""
    channels: int = 16
    """To which each layer is reduced for the sentiment vector: three layers of 16 give 408 numbers."""
    rooted: bool = True
    """Whether the layers of the sentiment vector weigh the same; see `SentimentVector`."""
    architecture: Architecture = "mobilenet_v2"
    size: int = 144
    """Side of the network's input, in pixels."""
    view: int = 112
    """Side of the views of it that are learnt from. They show 60 to 100 per cent of a picture, so that at this size
    things are as large in them as in whole pictures (Touvron et al., "Fixing the train-test resolution discrepancy",
    2019), and an epoch takes 0.6 times as long."""
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
    """The run ends when the least validation loss is so many epochs old."""
    batch_size: int = 128
    least: int = 8
    """Pictures of every emotion in a batch."""
    seed: int = 0
    optimizer: Literal["adamw", "sgd"] = "adamw"
    learning_rate: float = 7e-4
    """Peak; see `rate`."""
    weight_decay: float = 0.05
    average: float = 0.99
    """Decay of the moving average of the weights, per step; 0: the weights themselves. A set as large as FI has only
    136 steps an epoch, and a slower average would still remember the initial weights when a short run ends."""


PROFILES = {
    "compact": Settings(),
    "paper": Settings(
        architecture="googlenet",
        size=224,
        view=224,
        margins=(0.1, 0.1),
        wheel=1.0,
        rooted=False,
        optimizer="sgd",
        learning_rate=1e-2,
        weight_decay=5e-4,
        average=0.0,
    ),
}
"""`paper` has the network, the optimiser, the batches and the miner of Yang et al. 2018; the margins, the number of
channels and the rate are ours, as is all of `compact`."""


def profile(name: str, **given: Any) -> Settings:
    """The profile of that name, changed by what is `given` and not None. Raises ConfigError where there is none."""
    if name not in PROFILES:
        raise ConfigError(unknown_name("profile", name, PROFILES))
    return replace(PROFILES[name], **{key: value for key, value in given.items() if value is not None})
