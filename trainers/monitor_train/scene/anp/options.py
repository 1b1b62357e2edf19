"""Options that the commands of the scene model and of its teacher take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from typer import Option

from monitor_train.pictures.settings import IMAGENET, Convention
from monitor_train.pictures.splits import DataSet

Layout = Literal["fi", "emotionroi", "emotion6", "twitter", "oasis", "folders"]


@dataclass(frozen=True)
class Scenes(DataSet):
    """Pictures that count as positive or negative."""

    format: Annotated[Layout, Option(help="How the pictures and their labels lie in --data.")]


@dataclass(frozen=True)
class Choice:
    """Which segmenter, detector of adjective-noun pairs and saliency describe the pictures."""

    segmenter: Annotated[
        Literal["auto", "detectron2", "maskrcnn", "salient", "file", "whole"],
        Option(help="What finds the regions; auto: detectron2 where it is installed, else maskrcnn."),
    ] = "auto"
    regions: Annotated[Path | None, Option(help="JSON file of regions, for --segmenter file.")] = None
    detector: Annotated[Literal["openclip", "bank"], Option(help="What describes a region by pairs.")] = "openclip"
    vocabulary: Annotated[Path | None, Option(help="List of adjective-noun pairs, for --detector openclip.")] = None
    bank: Annotated[Path | None, Option(help="Folder made by `anp-bank`, for --detector bank.")] = None
    saliency: Annotated[
        Literal["itti", "spectral", "fine"],
        Option(help="Itti, Koch and Niebur's model, or OpenCV's spectral residual or fine grained saliency."),
    ] = "itti"
    clip: Annotated[str, Option(help="Architecture, as OpenCLIP names it.")] = "ViT-B-32"
    clip_weights: Annotated[str, Option(help="Its weights, as OpenCLIP names them, or a file.")] = "laion2b_s34b_b79k"
    init: str = IMAGENET
    convention: Convention = "torchvision"
    """Weights of the classifier that names the windows of the segmenter `salient`."""
    weights: Annotated[
        Path | None,
        Option(help="Checkpoint for --segmenter detectron2.", show_default="the published one, a download"),
    ] = None
    digest: Annotated[str, Option(help="SHA-256 digest that the file of --weights must have.")] = ""
