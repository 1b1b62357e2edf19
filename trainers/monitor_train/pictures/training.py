"""How every network of the project is trained: runs may end by time, resume exactly, and keep the best weights."""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

import lightning
import torch
import torch.nn.functional as F  # noqa: N812
from lightning.pytorch.callbacks import Callback, EarlyStopping, EMAWeightAveraging, ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import CSVLogger
from torch import Tensor
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, Sampler, WeightedRandomSampler

from monitor_train.pictures.export import commit
from monitor_train.pictures.settings import Run, TrainingSettings

BATCH = 128
"""Pictures that are looked at together where nothing is learnt."""
Monitored = Literal["valid_accuracy", "valid_loss"]
"""What is watched on the validation pictures."""
Order = Callable[[int], Sampler[list[int]]]


class TrainingData(lightning.LightningDataModule):
    """Training and validation pictures in memory, in an order that a resumed run continues exactly."""

    def __init__(
        self, settings: TrainingSettings, train: Dataset[Any], valid: Dataset[Any], order: Order | None = None
    ) -> None:
        """`order`: the batches of an epoch by its seed; by default every picture comes once, by chance."""
        super().__init__()
        self.settings, self.train, self.valid = settings, train, valid
        self.order = order or partial(shuffled, len(train), settings.batch_size)  # type: ignore[arg-type]

    def epoch_seed(self) -> int:
        """Seed of the order of an epoch, a function of the run's seed and the epoch's number."""
        return self.settings.seed * 100_003 + (self.trainer.current_epoch if self.trainer else 0)

    def train_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.train, sampler=self.order(self.epoch_seed()), batch_size=None)

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.valid, batch_size=BATCH)


def shuffled(count: int, size: int, seed: int) -> Sampler[list[int]]:
    """All rows of range(count) in batches of `size`, whole ones where there are several."""
    sampler = RandomSampler(range(count), generator=torch.Generator().manual_seed(seed))
    return BatchSampler(sampler, size, drop_last=count > size)


def drawn(weights: Tensor, size: int, seed: int, count: int | None = None) -> Sampler[list[int]]:
    """The same of `count` rows, by default as many as there are, drawn by `weights` (N,) with replacement."""
    count, generator = count or len(weights), torch.Generator().manual_seed(seed)
    sampler = WeightedRandomSampler(weights.tolist(), count, replacement=True, generator=generator)
    return BatchSampler(sampler, size, drop_last=count > size)


class TrainingModule(lightning.LightningModule):
    """Knows how much of its run is over, by steps or by time, also when it was interrupted and resumed.

    It draws the same random numbers in a step whether the run was interrupted before it or not.
    """

    keeps_norms = False
    """Whether parts of it are in evaluation mode while it trains: Lightning leaves each part in the mode it finds."""

    def __init__(self, settings: TrainingSettings) -> None:
        super().__init__()
        self.settings = settings
        self.seconds = 0.0  # spent training, over all sittings
        self.commit = commit()
        self._clock: float | None = None

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        torch.manual_seed(self.settings.seed * 1_000_003 + self.global_step)

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

    def parameter_groups(self) -> list[dict[str, Any]]:
        """What an optimiser takes: kernels with the weight decay, biases and norms without, frozen weights not."""
        learning = [parameter for parameter in self.parameters() if parameter.requires_grad]
        kernels = [parameter for parameter in learning if parameter.ndim > 1]
        vectors = [parameter for parameter in learning if parameter.ndim < 2]
        decay = self.settings.weight_decay
        return [{"params": kernels, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}]

    def scheduled(self, optimizer: torch.optim.Optimizer, factor: Callable[[int], float] | None = None) -> Any:
        """`optimizer` with a learning rate that changes from step to step by `factor`, as Lightning takes both.

        By default the factor is `warmup_cosine` of the run's progress.
        """
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor or (lambda _: warmup_cosine(self.progress())))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def log_validation(self, logits: Tensor, truth: Tensor, decided: Tensor | None = None) -> None:
        """Log loss and accuracy of logits (B, K) against classes (B,) or shares of each class (B, K); the accuracy
        over those `decided` (B,) alone, where that is given."""
        self.log("valid_loss", F.cross_entropy(logits, truth), prog_bar=True, batch_size=len(truth))
        self.log_accuracy("valid_accuracy", logits, truth, decided)

    def log_accuracy(self, name: str, logits: Tensor, truth: Tensor, decided: Tensor | None = None) -> None:
        """Log the accuracy under `name`, as `log_validation` does; nothing where no picture of the batch counts."""
        right = logits.argmax(1) == (truth if truth.ndim == 1 else truth.argmax(1))
        right = right if decided is None else right[decided]
        if len(right):
            self.log(name, right.float().mean(), prog_bar=True, batch_size=len(right))

    @classmethod
    def read(cls, checkpoint: Path) -> Self:
        """The trained network in a checkpoint, on the processor."""
        return cls.load_from_checkpoint(checkpoint, map_location="cpu", weights_only=True)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint |= {"seconds": self.seconds, "commit": self.commit}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.seconds, self.commit = checkpoint["seconds"], checkpoint["commit"]


@torch.inference_mode()
def in_batches(network: Callable[[Tensor], Tensor], pictures: Tensor) -> Tensor:
    """What `network` gives for `pictures` (N, ...), some of them at a time."""
    return torch.cat([network(part) for part in pictures.split(BATCH)])


def warmup_cosine(progress: float) -> float:
    """Factor of the learning rate when so much of the run is over: it rises over a twentieth, then falls as a
    cosine."""
    return min(1.0, 0.01 + progress / 0.05) * (1 + math.cos(math.pi * min(1.0, progress))) / 2


def fit(
    module: TrainingModule, data: lightning.LightningDataModule, run: Run, monitor: Monitored = "valid_accuracy"
) -> Path:
    """Train, and return the checkpoint with the best `monitor`, which `module` logs."""
    run.out.mkdir(parents=True, exist_ok=True)
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    settings = module.settings
    mode = "max" if monitor == "valid_accuracy" else "min"
    best = ModelCheckpoint(run.out, "best", monitor=monitor, mode=mode, enable_version_counter=False)
    latest = ModelCheckpoint(run.out, "last", enable_version_counter=False)
    stop = EarlyStopping(monitor, mode=mode, patience=settings.patience)
    callbacks: list[Callback] = [best, latest, stop, RichProgressBar(leave=True)]
    if settings.average:
        callbacks.insert(0, EMAWeightAveraging(decay=settings.average))
    trainer = lightning.Trainer(
        max_epochs=settings.epochs,
        accelerator=run.accelerator,
        devices=1,
        precision="bf16-mixed",
        callbacks=callbacks,
        logger=CSVLogger(run.out, name="log"),
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        gradient_clip_val=5.0,
        log_every_n_steps=10,
        enable_model_summary=False,
    )
    with quiet_lightning(keeps_norms=module.keeps_norms):
        trainer.fit(module, data, ckpt_path=run.last if run.resume else None, weights_only=True)
    return Path(best.best_model_path)


@contextmanager
def quiet_lightning(*, keeps_norms: bool = False) -> Iterator[None]:
    """Without Lightning's warnings that do not apply here, or to a module that `keeps_norms`."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*LeafSpec")  # Lightning's own use of a name that torch has changed
        warnings.filterwarnings("ignore", ".*does not have many workers")  # the pictures are in memory
        warnings.filterwarnings("ignore", ".*exists and is not empty")  # the face meshes lie there
        if keeps_norms:
            warnings.filterwarnings("ignore", ".*in eval mode at the start of training")
        warnings.filterwarnings("ignore", ".*smaller than the logging interval")  # epochs of small data are short
        yield
