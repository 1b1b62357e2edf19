"""Trains a bank of ANP detectors as one network: all of MobileNetV2, on pictures in folders named adjective_noun."""

from __future__ import annotations

from pathlib import Path

import torch
from torch.utils.data import TensorDataset

from monitor_train.export import Calibrated, write_artifact
from monitor_train.scene.anp_bank import ANPS, TRAINED, bank_manifest, bank_pictures
from monitor_train.scene.cross_fitting import folds_of
from monitor_train.scene.profile import Settings
from monitor_train.scene.training import PictureData, PictureNetwork, fit, squares
from monitor_train.splits import DataError


class AnpPictures(PictureData):
    """The pictures of fold 0 are kept apart to validate."""

    def __init__(self, data: Path, settings: Settings) -> None:
        super().__init__(settings)
        self.pictures = bank_pictures(data, ANPS)
        self.anps = sorted(set(self.pictures.classes))

    def setup(self, stage: str) -> None:
        labels = torch.tensor([self.anps.index(each) for each in self.pictures.classes])
        apart = torch.from_numpy(folds_of(self.pictures.names) == 0)
        if not apart.any() or apart.all():
            raise DataError(f"{self.pictures.folder}: too few pictures to keep some apart for validation")
        pictures = torch.from_numpy(squares(self.pictures, self.settings.size))
        self.train = TensorDataset(pictures[~apart], labels[~apart])
        self.valid = TensorDataset(pictures[apart], labels[apart])


def train_network(
    data: Path, out: Path, settings: Settings, *, resume: bool = False, accelerator: str = "auto"
) -> dict[str, float]:
    """Train the bank OUT/artifact; returns how often the right pair is the best, and among the four best, on pictures
    that were not trained on but chose the epoch."""
    pictures = AnpPictures(data, settings)
    best = fit(PictureNetwork, len(pictures.anps), pictures, out, resume=resume, accelerator=accelerator)
    model = PictureNetwork.load_from_checkpoint(best, map_location="cpu", weights_only=True).eval()
    seen, labels = pictures.valid.tensors
    with torch.inference_mode():
        order = torch.cat([model(part.permute(0, 3, 1, 2).float() / 255) for part in seen.split(128)]).argsort(
            1, descending=True
        )
    figures = {f"accuracy_top{k}": float((order[:, :k] == labels[:, None]).any(1).float().mean()) for k in (1, 4)}
    manifest = bank_manifest(ANPS, pictures.anps, settings.size, settings.convention, model.commit)
    metrics = {"test_data": "validation pictures", **figures}
    write_artifact(out / "artifact", Calibrated(model.network, 1.0), manifest.model_copy(update={"metrics": metrics}))
    (out / TRAINED).write_text("\n".join(pictures.pictures.names) + "\n", encoding="utf-8")
    return figures
