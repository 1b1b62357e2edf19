"""What decides how a training goes: what all trainers share, and what those of whole pictures add.

A field with an option is one on the command line too; see `options.command`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from typer import Option

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name

Architecture = Literal["mobilenet_v2", "resnet101", "googlenet", "alexnet", "vgg16", "vgg_cnn_m_2048"]
Convention = Literal["torchvision", "tensorflow"]
"""How the initial weights saw pictures: normalised by the mean and deviation of ImageNet and padded on all sides, or
scaled to [-1, 1] and padded at the right and at the bottom."""
MEAN = {"torchvision": (0.485, 0.456, 0.406), "tensorflow": (0.5, 0.5, 0.5)}
STD = {"torchvision": (0.229, 0.224, 0.225), "tensorflow": (0.5, 0.5, 0.5)}
"""Of a pixel / 255, by convention."""
IMAGENET, CHANCE = "imagenet", "random"
"""Initial weights: those that torchvision downloads, or none."""
Seed = Annotated[int, Option(min=0, help="Seed of what is random, such as the order of the pictures.")]
Accelerator = Annotated[str, Option(help="As Lightning names it: auto, cpu, gpu.")]
Out = Annotated[Path, Option(help="Folder for checkpoints, log and artifact, and face meshes where there are any.")]
Resume = Annotated[bool, Option(help="Continue the run whose last checkpoint lies in --out.")]


@dataclass(frozen=True)
class Run:
    """One training: where it leaves everything, and what computes it.

    Raises ConfigError where there is no run that could be resumed, which is so before any picture is read.
    """

    out: Out
    resume: Resume = False
    accelerator: Accelerator = "auto"

    def __post_init__(self) -> None:
        if self.resume and not self.last.is_file():
            raise ConfigError(f"--resume: {self.last} is missing; --out must be the folder of the run to continue")

    @property
    def last(self) -> Path:
        """The checkpoint by which it can be continued."""
        return self.out / "last.ckpt"

    @property
    def artifact(self) -> Path:
        """The folder of the model that it makes."""
        return self.out / "artifact"

    def at(self, *names: str) -> Run:
        """A run of its own in a folder below; one that was begun there goes on."""
        run = Run(self.out.joinpath(*names), accelerator=self.accelerator)
        return replace(run, resume=run.last.is_file())


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How long and in which steps a network learns."""

    epochs: Annotated[int, Option(min=1, help="Most passes over the training pictures.")] = 20
    minutes: Annotated[float | None, Option(min=0.01, help="End after this much training at the latest.")] = None
    """The learning rate is brought down in time for it."""
    patience: int = 20
    """The run ends when the best validation figure is so many epochs old."""
    batch_size: Annotated[int, Option(min=2, help="Pictures per training step.")] = 64
    seed: Seed = 0
    learning_rate: Annotated[float, Option(min=0, help="Peak of its course.")] = 5e-4
    """See `training.warmup_cosine`."""
    weight_decay: float = 0.05
    average: float = 0.998
    """Decay of the moving average of the weights, per step; 0: the weights themselves."""


@dataclass(frozen=True, kw_only=True)
class PictureSettings(TrainingSettings):
    """The same for a network of whole RGB pictures, and which network it is."""

    architecture: Architecture = "mobilenet_v2"
    size: int = 144
    """Side of the network's input, in pixels."""
    view: int | None = None
    """Side of the views that are learnt from, in pixels; None: the same."""
    width: float = 1.0
    """Factor on the channels of MobileNetV2."""
    init: Annotated[
        str, Option(help="Initial weights: imagenet (downloaded), random, a safetensors file, or an artifact's folder.")
    ] = IMAGENET
    convention: Annotated[
        Convention, Option(help="How the initial weights saw pictures: mean and padding of torchvision or TensorFlow.")
    ] = "torchvision"

    @property
    def takes(self) -> dict[str, Any]:
        """What a manifest says of the network's input."""
        return {"size": self.size, "mean": MEAN[self.convention], "std": STD[self.convention]}


S = TypeVar("S", bound=TrainingSettings)


def from_profile(profiles: Mapping[str, S], name: str, **given: Any) -> S:
    """The settings of the profile `name`, changed by what is `given` and not None.

    Raises ConfigError where there is no such profile.
    """
    if name not in profiles:
        raise ConfigError(unknown_name("profile", name, profiles))
    return replace(profiles[name], **{key: value for key, value in given.items() if value is not None})
