"""A MobileNetV2 that was trained on ImageNet and is used as it is: its features, and the objects that it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.models import MobileNet_V2_Weights

from monitor.model.picture_input import scene_picture
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.network import begin_from, make_network
from monitor_train.pictures.settings import MEAN, STD, Convention
from monitor_train.pictures.terminal import progress

SIZE = 144
"""Side of what it sees, in pixels."""
OBJECTS: Sequence[str] = MobileNet_V2_Weights.IMAGENET1K_V1.meta["categories"]
"""The thousand classes of ImageNet, in output order."""
BATCH = 64


class Frozen:
    """Looks at pictures without learning from them."""

    def __init__(self, init: str, convention: Convention) -> None:
        """`init`: as `begin_from` has it, with its errors; `random` is the same every time."""
        self.convention: Convention = convention
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.network: Any = make_network("mobilenet_v2", len(OBJECTS), convention=convention).eval()
        begin_from(self.network, "mobilenet_v2", init, whole=True)
        self._mean = torch.tensor(MEAN[convention])[:, None, None]
        self._std = torch.tensor(STD[convention])[:, None, None]

    @torch.inference_mode()
    def features(self, pictures: Sequence[NDArray[np.uint8]]) -> Tensor:
        """What the last layer sees of pictures uint8 RGB of any size, (N, 1280)."""
        squares = np.stack([scene_picture(picture, SIZE) for picture in pictures])
        batch = (torch.from_numpy(squares).permute(0, 3, 1, 2).float() / 255 - self._mean) / self._std
        maps: Tensor = self.network.features(batch.contiguous(memory_format=torch.channels_last))
        return maps.mean((2, 3))

    @torch.inference_mode()
    def labels(self, pictures: Sequence[NDArray[np.uint8]]) -> list[str]:
        """The object that each picture most likely shows."""
        best = self.network.classifier(self.features(pictures)).argmax(1)
        return [OBJECTS[index] for index in best.tolist()]

    def features_of(self, pictures: LabelledPictures) -> NDArray[np.float32]:
        """The features of all pictures, (N, 1280)."""
        parts = [range(start, min(start + BATCH, len(pictures))) for start in range(0, len(pictures), BATCH)]
        return torch.cat(
            [self.features([pictures.read(i) for i in part]) for part in progress(parts, "features", len(parts))]
        ).numpy()
