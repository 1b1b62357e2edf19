"""Trains landmark fusion (Kanamori, Kanamori, Endo and Mitani, "Facial emotion estimation using facial landmarks",
section 4.3): the image branch is frozen, the landmark branch and the layer that merges both learn together.

Because the image branch does not change, what it says of every training view is computed once and kept, so that epochs
are short. It reads downwards: settings, data, model, training.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from timm.optim import AdaBelief
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from monitor.errors import ConfigError
from monitor_face.heatmap import heatmaps
from monitor_train import timed
from monitor_train.face.augment import augment, moved, random_views
from monitor_train.face.expression import (
    FaceExpression,
    draw_weights,
    drawn_batches,
    log_accuracy,
)
from monitor_train.face.fusion_network import FusionNetwork, Weighting
from monitor_train.face.landmark_network import LandmarkNetwork
from monitor_train.face.model import write_model
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import profile
from monitor_train.face.training_faces import CANVAS, DataSet, split_views, training_canvases
from monitor_train.splits import DataError
from monitor_train.terminal import progress
from monitor_train.weights import read_checkpoint, take_weights

OUTPUTS = ("probabilities", "image", "landmark")
"""Of the artifact: the whole and its branches."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides how a run goes; where the paper names a number, it is the paper's."""

    profile: str = "compact"
    epochs: int = 30
    patience: int = 8
    """The run ends when the best validation accuracy is so many epochs old."""
    batch_size: int = 256
    seed: int = 0
    views: int = 6
    """How many random views of each face the image branch looks at; epochs take them in turn."""
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    decay: float = 0.9
    """Factor of the learning rate from epoch to epoch."""
    confidence: bool = True
    """Weight the landmarks by the landmark branch's confidence (equation 1)."""
    disagreement: float = 0.6
    """Weight of the landmarks where the branches disagree, w of equation 2; 1 leaves it out."""
    keep_image: bool = True
    """Leave the merging layer's weights of the image features as the image branch has them, and learn only those of the
    landmarks'; the paper learns all, and so does its profile on the command line. Training faces are known to the image
    branch, so what it says of them is better than what it says of new faces, and a layer that learns from them trusts
    it wrongly."""
    balance: float = 0.35
    """0: every picture is drawn equally often; 1: every class is."""
    jitter: float = 0.01
    """Standard deviation of the error added to training landmarks, as a fraction of the picture's side."""


@dataclass(frozen=True)
class SeenFaces:
    """What landmark fusion learns from: the image branch's view of the training and validation faces."""

    features: Tensor
    """(V, N, F): the frozen representations of V views of N faces with landmarks."""
    landmarks: Tensor
    """(V, N, 37, 2): the landmarks in these views, in pixels."""
    votes: Tensor
    labels: Tensor
    """Of the N faces, (N, K) and (N,)."""
    without_landmarks: int
    """Training faces left out, because nothing can be learnt of their landmarks."""
    valid: TensorDataset
    """Representations (M, F), landmarks (M, 37, 2), votes (M, K) and majority (M,) of all validation faces."""


def look(image: FaceExpression, source: DataSet, settings: Settings, device: torch.device) -> SeenFaces:
    """Let the trained image branch look at all faces once. Raises DataError where no face has landmarks."""
    network, own = image.network.eval().to(device), image.profile
    canvases = training_canvases(source, own)
    found = np.isfinite(canvases.aligned.landmarks).all(axis=(1, 2)).nonzero()[0]
    if not len(found):
        raise DataError(f"{source.data}: no training face has landmarks, so there is nothing to fuse")

    @torch.inference_mode()
    def features(pictures: Tensor) -> Tensor:
        return network.features((pictures.to(device) - own.mean) / own.std).float().cpu()

    torch.manual_seed(settings.seed)
    parts = torch.from_numpy(found).split(settings.batch_size)
    seen, landmarks = [], []
    for part in progress(parts * settings.views, "image branch, training views", len(parts) * settings.views):
        views = random_views(len(part), 1 / CANVAS)
        pictures = augment(torch.from_numpy(canvases.aligned.pictures[part]), views, own.size)
        with torch.autocast(device.type, torch.bfloat16):
            seen.append(features(pictures))
        points = torch.from_numpy(canvases.aligned.landmarks[part])
        landmarks.append(moved(points, views, canvases.plain.shape[-1], own.size))
    without = len(canvases.faces) - len(found)
    if without:
        print(
            f"{without} of {len(canvases.faces)} training faces have no landmarks; they teach the image branch only",
            file=sys.stderr,
        )
    faces, plain = split_views(source, "valid", own)
    return SeenFaces(
        torch.cat(seen).unflatten(0, (settings.views, len(found))),
        torch.cat(landmarks).unflatten(0, (settings.views, len(found))),
        torch.from_numpy(canvases.faces.votes[found]),
        torch.from_numpy(canvases.faces.labels[found]),
        without,
        TensorDataset(
            torch.cat([features(each.float() / 255) for each in torch.from_numpy(plain.pictures).split(256)]),
            torch.from_numpy(plain.landmarks),
            torch.from_numpy(faces.votes),
            torch.from_numpy(faces.majority),
        ),
    )


class FusionData(lightning.LightningDataModule):
    """Epochs take the views of the training faces in turn."""

    def __init__(self, seen: SeenFaces, settings: Settings) -> None:
        super().__init__()
        self.seen, self.settings = seen, settings
        self.weights = draw_weights(seen.labels, settings.balance)

    def train_dataloader(self) -> DataLoader[Any]:
        view = (self.trainer.current_epoch if self.trainer else 0) % len(self.seen.features)
        faces = TensorDataset(self.seen.features[view], self.seen.landmarks[view], self.seen.votes)
        return drawn_batches(faces, self.weights, self.settings.batch_size, timed.epoch_seed(self, self.settings.seed))

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.seen.valid, batch_size=256)


class FaceFusion(timed.TimedModule):
    """Both branches and the layer that merges them."""

    def __init__(self, settings: dict[str, Any], labels: Sequence[str]) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.settings, self.labels = Settings(**settings), tuple(labels)
        own = self.profile = profile(self.settings.profile)
        self.network = FusionNetwork(
            FaceNetwork(own, len(self.labels)),
            LandmarkNetwork(len(self.labels), own.size, own.landmarks, own.landmark_cell, own.landmark_stride),
            Weighting(self.settings.confidence, self.settings.disagreement),
        )

    def heatmaps(self, landmarks: Tensor) -> Tensor:
        """Dots (B, 1, S, S) in [0, 1] for landmarks (B, 37, 2) in pixels; black where they are not numbers."""
        dots = torch.from_numpy(heatmaps(landmarks.cpu().numpy(), self.profile.size))
        return dots[:, None].to(self.device).float() / 255

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
        torch.manual_seed(self.settings.seed * 1_000_003 + self.global_step)  # a resumed run draws the same numbers
        features, landmarks, votes = batch
        error = torch.randn(landmarks.shape).to(landmarks) * self.settings.jitter * self.profile.size
        answers = self.network.answers(features, self.heatmaps(landmarks + error))
        merged, landmark = (F.cross_entropy(each.float(), votes) for each in (answers.merged, answers.landmark))
        self.log("loss", merged, prog_bar=True)
        self.log("landmark_loss", landmark, prog_bar=True)
        return merged + landmark  # equation 3

    def validation_step(self, batch: Sequence[Tensor], index: int) -> None:
        features, landmarks, votes, majority = batch
        answers = self.network.answers(features, self.heatmaps(landmarks))
        self.log("valid_loss", F.cross_entropy(answers.merged.float(), votes), batch_size=len(votes))
        log_accuracy(self, "valid_accuracy", answers.merged, votes, majority)
        log_accuracy(self, "valid_image_accuracy", answers.image, votes, majority)
        log_accuracy(self, "valid_landmark_accuracy", answers.landmark, votes, majority)

    def configure_optimizers(self) -> Any:
        learning = [p for p in self.parameters() if p.requires_grad]
        settings = self.settings
        optimizer = AdaBelief(learning, settings.learning_rate, (0.9, 0.999), 1e-16, settings.weight_decay)
        return {
            "optimizer": optimizer,
            "lr_scheduler": torch.optim.lr_scheduler.ExponentialLR(optimizer, settings.decay),
        }


def train(
    source: DataSet,
    out: Path,
    image: Path,
    settings: Settings,
    *,
    resume: bool = False,
    accelerator: str = "auto",
) -> Path:
    """Train on top of the image branch in the checkpoint `image`, calibrate, export and measure; `out`/artifact."""
    branch = read_image(image, source, settings)
    seen = look(branch, source, settings, torch.device(accelerated(accelerator)))
    best = fit(branch, seen, out, settings, resume=resume, accelerator=accelerator)
    model = FaceFusion.load_from_checkpoint(best, map_location="cpu", weights_only=True)
    return write_model(out / "artifact", "face-fusion", model, model.network, source, outputs=OUTPUTS)


def read_image(checkpoint: Path, source: DataSet, settings: Settings) -> FaceExpression:
    """The trained image branch. Raises ConfigError where it is of another profile, or has learnt other classes."""
    content = read_checkpoint(checkpoint)
    known = content.get("hyper_parameters", {})
    made = known.get("settings", {}).get("profile")
    if made != settings.profile:
        raise ConfigError(f"{checkpoint} is of the profile {made}, not {settings.profile}")
    names = source.faces("train").names
    if tuple(known["labels"]) != names:
        raise ConfigError(f"{checkpoint} knows the classes {', '.join(known['labels'])}, not {', '.join(names)}")
    branch = FaceExpression({"profile": settings.profile}, names)
    take_weights(branch, content["state_dict"], checkpoint)
    return branch


def accelerated(accelerator: str) -> str:
    """The torch device that Lightning takes for `accelerator`."""
    return "cuda" if accelerator != "cpu" and torch.cuda.is_available() else "cpu"


def fit(
    image: FaceExpression, seen: SeenFaces, out: Path, settings: Settings, *, resume: bool, accelerator: str
) -> Path:
    """Train, and return the checkpoint with the best validation accuracy."""
    lightning.seed_everything(settings.seed, verbose=False)
    model = FaceFusion(asdict(settings), image.labels)
    model.network.begin(image.network)
    model.network.merge_image.requires_grad_(not settings.keep_image)
    return timed.fit(
        model,
        FusionData(seen, settings),
        out,
        epochs=settings.epochs,
        patience=settings.patience,
        average=0.0,
        resume=resume,
        accelerator=accelerator,
    )
