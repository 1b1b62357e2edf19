"""Trains the face emotion model that ships with `monitor_face`: a compact ResNet-18 on FER+.

It reads downwards: settings, data, model, training. The targets are the annotators' votes, not one label, after
Barsoum et al. (2016); the weights that count are an exponential moving average over the steps.
"""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lightning
import torch
import torch.nn.functional as F  # noqa: N812
from lightning.pytorch.callbacks import EMAWeightAveraging, ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import CSVLogger
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, TensorDataset, WeightedRandomSampler
from torchmetrics.functional.classification import multiclass_accuracy

from monitor.artifact import Artifact
from monitor.errors import ConfigError
from monitor_face import align
from monitor_train import face_cache, ferplus
from monitor_train.evaluate import evaluate
from monitor_train.export import Calibrated, check_parity, commit, fit_temperature, write_artifact
from monitor_train.face_augment import augment
from monitor_train.face_network import FaceNetwork

SIZE = 64
"""Side of the network's input, in pixels."""
SMALL = 48
"""Side of the views in the first part of the training."""
MEAN, STD = 0.5, 0.25
"""Of a pixel / 255; the network evens out what is left of brightness and contrast itself."""
CANVAS = 1.25
"""Training pictures show this much more than the view that the network gets, so that shifting and rolling has room."""
HEADLINES = ("accuracy", "accuracy_top2", "accuracy_top3", "average_recall", "calibration_error")
INTERVALS = ("accuracy", "average_recall")
LICENCE = (
    "Weights: Apache-2.0, as far as the project can grant it. The votes of FER+ are MIT-licensed by Microsoft; the "
    "FER2013 faces were collected from a web search for research and come without a licence of their own"
)


@dataclass(frozen=True)
class Settings:
    """Everything that decides how a run goes."""

    epochs: int = 40
    minutes: float | None = None
    """Where given, the run ends after so much time, with the learning rate brought down in time for it."""
    batch_size: int = 128
    seed: int = 0
    width: int = 40
    """Channels of the first stage."""
    stem_stride: int = 2
    dropout: float = 0.1
    learning_rate: float = 0.1
    """Peak, for batches of 128; rises over the first epoch, then falls as a cosine."""
    weight_decay: float = 5e-4
    average: float = 0.998
    """Decay of the moving average of the weights, per step."""
    balance: float = 0.2
    """0: every picture is drawn equally often; 1: every class is."""
    small_until: float = 0.6
    """For this part of the run the network is shown smaller views, which takes little more than half the time."""
    unaligned: float = 0.2
    """Share of the pictures shown without alignment, as the monitor sees faces to which no mesh could be fitted."""


class FaceData(lightning.LightningDataModule):
    """FER+ in memory: canvases to train on, views as the running monitor makes them to validate on."""

    def __init__(self, data: Path, cache: Path | None, settings: Settings) -> None:
        super().__init__()
        self.data, self.cache, self.settings = data, cache, settings
        self.without_mesh = 0

    def setup(self, stage: str) -> None:
        margin = (CANVAS * (align.FRAME + 2 * align.MARGIN) - align.FRAME) / 2
        canvas = round(CANVAS * SIZE)
        train, meshes = self._read("train")
        self.without_mesh = int((~meshes.found).sum())
        self.train = TensorDataset(
            torch.from_numpy(face_cache.faces(train.files, meshes, canvas, margin)),  # uint8 (N, C, C)
            torch.from_numpy(face_cache.faces(train.files, meshes, canvas, margin, aligned=False)),
            torch.from_numpy(train.votes),  # (N, 8)
        )
        labels = torch.from_numpy(train.labels)
        counts = labels.bincount(minlength=len(ferplus.LABELS)).clamp(min=1)
        self.weights = (counts.double() ** -self.settings.balance)[labels]
        self.valid = self.read_valid()

    def read_valid(self) -> TensorDataset:
        """Views uint8 (N, S, S), votes (N, 8), and whether more than half of the votes agree (N,)."""
        valid, meshes = self._read("valid")
        return TensorDataset(
            torch.from_numpy(face_cache.faces(valid.files, meshes, SIZE, align.MARGIN)),
            torch.from_numpy(valid.votes),
            torch.from_numpy(valid.majority),
        )

    def _read(self, split: ferplus.Split) -> tuple[ferplus.Faces, face_cache.Meshes]:
        faces = ferplus.read(self.data, split)
        cache = None if self.cache is None else self.cache / f"{split}.npz"
        return faces, face_cache.meshes(faces.files, cache, f"face meshes, {split}")

    def train_dataloader(self) -> DataLoader[Any]:
        # the order is a function of seed and epoch, so that a resumed run continues exactly
        epoch = self.trainer.current_epoch if self.trainer else 0
        generator = torch.Generator().manual_seed(self.settings.seed * 100_003 + epoch)
        sampler = WeightedRandomSampler(self.weights, len(self.weights), replacement=True, generator=generator)  # type: ignore[arg-type]
        batches = BatchSampler(
            sampler, self.settings.batch_size, drop_last=len(self.weights) > self.settings.batch_size
        )
        return DataLoader(self.train, sampler=batches, batch_size=None)

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.valid, batch_size=256)


class FaceExpression(lightning.LightningModule):
    """The network, what it is trained for, and with which steps."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.settings = Settings(**settings)
        self.network = FaceNetwork(
            len(ferplus.LABELS), self.settings.width, self.settings.stem_stride, self.settings.dropout
        ).to(memory_format=torch.channels_last)
        self.seconds = 0.0  # spent training, over all sittings
        self.commit = commit()
        self._clock: float | None = None

    def forward(self, pictures: Tensor) -> Tensor:
        """Grey pictures (B, 1, S, S) in [0, 1] -> logits (B, 8)."""
        logits: Tensor = self.network(((pictures - MEAN) / STD).contiguous(memory_format=torch.channels_last))
        return logits

    def training_step(self, batch: Sequence[Tensor], index: int) -> Tensor:
        torch.manual_seed(self.settings.seed * 1_000_003 + self.global_step)  # a resumed run draws the same numbers
        aligned, plain, votes = batch
        unaligned = torch.rand(len(aligned), 1, 1) < self.settings.unaligned
        size = SIZE if self.progress() >= self.settings.small_until else SMALL
        pictures = augment(torch.where(unaligned, plain, aligned), size, 1 / CANVAS)
        loss = F.cross_entropy(self(pictures).float(), votes)
        self.log("loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch: Sequence[Tensor], index: int) -> None:
        pictures, votes, majority = batch
        logits = self(pictures[:, None].float() / 255).float()
        kept, labels = logits[majority], votes.argmax(1)[majority]
        count = len(votes)
        self.log("valid_loss", F.cross_entropy(logits, votes), prog_bar=True, batch_size=count)
        if len(kept):
            accuracy = multiclass_accuracy(kept, labels, len(ferplus.LABELS), average="micro")
            self.log("valid_accuracy", accuracy, prog_bar=True, batch_size=len(kept))

    def on_train_batch_end(self, *_: Any) -> None:
        now = time.monotonic()
        self.seconds += 0.0 if self._clock is None else now - self._clock
        self._clock = now
        if self.progress() >= 1:
            self.trainer.should_stop = True

    def progress(self) -> float:
        """How much of the run is over, from 0 to 1, by steps or by time, whichever is nearer its end."""
        steps = self.global_step / max(1, int(self.trainer.estimated_stepping_batches))
        minutes = self.settings.minutes
        return max(steps, self.seconds / (60 * minutes) if minutes else 0.0)

    def configure_optimizers(self) -> Any:
        settings = self.settings
        vectors = [p for p in self.parameters() if p.ndim == 1]  # biases and norms are not decayed
        kernels = [p for p in self.parameters() if p.ndim > 1]
        optimizer = torch.optim.SGD(
            [{"params": kernels, "weight_decay": settings.weight_decay}, {"params": vectors, "weight_decay": 0.0}],
            lr=settings.learning_rate * settings.batch_size / 128,
            momentum=0.9,
            nesterov=True,
        )
        warm_up = max(1, int(self.trainer.estimated_stepping_batches) // max(1, settings.epochs))

        def factor(step: int) -> float:
            return min(1.0, (step + 1) / warm_up) * (
                0.001 + 0.999 * (1 + math.cos(math.pi * min(1.0, self.progress()))) / 2
            )

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint |= {"seconds": self.seconds, "commit": self.commit}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.seconds, self.commit = checkpoint["seconds"], checkpoint["commit"]


def train(data: Path, out: Path, settings: Settings, *, resume: bool = False, accelerator: str = "auto") -> Path:
    """Train, calibrate, export and measure; the folder of the artifact, `out`/artifact."""
    best = fit(data, out, settings, resume=resume, accelerator=accelerator)
    return finish(best, data, out)


def fit(data: Path, out: Path, settings: Settings, *, resume: bool = False, accelerator: str = "auto") -> Path:
    """Train, and return the checkpoint with the best validation accuracy; checkpoints and meshes are kept in `out`."""
    last = out / "last.ckpt"
    if resume and not last.is_file():
        raise ConfigError(f"--resume: {last} is missing; --out must be the folder of the run to continue")
    out.mkdir(parents=True, exist_ok=True)
    lightning.seed_everything(settings.seed, verbose=False)
    faces = FaceData(data, out / "cache", settings)
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    best = ModelCheckpoint(out, "best", monitor="valid_accuracy", mode="max", enable_version_counter=False)
    latest = ModelCheckpoint(out, "last", enable_version_counter=False)
    trainer = lightning.Trainer(
        max_epochs=settings.epochs,
        accelerator=accelerator,
        devices=1,
        precision="bf16-mixed",
        callbacks=[EMAWeightAveraging(decay=settings.average), best, latest, RichProgressBar(leave=True)],
        logger=CSVLogger(out, name="log"),
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        gradient_clip_val=5.0,
        log_every_n_steps=10,
        enable_model_summary=False,
    )
    with quiet_lightning():
        trainer.fit(FaceExpression(asdict(settings)), faces, ckpt_path=last if resume else None, weights_only=True)
    return Path(best.best_model_path)


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Without Lightning's warnings that do not apply here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*LeafSpec")  # Lightning's own use of a name that torch has changed
        warnings.filterwarnings("ignore", ".*does not have many workers")  # the pictures are in memory
        warnings.filterwarnings("ignore", ".*exists and is not empty")  # the face meshes lie there
        yield


def finish(checkpoint: Path, data: Path, out: Path) -> Path:
    """The artifact of a checkpoint: temperature from the validation set, figures from the test set."""
    model = FaceExpression.load_from_checkpoint(checkpoint, map_location="cpu", weights_only=True).eval()
    faces = FaceData(data, out / "cache", model.settings)
    pictures, votes, _ = faces.read_valid().tensors
    batch = (pictures[:, None].float() / 255 - MEAN) / STD
    with torch.inference_mode():
        logits = torch.cat([model.network(part) for part in torch.split(batch, 256)])
    temperature = fit_temperature(logits.numpy(), votes.argmax(1).numpy())  # streams show undecided faces too
    network = Calibrated(model.network, temperature)
    artifact = write_artifact(
        out / "artifact",
        network,
        name="face-expression",
        version="1",
        size=SIZE,
        mean=MEAN,
        std=STD,
        labels=ferplus.LABELS,
        licence=LICENCE,
        training_data="FER+ (Barsoum et al. 2016): the training faces of FER2013 with the votes of ten annotators",
        trainer="face-expression",
        commit=model.commit,
    )
    difference = check_parity(network, artifact, batch[:256].numpy())
    figures = evaluate(artifact.folder, data, out / "cache")
    metrics = {
        "test_data": "FER+ test, majority vote, listed duplicates left out, batch size 1",
        "test_pictures": figures["pictures"],
        **{name: round(figures[name], 4) for name in HEADLINES},
        **{f"{name}_interval": [round(each, 4) for each in figures[f"{name}_interval"]] for name in INTERVALS},
        **{f"recall_{label}": round(recall, 4) for label, recall in figures["recall"].items()},
        "undecided_included_accuracy": round(figures["undecided_included"]["accuracy"], 4),
        "duplicates_left_out": figures["duplicates_left_out"],
        "without_mesh": figures["without_mesh"],
        "temperature": round(temperature, 4),
        "parity_with_torch": float(f"{difference:.1e}"),
    }
    Artifact.write(artifact.folder, artifact.manifest.model_copy(update={"metrics": metrics}))
    return artifact.folder
