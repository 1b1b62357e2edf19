"""Runs that must have come to the same weights."""

from __future__ import annotations

from pathlib import Path

import torch

from monitor_train.pictures.weights import read_checkpoint


def assert_same_run(one: Path, other: Path, steps: int) -> None:
    """The folders of two runs end after so many steps, with the same weights, current ones and, where there is one,
    their average."""
    first, second = (read_checkpoint(folder / "last.ckpt") for folder in (one, other))
    assert first["global_step"] == second["global_step"] == steps
    for key in ("state_dict", "current_model_state"):
        assert (key in first) == (key in second)
        for name, value in first.get(key, {}).items():
            torch.testing.assert_close(second[key][name], value, msg=lambda text, name=name: f"{name}: {text}")
