"""The file that holds a model of recordings: made by `monitor study fit`, read by `monitor study simulate`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from monitor.errors import ConfigError
from monitor.mistakes import explain
from monitor_studies.statistics.recordings import RecordingModel

SHIPPED = Path(__file__).with_name("fitted.json")
"""Fitted to eleven stretches of faces in short clips, a sample every half second; docs/studies.md says how."""


class ModelFile(BaseModel):
    """What the file holds."""

    model_config = ConfigDict(extra="forbid")

    labels: tuple[str, ...] = Field(min_length=2)
    means: tuple[float, ...]
    within: tuple[float, ...]
    between: tuple[float, ...]
    correlation: float = Field(ge=0, lt=1, validation_alias=AliasChoices("correlation", "likeness"))
    """Files of earlier versions call it `likeness`."""
    every_seconds: float = Field(gt=0)
    stretches: int
    samples: int


def read_model(path: Path) -> tuple[RecordingModel, float]:
    """The model in a file, and the seconds between two of its samples. Raises ConfigError."""
    try:
        held = ModelFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"model of recordings {path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise ConfigError(f"{path}: {explain(error, ModelFile, '')}; `monitor study fit` writes such files") from None
    if {len(held.means), len(held.within), len(held.between)} != {len(held.labels)}:
        raise ConfigError(f"{path}: means, within and between need one number for each of {len(held.labels)} labels")
    means, within, between = (np.array(each) for each in (held.means, held.within, held.between))
    return RecordingModel(held.labels, means, within, between, held.correlation), held.every_seconds


def model_text(model: RecordingModel, every_seconds: float, stretches: int, samples: int) -> str:
    """The text of a file that holds `model`."""
    held = ModelFile(
        labels=model.labels,
        means=tuple(model.means.round(3).tolist()),
        within=tuple(model.within.round(3).tolist()),
        between=tuple(model.between.round(3).tolist()),
        correlation=round(model.correlation, 3),
        every_seconds=every_seconds,
        stretches=stretches,
        samples=samples,
    )
    return json.dumps(held.model_dump(mode="json"), indent=2) + "\n"
