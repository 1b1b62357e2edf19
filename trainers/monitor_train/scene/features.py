"""A MobileNetV2 that was trained on ImageNet and is used as it is: its features, and the objects that it names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.models import MobileNet_V2_Weights

from monitor.scene_picture import scene_picture
from monitor_train.scene.data import Scenes
from monitor_train.scene.network import MEAN, STD, Convention, begin_from, make_network
from monitor_train.terminal import progress

SIZE = 144
"""Side of what it sees, in pixels."""
OBJECTS: Sequence[str] = MobileNet_V2_Weights.IMAGENET1K_V1.meta["categories"]
"""The thousand classes of ImageNet, in output order."""
AT_ONCE = 64


class Frozen:
    """Looks at pictures without learning from them."""

    def __init__(self, init: str, convention: Convention) -> None:
        """`init`: `imagenet`, which torchvision downloads, or a file of safetensors; see `begin_from` for errors."""
        self.convention: Convention = convention
        self.network = make_network("mobilenet_v2", len(OBJECTS), convention=convention).eval()
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

    def features_of(self, scenes: Scenes) -> NDArray[np.float32]:
        """The features of all pictures, (N, 1280)."""
        parts = [range(start, min(start + AT_ONCE, len(scenes))) for start in range(0, len(scenes), AT_ONCE)]
        return torch.cat(
            [self.features([scenes.read(i) for i in part]) for part in progress(parts, "features", len(parts))]
        ).numpy()
