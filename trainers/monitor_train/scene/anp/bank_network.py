"""Trains a bank of ANP detectors as one network: all of MobileNetV2, on pictures in folders named adjective_noun."""

from __future__ import annotations

from pathlib import Path

import torch
from torch.utils.data import TensorDataset

from monitor_train.pictures.classifier import PictureNetwork, logits_of, squares, train_network
from monitor_train.pictures.export import Calibrated, new_manifest
from monitor_train.pictures.settings import PictureSettings, Run
from monitor_train.pictures.splits import DataError, DataSet
from monitor_train.pictures.terms import TERMS
from monitor_train.pictures.training import TrainingData
from monitor_train.scene.anp.bank import ANPS, bank_pictures, hits, write_bank
from monitor_train.scene.anp.cross_fitting import folds_of


def train_bank_network(data: Path, settings: PictureSettings, run: Run) -> dict[str, float]:
    """Train the bank OUT/artifact; returns how often the right pair is the best, and among the four best, on pictures
    that were not trained on but chose the epoch."""
    pictures = bank_pictures(DataSet(data, ANPS))
    anps = sorted(set(pictures.classes))
    labels = torch.tensor([anps.index(each) for each in pictures.classes])
    apart = torch.from_numpy(folds_of(pictures.names) == 0)  # to validate
    if not apart.any() or apart.all():
        raise DataError(f"{data}: too few pictures to keep some apart for validation")
    seen = torch.from_numpy(squares(pictures, settings.size))
    train, valid = (TensorDataset(seen[rows], labels[rows]) for rows in (~apart, apart))
    model = train_network(PictureNetwork, len(anps), TrainingData(settings, train, valid), run)
    figures = hits(logits_of(model, seen[apart]).numpy(), labels[apart].numpy())
    manifest = new_manifest("anp-bank", anps, TERMS["folders"], model.commit, **settings.takes)
    metrics = {"test_data": "validation pictures", **figures}
    write_bank(run.out, Calibrated(model.network, 1.0), manifest, metrics, pictures)
    return figures
