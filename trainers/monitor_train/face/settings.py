"""What decides how the training of the image branch goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from typer import Option

from monitor_train.face.profile import profile
from monitor_train.pictures.settings import TrainingSettings

Layout = Literal["ferplus", "rafdb", "sfew", "folders", "crowd"]
"""In which a set of faces may lie on disk."""
ProfileName = Annotated[
    Literal["compact", "paper"], Option(help="Grey pictures of 64 pixels, or the paper's: colour, 224 pixels.")
]
ImageNet = Annotated[bool, Option(help="Paper profile: begin with torchvision's ImageNet weights (a download).")]


@dataclass(frozen=True, kw_only=True)
class Settings(TrainingSettings):
    """Everything that decides how a run goes."""

    profile: ProfileName = "compact"
    epochs: int = 60
    batch_size: int = 128
    imagenet: ImageNet = False
    dropout: float = 0.1
    learning_rate: Annotated[float, Option(min=0, help="Peak of its course, for batches of 128.")] = 0.1
    """Rises over the first epoch, then falls as a cosine."""
    weight_decay: float = 5e-4
    balance: float = 0.35
    """0: every picture is drawn equally often; 1: every class is."""
    unaligned: float = 0.2
    """Share of the pictures shown without alignment, as the monitor sees faces to which no mesh could be fitted."""

    @property
    def takes(self) -> dict[str, Any]:
        """What a manifest says of the network's input."""
        return profile(self.profile).takes()


PROFILES = {
    "new": Settings(),
    "finished": Settings(epochs=20, batch_size=32, learning_rate=0.04, average=0.95),
}
"""For a network that knows nothing, and for one that is to learn a few hundred pictures more."""
