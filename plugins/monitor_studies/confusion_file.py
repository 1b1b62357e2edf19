"""Confusions of classifiers, as `monitor evaluate ANALYZER --json` prints them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from monitor.errors import ConfigError
from monitor_studies.statistics.classifier import Confusion

SHIPPED = Path(__file__).with_name("confusions")


def confusion_for(
    analyzer: str, labels: Sequence[str], path: Path | None = None, *, models: Collection[str] = ()
) -> Confusion | None:
    """Confusions of an analyzer in the order of `labels`, from `path` or those shipped; None where there are none.

    Those shipped are of one model, and are None for any other among `models`, the identities of what gave the scores.
    The file needs `labels`, `confusion` (pictures, truth in rows) and `mean_probabilities` (what was said of each
    truth). Raises ConfigError where `path` does not hold these, or is about other labels.
    """
    wanted = path or SHIPPED / f"{analyzer}.json"
    if path is None and not wanted.is_file():
        return None
    try:
        held = json.loads(wanted.read_text(encoding="utf-8"))
        if path is None and not set(models) <= {held["model"]}:
            return None
        known = [str(label) for label in held["labels"]]
        pictures = np.array(held["confusion"], np.float64).sum(axis=1)
        said = np.array(held["mean_probabilities"], np.float64)
    except OSError as error:
        raise ConfigError(f"confusions {wanted} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise ConfigError(
            f"confusions {wanted} must hold `labels`, `confusion` and `mean_probabilities`, as "
            f"`monitor evaluate {analyzer} --json` prints them"
        ) from None
    if set(known) != set(labels) or said.shape != (len(known), len(known)):
        raise ConfigError(f"confusions {wanted} are about {', '.join(known)}; the session has {', '.join(labels)}")
    order = [known.index(label) for label in labels]
    try:
        return Confusion(tuple(labels), pictures[order], said[np.ix_(order, order)])
    except ValueError as error:
        raise ConfigError(f"confusions {wanted}: {error}") from None
