"""Segmenters that look at the picture; the networks are loaded when one of them is made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from monitor.engine.boxes import overlap
from monitor.errors import ConfigError
from monitor.model.artifact import sha256
from monitor.sample import Box
from monitor_train.pictures.settings import CHANCE, Convention
from monitor_train.scene.anp.features import Frozen
from monitor_train.scene.anp.regions import WHOLE, Region
from monitor_train.scene.anp.saliency import Map, cut, spectral

PANOPTIC_FPN = "COCO-PanopticSegmentation/panoptic_fpn_R_101_3x.yaml"
SETUPTOOLS = "pip install 'setuptools<81'"
"""Detectron2 imports `pkg_resources`, which later ones do not have."""
DETECTRON2 = (
    f"{SETUPTOOLS}, then pip install --no-build-isolation 'git+https://github.com/facebookresearch/detectron2.git'"
)
CERTAIN = 0.5
"""Least score of an object of Mask R-CNN."""


class PanopticFpn:
    """Detectron2's Panoptic FPN, trained on COCO: the bounding box of every object and of every kind of ground."""

    def __init__(self, weights: Path | None = None, digest: str = "") -> None:
        """`weights`: a checkpoint of Detectron2, by default the published one, which Detectron2 downloads; `digest`:
        the SHA-256 digest that the file must have, because a checkpoint can run code when it is read.

        Raises ConfigError where Detectron2 is not installed, or the file is missing or another one.
        """
        checkpoint = None if weights is None else checked(weights, digest)
        try:
            from detectron2 import model_zoo
            from detectron2.config import get_cfg
            from detectron2.data import MetadataCatalog
            from detectron2.engine import DefaultPredictor
        except ImportError as error:
            missing = SETUPTOOLS if error.name == "pkg_resources" else DETECTRON2
            raise ConfigError(f"the segmenter detectron2 needs Detectron2 ({error}): {missing}") from None
        settings = get_cfg()
        settings.merge_from_file(model_zoo.get_config_file(PANOPTIC_FPN))
        settings.MODEL.WEIGHTS = checkpoint or model_zoo.get_checkpoint_url(PANOPTIC_FPN)
        if not torch.cuda.is_available():
            settings.MODEL.DEVICE = "cpu"
        self._predict: Any = DefaultPredictor(settings)
        known = MetadataCatalog.get(settings.DATASETS.TRAIN[0])
        self._things, self._stuff = known.thing_classes, known.stuff_classes

    def __call__(self, picture: NDArray[np.uint8], name: str) -> list[Region]:
        numbers, segments = self._predict(np.ascontiguousarray(picture[:, :, ::-1]))["panoptic_seg"]
        mask = numbers.cpu().numpy()
        found = []
        for segment in segments:
            labels = self._things if segment["isthing"] else self._stuff
            found.append(Region(labels[segment["category_id"]], bounding_box(mask == segment["id"])))
        return found


def checked(weights: Path, digest: str) -> str:
    """The path of a file whose digest is `digest`. Raises ConfigError where it is not, or none was given."""
    if not weights.is_file():
        raise ConfigError(f"--weights {weights} is missing")
    own = sha256(weights)
    if own != digest.lower():
        given = (
            f"not {digest}"
            if digest
            else "and no --digest was given; give it if that is what the source of the file says"
        )
        raise ConfigError(f"--weights {weights} has the SHA-256 digest {own}, {given}")
    return str(weights)


def bounding_box(mask: NDArray[np.bool_]) -> Box:
    """The box around what is True in a mask (H, W)."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = mask.shape
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )


class MaskRcnn:
    """torchvision's Mask R-CNN, trained on COCO: the objects, without the ground. Stands in for Panoptic FPN."""

    def __init__(self) -> None:
        """Raises ConfigError where its weights cannot be downloaded."""
        from torchvision.models import detection

        weights = detection.MaskRCNN_ResNet50_FPN_V2_Weights.DEFAULT
        try:
            self._network = detection.maskrcnn_resnet50_fpn_v2(weights=weights, progress=True).eval()
        except (OSError, RuntimeError) as error:
            raise ConfigError(f"torchvision cannot download the weights of Mask R-CNN ({error})") from None
        self._labels: Sequence[str] = weights.meta["categories"]

    @torch.inference_mode()
    def __call__(self, picture: NDArray[np.uint8], name: str) -> list[Region]:
        (seen,) = self._network([torch.from_numpy(picture.copy()).permute(2, 0, 1).float() / 255])
        height, width, _ = picture.shape
        boxes = (seen["boxes"] / torch.tensor([width, height, width, height])).clamp(0, 1).tolist()
        found = zip(boxes, seen["labels"].tolist(), seen["scores"].tolist(), strict=True)
        return [
            Region(self._labels[label], (box[0], box[1], box[2], box[3]))
            for box, label, score in found
            if score >= CERTAIN and box[0] < box[2] and box[1] < box[3]
        ]


class SalientWindows:
    """The whole picture and its three most salient windows, named by a frozen ImageNet classifier.

    Needs neither COCO nor a detector: a stand-in for panoptic segmentation where no such network can be had. Windows
    are half as wide and high as the picture and overlap each other by less than a third.
    """

    def __init__(self, init: str, convention: Convention) -> None:
        if init == CHANCE:
            raise ConfigError("--segmenter salient names regions with a trained ImageNet classifier; give --init")
        self._network = Frozen(init, convention)

    def __call__(self, picture: NDArray[np.uint8], name: str) -> list[Region]:
        boxes = [WHOLE, *salient_windows(spectral(picture))]
        labels = self._network.labels([cut(picture, box) for box in boxes])
        return [Region(label, box) for label, box in zip(labels, boxes, strict=True)]


def salient_windows(saliency: Map, count: int = 3, side: float = 0.5, steps: int = 8, most: float = 1 / 3) -> list[Box]:
    """At most `count` windows with the highest sums of saliency, best first; none where nothing is salient.

    `side`: of a window, as a fraction of the picture's; `steps`: places per side; `most`: two windows share less than
    this fraction of their union.
    """
    places = np.linspace(0, 1 - side, steps)
    boxes: list[Box] = [(float(x), float(y), float(x + side), float(y + side)) for y in places for x in places]
    sums = np.array([cut(saliency, box).sum() for box in boxes])
    alike = overlap(np.array(boxes), np.array(boxes)) >= most
    chosen: list[int] = []
    for index in np.argsort(-sums, kind="stable").tolist():
        if sums[index] > 0 and len(chosen) < count and not alike[index, chosen].any():
            chosen.append(index)
    return [boxes[index] for index in chosen]
