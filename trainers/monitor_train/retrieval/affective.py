"""Trains the model that classifies pictures by emotion and finds those that feel alike.

The method is that of Yang, She, Lai and Yang, "Retrieving and classifying affective images via deep metric learning",
AAAI 2018; the profile `paper` has their network, `compact` is small enough to run on a stream.
"""

from __future__ import annotations

from pathlib import Path

from monitor_train.retrieval.data import read
from monitor_train.retrieval.model import write_model
from monitor_train.retrieval.profile import Settings
from monitor_train.retrieval.teachers import taught
from monitor_train.retrieval.training import AffectivePictures, fit


def train(
    data: Path, layout: str, out: Path, settings: Settings, *, resume: bool = False, accelerator: str = "auto"
) -> Path:
    """Train, calibrate, export and measure; the folder of the artifact, `out`/artifact."""
    pictures = AffectivePictures(read(data, layout), settings)
    if settings.teachers:
        pictures.answers = taught(settings.teachers, pictures.emotions, pictures.splits["train"])
    trained = fit(pictures, out, resume=resume, accelerator=accelerator)
    return write_model(out / "artifact", trained, pictures.splits, data, layout)
