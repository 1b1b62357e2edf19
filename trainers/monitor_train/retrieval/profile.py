"""What decides how the training goes, and the two sizes it comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from typer import Option

from monitor_train.pictures.settings import PictureSettings

Strategy = Literal["random", "hard", "semihard"]
Metric = Literal["sentiment", "triplet", "none"]
Trunk = Literal["mobilenet_v2", "googlenet"]


@dataclass(frozen=True, kw_only=True)
class Settings(PictureSettings):
    """Everything that decides how a run goes."""

    metric: Annotated[Metric, Option(help="What is learnt of distances, beside the emotions.")] = "sentiment"
    """The sentiment constraints, plain triplets of emotions, or nothing."""
    omega: Annotated[float, Option(min=0, max=1, help="Share of the metric in the loss.")] = 0.5
    """In the equation of E; the rest is the classification's."""
    margins: tuple[float, float] = (0.3, 0.05)
    """alpha_1 and alpha_2; triplets use the first. The second is small because it also draws together pictures of
    different emotions. Vectors without negative numbers have squared distances up to 2, so that the paper's D* of
    emotions at opposite places is at most 2/5: there, the sum must stay well below."""
    wheel: float = 0.25
    """How much the distance on the wheel counts: theta is its power of -1 in the paper, and of -0.25 here. At full
    strength amusement may lie nearer to anger, its neighbour on the wheel, than to excitement, and with made-up classes
    that overlap as those of FI do, pictures of the same emotion were found less well the more it counted."""
    miner: Annotated[Strategy, Option(help="Which triplets of a batch are learnt from.")] = "semihard"
    teachers: tuple[str, ...] = ()
    """Folders of earlier trainings, whose answers classification learns instead of the labels; see `teachers`."""
    channels: Annotated[int, Option(min=1, help="To which each layer is reduced for the sentiment vector.")] = 16
    """Three layers of 16 give 408 numbers."""
    rooted: bool = True
    """Whether the layers of the sentiment vector weigh the same; see `SentimentVector`."""
    architecture: Trunk = "mobilenet_v2"
    view: int | None = 112
    """They show 60 to 100 per cent of a picture, so that at this size things are as large in them as in whole pictures
    (Touvron et al., "Fixing the train-test resolution discrepancy", 2019), and an epoch takes 0.6 times as long."""
    batch_size: int = 128
    least: int = 8
    """Pictures of every emotion in a batch."""
    optimizer: Literal["adamw", "sgd"] = "adamw"
    learning_rate: float = 7e-4
    average: float = 0.99
    """A set as large as FI has only 136 steps an epoch, and a slower average would still remember the initial weights
    when a short run ends."""


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
