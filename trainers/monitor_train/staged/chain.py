"""A chain of stages, as a TOML file describes it:

    [network]
    architecture = "vgg16"
    init = "vgg16.safetensors"

    [[stages]]
    name = "fer2013"
    data = "FERPLUS"
    format = "ferplus"
    labels = "single"
    resolution = 48
    epochs = 10

    [[stages]]
    name = "sfew"
    data = "SFEW"
    format = "sfew"
    crop = "eyes"
    resolution = 96
    frozen = 4
    epochs = 40

The last stage is the target: the set for which the network is made. The initial weights are what ImageNet teaches.
Paths count from the folder of the file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from monitor.emotions import FACES, SEVEN
from monitor.errors import ConfigError
from monitor.mistakes import explain
from monitor_train.face.settings import Layout
from monitor_train.pictures.settings import Architecture, Convention
from monitor_train.pictures.splits import Split


class Network(BaseModel):
    """Which network goes through the stages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: Architecture = "mobilenet_v2"
    init: str = "random"
    """Its first weights: a file of safetensors, `imagenet` (torchvision downloads them), or `random`."""
    convention: Convention = "torchvision"
    classes: Literal["seven", "eight"] = "eight"
    """Emotions it tells apart: the eight of FER+, or seven without contempt."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Their names, in output order."""
        return FACES if self.classes == "eight" else SEVEN


class Stage(BaseModel):
    """One set of faces, and how the network learns from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[\w .-]+$")
    data: Path
    format: Layout = "ferplus"
    split: Split = "train"
    """The split of the set whose pictures this stage learns from; a fifth of them validates."""
    labels: Literal["votes", "single"] = "votes"
    """Learn the share of each emotion among the votes, or only the one with most."""
    crop: Literal["whole", "eyes"] = "whole"
    """The whole picture, or the paper's rule around the eyes; see `monitor_train.staged.crop`."""
    resolution: int = Field(48, ge=32, le=512)
    """Side of the network's input, in pixels; smaller pictures are enlarged to it."""
    frozen: int = Field(0, ge=0)
    """How many of the network's first layers with weights keep them as they are."""
    pictures: int | None = Field(None, ge=20)
    """Where given, only so many pictures are drawn, as if the set were small."""
    epochs: int = Field(20, ge=1)
    batch_size: int = Field(64, ge=2)
    learning_rate: float = Field(5e-4, gt=0)
    weight_decay: float = Field(0.05, ge=0)
    average: float = Field(0.0, ge=0, lt=1)


class Chain(BaseModel):
    """A network and its stages, the target last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    network: Network = Network()
    stages: tuple[Stage, ...] = Field(min_length=1)

    @field_validator("stages")
    @classmethod
    def _unlike_names(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        names = [stage.name for stage in stages]
        if len(set(names)) < len(names):
            raise ValueError(f"stages need names of their own, not {', '.join(names)}")
        return stages


def read_chain(path: Path) -> Chain:
    """The chain in a TOML file. Raises ConfigError that names the key that is wrong."""
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not a TOML file: {error}") from None
    try:
        chain = Chain.model_validate(content)
    except ValidationError as error:
        raise ConfigError(explain(error, Chain, str(path))) from None
    at = path.parent
    init = chain.network.init
    if init not in ("imagenet", "random"):
        chain = chain.model_copy(update={"network": chain.network.model_copy(update={"init": str(at / init)})})
    stages = tuple(stage.model_copy(update={"data": at / stage.data}) for stage in chain.stages)
    return chain.model_copy(update={"stages": stages})
