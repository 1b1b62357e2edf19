"""crowd-kit, which comes with the `train` extra: asked for in one place, and without its warnings about pandas."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.errors import ConfigError


def need(what: str) -> None:
    """Raises ConfigError where crowd-kit is missing for `monitor labels WHAT`."""
    if importlib.util.find_spec("crowdkit") is None:
        raise ConfigError(f"`monitor labels {what}` needs crowd-kit: pip install 'emotion-monitor[train]'")


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warning that crowd-kit names an argument which pandas no longer heeds."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The copy keyword is deprecated")
        yield
