"""Weights of trained networks, read back from checkpoints and from artifacts."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from monitor.errors import ConfigError
from monitor.model.artifact import Artifact

COUNTER = "num_batches_tracked"
"""A norm counts its batches; artifacts do not say how many, and nothing here depends on it."""


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What a checkpoint of the project's trainers holds. Raises ConfigError where the file is none."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        reason = (str(error) or "it ends too early").splitlines()[0]
        raise ConfigError(f"{path} is not a checkpoint of this program: {reason}") from None
    if not isinstance(content, dict) or "state_dict" not in content:
        raise ConfigError(f"{path} is not a checkpoint of this program: it holds no weights")
    return content


def artifact_weights(artifact: Artifact, part: str = "") -> dict[str, Tensor]:
    """The weights in an artifact by their names in torch: those that begin with `part`, without it."""
    prefix = f"network.{part}"
    weights = {}
    for weight in onnx.load(artifact.model).graph.initializer:
        name = weight.name.removesuffix(".half")
        if name.startswith(prefix):
            weights[name.removeprefix(prefix)] = torch.from_numpy(numpy_helper.to_array(weight).astype(np.float32))
    return weights


def take_weights(network: nn.Module, weights: dict[str, Tensor], origin: object) -> None:
    """Give `network` these weights. Raises ConfigError, which speaks of `origin`, where they are not of such a
    network."""
    own = network.state_dict()
    for name in own | weights:
        fits = name in own and name in weights and own[name].shape == weights[name].shape
        if not fits and not name.endswith(COUNTER):
            raise ConfigError(f"{origin} is of another network or profile: its {name} does not fit")
    network.load_state_dict(weights, strict=False)
