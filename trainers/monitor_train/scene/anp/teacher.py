"""Trains the teacher, Multi-Region SentiBank: from the texts of regions to the probability P_SB of a picture.

Every region is trained with the label of its whole picture; P_SB is the mean of what the regions say, weighted by
saliency (Saito and Sudo, sections 3.2 and 4.2.2). A student must not be told by its teacher what its own labels say,
so training pictures are judged by transformers that were trained on other folds.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from monitor_train.pictures.splits import DataSet, Split
from monitor_train.pictures.terminal import progress
from monitor_train.scene.anp.cross_fitting import FOLDS, folds_of
from monitor_train.scene.anp.region_table import SeenRegions, read_regions
from monitor_train.scene.anp.saliency import weights
from monitor_train.scene.anp.text import region_text
from monitor_train.scene.anp.transformer import TextEncoder, Words
from monitor_train.scene.data import is_positive, read
from monitor_train.scene.measures import LABELS, accuracy, auc
from monitor_train.scene.probability_table import write_table

TABLE = "teacher.parquet"


@dataclass(frozen=True)
class Settings:
    """Batch size and learning rate are the paper's."""

    epochs: int = 5
    batch_size: int = 20
    learning_rate: float = 0.003
    seed: int = 0


def train(source: DataSet, regions: Path, out: Path, settings: Settings) -> dict[str, float]:
    """Write OUT/teacher.parquet, P_SB of every picture of all splits; returns figures of two of the splits.

    `regions`: the folder that `monitor anp regions` has filled. Pictures of the training split are judged by
    transformers that have not seen their fold, the others by one that has seen all of the training split.
    """
    splits = read(source)
    seen = {split: read_regions(regions, scenes.names) for split, scenes in splits.items()}
    texts = {split: texts_of(each) for split, each in seen.items()}
    words = Words(texts["train"])
    tokens = {split: words.tokens(each) for split, each in texts.items()}
    truth = {split: region_classes(each, is_positive(splits[split])) for split, each in seen.items() if split != "test"}
    folds = folds_of(splits["train"].names)[seen["train"].picture]
    of_regions: dict[Split, NDArray[np.float64]] = {"train": np.empty(len(folds))}
    for fold in progress([*range(FOLDS), None], "transformers", FOLDS + 1):
        learnt = torch.from_numpy(np.full(len(folds), True) if fold is None else folds != fold)
        encoder = fit(
            (tokens["train"][learnt], truth["train"][learnt]), (tokens["valid"], truth["valid"]), len(words), settings
        )
        if fold is None:
            of_regions |= {split: positive(encoder, tokens[split]) for split in ("valid", "test")}
        else:
            of_regions["train"][folds == fold] = positive(encoder, tokens["train"][~learnt])
    of_pictures = {split: picture_probabilities(of_regions[split], seen[split]) for split in splits}
    names = [name for scenes in splits.values() for name in scenes.names]
    write_table(out / TABLE, names, np.concatenate([of_pictures[split] for split in splits]))
    return {
        f"{split}_{name}": figure(of_pictures[split], is_positive(splits[split]))
        for split in ("train", "valid")
        for name, figure in (("accuracy", accuracy), ("auc", auc))
    }


def texts_of(seen: SeenRegions) -> list[str]:
    """The text of every region."""
    return [region_text(anps, label) for anps, label in zip(seen.anps, seen.labels, strict=True)]


def region_classes(seen: SeenRegions, positive: NDArray[np.bool_]) -> Tensor:
    """The class of every region, (R,): that of its picture."""
    classes = np.where(positive, LABELS.index("positive"), LABELS.index("negative"))
    return torch.from_numpy(classes[seen.picture])


@contextmanager
def one_thread() -> Iterator[None]:
    """The layers are so small that threads would spend their time waiting for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@one_thread()
def fit(train: tuple[Tensor, Tensor], valid: tuple[Tensor, Tensor], words: int, settings: Settings) -> TextEncoder:
    """A transformer trained on tokens (R, L) and classes (R,), as it was after the epoch that did best on `valid`."""
    torch.manual_seed(settings.seed)
    tokens, classes = train
    encoder = TextEncoder(words, tokens.shape[1])
    optimizer = torch.optim.Adam(encoder.parameters(), settings.learning_rate)
    best, least = copy.deepcopy(encoder.state_dict()), float("inf")
    for _ in range(settings.epochs):
        encoder.train()
        for rows in torch.randperm(len(tokens)).split(settings.batch_size):
            optimizer.zero_grad()
            F.cross_entropy(encoder(tokens[rows]), classes[rows]).backward()
            optimizer.step()
        loss = float(F.cross_entropy(logits(encoder, valid[0]), valid[1]))
        if loss < least:
            best, least = copy.deepcopy(encoder.state_dict()), loss
    encoder.load_state_dict(best)
    return encoder


@torch.inference_mode()
def logits(encoder: TextEncoder, tokens: Tensor) -> Tensor:
    """What a transformer says of tokens (R, L), (R, 2)."""
    encoder.eval()
    return torch.cat([encoder(part) for part in tokens.split(1024)])


def positive(encoder: TextEncoder, tokens: Tensor) -> NDArray[np.float64]:
    """P_TE, the probability of "positive" of every region, (R,)."""
    return logits(encoder, tokens).double().softmax(1)[:, LABELS.index("positive")].numpy()


def picture_probabilities(regions: NDArray[np.float64], seen: SeenRegions) -> NDArray[np.float64]:
    """P_SB of every picture, (N,): the P_TE (R,) of its `regions`, weighted by their shares of its saliency."""
    return np.bincount(seen.picture, weights(seen.saliency, seen.picture) * regions).astype(np.float64)
