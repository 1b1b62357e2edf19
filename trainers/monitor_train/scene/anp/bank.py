"""Trains a bank of ANP detectors: what SentiBank is, a distribution over adjective-noun pairs for a picture.

Pictures in folders named adjective_noun are what a bank is made from. A set of pictures with emotions can stand in
for them: its pairs are then one adjective per emotion ("scary_scene"), which is all that its labels say. Those labels
are also what the teacher is to tell the student; therefore every training picture can be judged by a head that has
not seen it.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import nn

from monitor.model.artifact import Manifest
from monitor_train.pictures.data import LabelledPictures
from monitor_train.pictures.export import Calibrated, commit, new_manifest, write_artifact
from monitor_train.pictures.layouts import pictures_in
from monitor_train.pictures.settings import Convention, PictureSettings
from monitor_train.pictures.splits import DataError, DataSet
from monitor_train.pictures.terms import TERMS
from monitor_train.scene.anp.cross_fitting import FOLDS, folds_of
from monitor_train.scene.anp.features import SIZE, Frozen
from monitor_train.scene.anp.vocabulary import split_anp
from monitor_train.scene.data import read

ADJECTIVES = {
    "amusement": "amusing",
    "anger": "angry",
    "awe": "awesome",
    "contentment": "peaceful",
    "disgust": "disgusting",
    "excitement": "exciting",
    "fear": "scary",
    "joy": "joyful",
    "sadness": "sad",
    "surprise": "surprising",
    "positive": "good",
    "negative": "bad",
}
"""Class of a picture -> adjective of its stand-in pair."""
NOUN = "scene"
"""Of every stand-in pair; the teacher replaces nouns by the labels of regions anyway."""
ANPS = "anps"
"""The layout of folders named adjective_noun."""
TRAINED = "trained.txt"
"""Names of the pictures that a bank was trained on, one a line."""
STRENGTH = 0.003
"""Inverse of the linear heads' regularisation, for features of unit variance."""


def bank_pictures(source: DataSet) -> LabelledPictures:
    """The pictures that a bank learns from, with pairs as their classes. Raises DataError where there are too few."""
    if source.format != ANPS:
        train = read(source)["train"]
        return replace(train, classes=tuple(f"{ADJECTIVES[each]}_{NOUN}" for each in train.classes))
    data = source.data
    folders = sorted(path for path in data.iterdir() if path.is_dir()) if data.is_dir() else []
    if len(folders) < 2:
        raise DataError(f"{data} needs a folder for each of at least two adjective-noun pairs, and has {len(folders)}")
    for folder in folders:
        split_anp(folder.name, folder)
    pairs = [(file.relative_to(data).as_posix(), folder.name) for folder in folders for file in pictures_in(folder)]
    return LabelledPictures(data, tuple(name for name, _ in pairs), tuple(anp for _, anp in pairs))


def train_linear(source: DataSet, out: Path, init: str, convention: Convention) -> dict[str, float]:
    """Train linear heads on frozen features: OUT/artifact from all pictures, OUT/folds/N without those of fold N.

    Returns how often the right pair is the best, and among the four best, each picture judged without its own fold.
    """
    pictures = bank_pictures(source)
    anps = sorted(set(pictures.classes))
    labels = np.array([anps.index(each) for each in pictures.classes])
    frozen = Frozen(init, convention)
    features, folds = frozen.features_of(pictures), folds_of(pictures.names)
    settings = PictureSettings(size=SIZE, init=init, convention=convention)
    terms = TERMS.get(source.format, TERMS["folders"])
    manifest = new_manifest("anp-bank", anps, terms, commit(), **settings.takes)
    probabilities = np.empty((len(labels), len(anps)))
    for fold in range(FOLDS):
        kept = folds != fold
        for index in set(range(len(anps))) - set(labels[kept]):
            raise DataError(
                f"{source.data}: all pictures of {anps[index]!r} are in one of {FOLDS} folds; it needs more of them"
            )
        head = linear_head(features[kept], labels[kept])
        with torch.inference_mode():
            probabilities[~kept] = softmax(head(torch.from_numpy(features[~kept])).numpy(), axis=1)
        write_artifact(out / "folds" / str(fold), with_head(frozen.network, head), manifest)
    whole, figures = with_head(frozen.network, linear_head(features, labels)), hits(probabilities, labels)
    write_bank(out, whole, manifest, {"test_data": f"training pictures, in {FOLDS} folds", **figures}, pictures)
    return figures


def hits(answers: NDArray[np.floating[Any]], labels: NDArray[np.int64]) -> dict[str, float]:
    """How often the right one of `labels` (N,) is the best answer, and among the four best of (N, K)."""
    order = np.argsort(-answers, axis=1)
    return {f"accuracy_top{k}": float((order[:, :k] == labels[:, None]).any(axis=1).mean()) for k in (1, 4)}


def write_bank(
    out: Path, network: Calibrated, manifest: Manifest, metrics: dict[str, Any], pictures: LabelledPictures
) -> None:
    """Write the bank OUT/artifact with its figures, and beside it which pictures it was trained on."""
    write_artifact(out / "artifact", network, manifest.model_copy(update={"metrics": metrics}))
    (out / TRAINED).write_text("\n".join(pictures.names) + "\n", encoding="utf-8")


def linear_head(features: NDArray[np.float32], labels: NDArray[np.int64]) -> nn.Linear:
    """Multinomial logistic regression as a layer: features (N, F) -> logits (N, K), for labels 0 to K - 1."""
    scaler = StandardScaler().fit(features)
    fitted = LogisticRegression(C=STRENGTH, max_iter=2000).fit(scaler.transform(features), labels)
    weight, bias = fitted.coef_, fitted.intercept_
    if len(weight) == 1:  # two classes have one logit between them
        weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    weight = weight / scaler.scale_
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.load_state_dict({"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias - weight @ scaler.mean_)})
    return layer


def with_head(network: nn.Module, head: nn.Linear) -> Calibrated:
    """A copy of a MobileNetV2 with another last layer, and its probabilities."""
    bank = copy.deepcopy(network)
    bank.classifier = head
    return Calibrated(bank, 1.0)
