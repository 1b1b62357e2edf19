"""Trains landmark fusion (Kanamori, Kanamori, Endo and Mitani, "Facial emotion estimation using facial landmarks",
section 4.3): the image branch is frozen, the landmark branch and the layer that merges both learn together.

Because the image branch does not change, what it says of every training view is computed once and kept, so that epochs
are short. It reads downwards: settings, data, model, training.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from timm.optim.adabelief import AdaBelief
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from monitor.errors import ConfigError
from monitor_face.expression.heatmap import heatmaps
from monitor_train.face.augment import augment, moved, random_views
from monitor_train.face.expression import FaceExpression, draw_weights
from monitor_train.face.fusion_network import FusionNetwork, Weighting
from monitor_train.face.landmark_network import LandmarkNetwork
from monitor_train.face.model import write_model
from monitor_train.face.network import FaceNetwork
from monitor_train.face.profile import profile
from monitor_train.face.training_faces import CANVAS, FaceSet, split_views, training_canvases
from monitor_train.pictures import training
from monitor_train.pictures.classifier import PictureNetwork, begun
from monitor_train.pictures.settings import Run, TrainingSettings
from monitor_train.pictures.splits import DataError
from monitor_train.pictures.terminal import progress
from monitor_train.pictures.training import TrainingData, drawn, in_batches
from monitor_train.pictures.weights import read_checkpoint, take_weights

OUTPUTS = ("probabilities", "image", "landmark")
"""Of the artifact: the whole and its branches."""


@dataclass(frozen=True, kw_only=True)
class Settings(TrainingSettings):
    """Everything that decides how a run goes; where the paper names a number, it is the paper's."""

    profile: str = "compact"
    epochs: int = 30
    patience: int = 8
    batch_size: int = 256
    average: float = 0.0
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

    @property
    def takes(self) -> dict[str, Any]:
        """What a manifest says of the network's input."""
        return profile(self.profile).takes(heatmap=True)


@dataclass(frozen=True)
class FrozenFeatures:
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


def extract_features(
    image: FaceExpression, source: FaceSet, settings: Settings, device: torch.device
) -> FrozenFeatures:
    """The frozen features of all faces, from the trained image branch. Raises DataError where no face has landmarks."""
    network, own = image.network.eval().to(device), image.profile
    faces, canvases = training_canvases(source, own)
    found = np.isfinite(canvases.landmarks).all(axis=(1, 2)).nonzero()[0]
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
        pictures = augment(torch.from_numpy(canvases.pictures[part]), views, own.size)
        with torch.autocast(device.type, torch.bfloat16):
            seen.append(features(pictures))
        points = torch.from_numpy(canvases.landmarks[part])
        landmarks.append(moved(points, views, canvases.pictures.shape[-1], own.size))
    without = len(faces) - len(found)
    if without:
        print(
            f"{without} of {len(faces)} training faces have no landmarks; they teach the image branch only",
            file=sys.stderr,
        )
    valid, plain = split_views(source, "valid", own)
    return FrozenFeatures(
        torch.cat(seen).unflatten(0, (settings.views, len(found))),
        torch.cat(landmarks).unflatten(0, (settings.views, len(found))),
        torch.from_numpy(faces.votes[found]),
        torch.from_numpy(faces.labels[found]),
        without,
        TensorDataset(
            in_batches(lambda part: features(part.float() / 255), torch.from_numpy(plain.pictures)),
            torch.from_numpy(plain.landmarks),
            torch.from_numpy(valid.votes),
            torch.from_numpy(valid.majority),
        ),
    )


class FusionData(TrainingData):
    """Epochs take the views of the training faces in turn."""

    def __init__(self, seen: FrozenFeatures, settings: Settings) -> None:
        weights = draw_weights(seen.labels, settings.balance)
        self.views = [TensorDataset(*view, seen.votes) for view in zip(seen.features, seen.landmarks, strict=True)]
        super().__init__(settings, self.views[0], seen.valid, partial(drawn, weights, settings.batch_size))

    def train_dataloader(self) -> DataLoader[Any]:
        self.train = self.views[(self.trainer.current_epoch if self.trainer else 0) % len(self.views)]
        return super().train_dataloader()


class FaceFusion(PictureNetwork):
    """Both branches and the layer that merges them."""

    settings: Settings  # type: ignore[assignment]  # which networks they are, their profile says
    settings_type = Settings
    network: FusionNetwork

    def __init__(self, settings: dict[str, Any], labels: Sequence[str]) -> None:
        super().__init__(settings, len(labels))
        self.labels = tuple(labels)

    def make_network(self, classes: int) -> nn.Module:
        own = self.profile = profile(self.settings.profile)
        return FusionNetwork(
            FaceNetwork(own, classes),
            LandmarkNetwork(classes, own.size, own.landmarks, own.landmark_cell, own.landmark_stride),
            Weighting(self.settings.confidence, self.settings.disagreement),
        )

    def begin(self) -> None:
        """Nothing: the networks begin with the image branch that they stand on."""

    def heatmaps(self, landmarks: Tensor) -> Tensor:
        """Dots (B, 1, S, S) in [0, 1] for landmarks (B, 37, 2) in pixels; black where they are not numbers."""
        dots = torch.from_numpy(heatmaps(landmarks.cpu().numpy(), self.profile.size))
        return dots[:, None].to(self.device).float() / 255

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
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
        self.log_validation(answers.merged.float(), votes, majority)
        self.log_accuracy("valid_image_accuracy", answers.image, votes, majority)
        self.log_accuracy("valid_landmark_accuracy", answers.landmark, votes, majority)

    def configure_optimizers(self) -> Any:
        learning = [p for p in self.parameters() if p.requires_grad]
        settings = self.settings
        optimizer = AdaBelief(learning, settings.learning_rate, (0.9, 0.999), 1e-16, settings.weight_decay)
        return {
            "optimizer": optimizer,
            "lr_scheduler": torch.optim.lr_scheduler.ExponentialLR(optimizer, settings.decay),
        }


def train(source: FaceSet, image: Path, settings: Settings, run: Run) -> Path:
    """Train on top of the image branch in the checkpoint `image`, calibrate, export and measure; the artifact."""
    branch = read_image(image, source, settings)
    seen = extract_features(branch, source, settings, torch.device(accelerated(run.accelerator)))
    model = FaceFusion.read(fit(branch, seen, settings, run))
    return write_model(run.artifact, "face-fusion", model.labels, model, source, OUTPUTS)


def read_image(checkpoint: Path, source: FaceSet, settings: Settings) -> FaceExpression:
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


def fit(image: FaceExpression, seen: FrozenFeatures, settings: Settings, run: Run) -> Path:
    """Train, and return the checkpoint with the best validation accuracy."""
    model = begun(FaceFusion, image.labels, settings)
    model.network.begin(image.network)
    model.network.merge_image.requires_grad_(not settings.keep_image)
    return training.fit(model, FusionData(seen, settings), run)
