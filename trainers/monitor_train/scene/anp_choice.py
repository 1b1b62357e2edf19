"""Which segmenter, detector of adjective-noun pairs and saliency look at the pictures, by the names of the options."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.artifact import Artifact, sha256
from monitor.errors import ConfigError
from monitor.explain import unknown_name
from monitor_train.scene.anp_detectors import AnpDetector, Bank, OpenClip
from monitor_train.scene.anp_regions import Looking
from monitor_train.scene.anp_vocabulary import read_vocabulary
from monitor_train.scene.network import IMAGENET, Convention
from monitor_train.scene.regions import RegionFile, Segmenter, WholePicture
from monitor_train.scene.saliency import SALIENCIES
from monitor_train.scene.segmenters import MaskRcnn, PanopticFpn, SalientWindows


@dataclass(frozen=True)
class Choice:
    """What the options say."""

    segmenter: str = "auto"
    """auto, detectron2, maskrcnn, salient, file or whole; `auto` is detectron2 where it is installed, else maskrcnn."""
    regions: Path | None = None
    """File for the segmenter `file`."""
    detector: str = "openclip"
    """openclip or bank."""
    vocabulary: Path | None = None
    """List of pairs for the detector `openclip`."""
    bank: Path | None = None
    """Folder for the detector `bank`."""
    saliency: str = "itti"
    clip: str = "ViT-B-32"
    clip_weights: str = "laion2b_s34b_b79k"
    init: str = IMAGENET
    convention: Convention = "torchvision"
    """Weights of the classifier that names the windows of the segmenter `salient`."""


def looking(choice: Choice, out: Path) -> Looking:
    """All three, ready to look; what they need to keep is kept in `out`.

    Raises ConfigError for an unknown name, and where something is missing that was asked for.
    """
    if choice.saliency not in SALIENCIES:
        raise ConfigError(unknown_name("saliency", choice.saliency, SALIENCIES))
    segmenter, by_what = make_segmenter(choice)
    detector, with_what = make_detector(choice, out)
    return Looking(segmenter, detector, choice.saliency, {**by_what, **with_what, "saliency": choice.saliency})


def make_segmenter(choice: Choice) -> tuple[Segmenter, dict[str, str]]:
    """The segmenter, and what identifies it."""
    match choice.segmenter:
        case "whole":
            return WholePicture(), {"segmenter": "whole"}
        case "file":
            path = given(choice.regions, "--segmenter file needs --regions, a JSON file")
            return RegionFile(path), {"segmenter": "file", "regions": sha256(path)}
        case "salient":
            return SalientWindows(choice.init, choice.convention), {
                "segmenter": "salient",
                "weights": f"{choice.init} {choice.convention}",
            }
        case "detectron2":
            return PanopticFpn(), {"segmenter": "detectron2"}
        case "maskrcnn":
            return MaskRcnn(), {"segmenter": "maskrcnn"}
        case "auto":
            best = "maskrcnn" if importlib.util.find_spec("detectron2") is None else "detectron2"
            return make_segmenter(replace(choice, segmenter=best))
    known = ("auto", "detectron2", "maskrcnn", "salient", "file", "whole")
    raise ConfigError(unknown_name("segmenter", choice.segmenter, known))


def make_detector(choice: Choice, out: Path) -> tuple[AnpDetector, dict[str, str]]:
    """The detector, and what identifies it."""
    match choice.detector:
        case "bank":
            folder = given(choice.bank, "--detector bank needs --bank, a folder made by `monitor train anp-bank`")
            return Bank(folder), {"detector": "bank", "bank": sha256(Artifact.read(folder / "artifact").model)}
        case "openclip":
            path = given(choice.vocabulary, "--detector openclip needs --vocabulary, a list of adjective-noun pairs")
            anps = read_vocabulary(path)
            model = f"{choice.clip} {choice.clip_weights}"
            return OpenClip(anps, choice.clip, choice.clip_weights, out / "prompts.npz"), {
                "detector": "openclip",
                "model": model,
                "vocabulary": sha256(path),
            }
    raise ConfigError(unknown_name("detector", choice.detector, ("openclip", "bank")))


def given(path: Path | None, otherwise: str) -> Path:
    """`path`. Raises ConfigError where it was not given."""
    if path is None:
        raise ConfigError(otherwise)
    return path
