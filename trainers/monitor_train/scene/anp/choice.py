"""Segmenter, detector of adjective-noun pairs and saliency, ready to describe pictures, by the names of the options."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor.model.artifact import Artifact, sha256
from monitor_train.scene.anp.detectors import AnpDetector, Bank, OpenClip
from monitor_train.scene.anp.options import Choice
from monitor_train.scene.anp.region_table import RegionDescriber
from monitor_train.scene.anp.regions import RegionFile, Segmenter, WholePicture
from monitor_train.scene.anp.saliency import SALIENCIES
from monitor_train.scene.anp.segmenters import MaskRcnn, PanopticFpn, SalientWindows
from monitor_train.scene.anp.vocabulary import read_vocabulary


def region_describer(choice: Choice, out: Path) -> RegionDescriber:
    """All three, ready to describe pictures; what they need to keep is kept in `out`.

    Raises ConfigError for an unknown name, and where something is missing that was asked for.
    """
    if choice.saliency not in SALIENCIES:
        raise ConfigError(unknown_name("saliency", choice.saliency, SALIENCIES))
    segmenter, by_what = make_segmenter(choice)
    detector, with_what = make_detector(choice, out)
    return RegionDescriber(segmenter, detector, choice.saliency, {**by_what, **with_what, "saliency": choice.saliency})


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
            described = {"segmenter": "detectron2"} | ({"weights": choice.digest} if choice.weights else {})
            return PanopticFpn(choice.weights, choice.digest), described
        case "maskrcnn":
            return MaskRcnn(), {"segmenter": "maskrcnn"}
        case "auto":
            installed = importlib.util.find_spec("detectron2") is not None
            return make_segmenter(replace(choice, segmenter="detectron2" if installed else "maskrcnn"))
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
