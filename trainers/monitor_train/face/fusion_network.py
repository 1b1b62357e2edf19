"""Landmark fusion: a frozen network for the picture of a face and one for its landmarks, whose features count as far
as they can be trusted (Kanamori, Kanamori, Endo and Mitani, "Facial emotion estimation using facial landmarks",
section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from monitor_train.face.landmark_network import LandmarkNetwork
from monitor_train.face.network import FaceNetwork


@dataclass(frozen=True)
class Weighting:
    """How the landmarks' features are weighted, F' = p w F (equation 2)."""

    confidence: bool = True
    """p is the largest probability of the landmark branch (equation 1); else 1."""
    disagreement: float = 0.6
    """w where the two branches have different answers; it is 1 where they agree. 1 leaves agreement out."""

    def __call__(self, landmark_logits: Tensor, image_logits: Tensor) -> Tensor:
        """p w (B, 1) of the logits (B, classes) of the two branches."""
        sure = landmark_logits.softmax(1).amax(1, keepdim=True)
        agree = landmark_logits.argmax(1, keepdim=True) == image_logits.argmax(1, keepdim=True)
        weight = torch.where(agree, 1.0, self.disagreement)
        return weight * sure if self.confidence else weight


class Answers(NamedTuple):
    """Logits (B, classes) of the whole and of its branches."""

    merged: Tensor
    image: Tensor
    landmark: Tensor


class FusionNetwork(nn.Module):
    """Faces (B, C + 1, S, S), a normalised picture and a heatmap in [0, 1], -> logits of the whole and of its branches.

    A face without landmarks, whose heatmap is black, gets the answer of the image branch alone.
    """

    def __init__(self, image: FaceNetwork, landmark: LandmarkNetwork, weighting: Weighting) -> None:
        super().__init__()
        self.image = image.requires_grad_(False)
        self.landmark = landmark
        self.weighting = weighting
        classes = image.classify.out_features
        # the fully connected layer over the concatenated features, in its two parts
        self.merge_image = nn.Linear(image.amend.features, classes)
        self.merge_landmark = nn.Linear(landmark.amend.features, classes, bias=False)

    @torch.no_grad()
    def begin(self, image: FaceNetwork) -> None:
        """Take the trained image branch; the merged answer begins as its answer."""
        self.image.load_state_dict(image.state_dict())
        self.merge_image.load_state_dict(image.classify.state_dict())
        self.merge_landmark.weight.zero_()

    def train(self, mode: bool = True) -> FusionNetwork:
        """The image branch stays as it is: its norms and its mean of all faces are not moved."""
        super().train(mode)
        self.image.eval()
        return self

    def answers(self, image_features: Tensor, heatmaps: Tensor) -> Answers:
        """What the whole and each branch say of faces whose image features (B, F) are known; heatmaps (B, 1, S, S)."""
        landmark_features = self.landmark.features(heatmaps)
        image, landmark = self.image.classify(image_features), self.landmark.classify(landmark_features)
        weight = self.weighting(landmark.detach(), image)
        merged = self.merge_image(image_features) + self.merge_landmark(weight * landmark_features)
        seen = heatmaps.amax((1, 2, 3))[:, None] > 0
        return Answers(torch.where(seen, merged, image), image, landmark)

    def forward(self, faces: Tensor) -> Answers:
        pictures, heatmaps = faces[:, :-1], faces[:, -1:]
        return self.answers(self.image.features(pictures), heatmaps)
