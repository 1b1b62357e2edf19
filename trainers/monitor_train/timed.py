"""What the project's training runs have in common: they may end by time, resume exactly, and keep the best weights."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import lightning
from lightning.pytorch.callbacks import Callback, EarlyStopping, EMAWeightAveraging, ModelCheckpoint, RichProgressBar
from lightning.pytorch.loggers import CSVLogger

from monitor.errors import ConfigError
from monitor_train.export import commit


class TimedModule(lightning.LightningModule):
    """Knows how much of its run is over, by steps or by time, also when it was interrupted and resumed."""

    minutes: float | None = None
    """Where given, the run ends after so much training."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0  # spent training, over all sittings
        self.commit = commit()
        self._clock: float | None = None

    def on_train_batch_end(self, *_: Any) -> None:
        now = time.monotonic()
        self.seconds += 0.0 if self._clock is None else now - self._clock
        self._clock = now
        if self.progress() >= 1:
            self.trainer.should_stop = True

    def progress(self) -> float:
        """How much of the run is over, from 0 to 1, by steps or by time, whichever is nearer its end."""
        steps = self.global_step / max(1, int(self.trainer.estimated_stepping_batches))
        return max(steps, self.seconds / (60 * self.minutes) if self.minutes else 0.0)

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """What an optimiser takes: kernels with `weight_decay`, biases and norms without."""
        kernels = [parameter for parameter in self.parameters() if parameter.ndim > 1]
        vectors = [parameter for parameter in self.parameters() if parameter.ndim < 2]
        return [{"params": kernels, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint |= {"seconds": self.seconds, "commit": self.commit}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.seconds, self.commit = checkpoint["seconds"], checkpoint["commit"]


def fit(
    module: TimedModule,
    data: lightning.LightningDataModule,
    out: Path,
    *,
    epochs: int,
    patience: int,
    average: float,
    resume: bool,
    accelerator: str,
    monitor: Literal["valid_accuracy", "valid_loss"] = "valid_accuracy",
) -> Path:
    """Train in the folder `out`, and return the checkpoint with the best `monitor`, which `module` logs.

    The run ends after `epochs`, or when that best is `patience` epochs old. `average`: decay per step of the
    moving average of the weights, which is what validation and checkpoint see; 0: the weights themselves. `resume`
    continues the run whose `last.ckpt` lies in `out`. Raises ConfigError where there is none.
    """
    last = out / "last.ckpt"
    if resume and not last.is_file():
        raise ConfigError(f"--resume: {last} is missing; --out must be the folder of the run to continue")
    out.mkdir(parents=True, exist_ok=True)
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    mode = "max" if monitor == "valid_accuracy" else "min"
    best = ModelCheckpoint(out, "best", monitor=monitor, mode=mode, enable_version_counter=False)
    latest = ModelCheckpoint(out, "last", enable_version_counter=False)
    stop = EarlyStopping(monitor, mode=mode, patience=patience)
    callbacks: list[Callback] = [best, latest, stop, RichProgressBar(leave=True)]
    if average:
        callbacks.insert(0, EMAWeightAveraging(decay=average))
    trainer = lightning.Trainer(
        max_epochs=epochs,
        accelerator=accelerator,
        devices=1,
        precision="bf16-mixed",
        callbacks=callbacks,
        logger=CSVLogger(out, name="log"),
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        gradient_clip_val=5.0,
        log_every_n_steps=10,
        enable_model_summary=False,
    )
    with quiet_lightning():
        trainer.fit(module, data, ckpt_path=last if resume else None, weights_only=True)
    return Path(best.best_model_path)


def epoch_seed(data: lightning.LightningDataModule, seed: int) -> int:
    """The order of an epoch is a function of seed and epoch, so that a resumed run continues exactly."""
    return seed * 100_003 + (data.trainer.current_epoch if data.trainer else 0)


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Without Lightning's warnings that do not apply here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*LeafSpec")  # Lightning's own use of a name that torch has changed
        warnings.filterwarnings("ignore", ".*does not have many workers")  # the pictures are in memory
        warnings.filterwarnings("ignore", ".*exists and is not empty")  # the face meshes lie there
        warnings.filterwarnings("ignore", ".*smaller than the logging interval")  # epochs of small data are short
        yield
