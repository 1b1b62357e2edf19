"""Labels against what is true: precision, recall and F of each label, accuracy, and the confusion matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from monitor_labels.answers import Answers
    from monitor_labels.cleaning import Cleaned


@dataclass(frozen=True, eq=False)
class Measures:
    """Of guesses against truths."""

    labels: tuple[str, ...]
    confusion: NDArray[np.int64]
    """(K, K): how often, truth in rows, guess in columns."""

    @property
    def count(self) -> int:
        """Of guesses."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        return float(np.trace(self.confusion) / self.confusion.sum())

    @property
    def precision(self) -> NDArray[np.float64]:
        """(K,): the share of a label's guesses that are true; not a number where it was never guessed."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(axis=0))

    @property
    def recall(self) -> NDArray[np.float64]:
        """(K,): the share of a label's truths that were guessed; not a number where it is never true."""
        return _ratio(np.diag(self.confusion), self.confusion.sum(axis=1))

    @property
    def f(self) -> NDArray[np.float64]:
        """(K,): harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN)."""
        return _ratio(2 * np.diag(self.confusion), self.confusion.sum(axis=0) + self.confusion.sum(axis=1))


def _ratio(above: NDArray[np.int64], below: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)


def measured(guesses: Iterable[tuple[str, str]], truth: Mapping[str, str], labels: Sequence[str]) -> Measures | None:
    """The measures of (picture, guess) pairs on the pictures whose truth is known; None where there is none."""
    confusion = np.zeros((len(labels), len(labels)), np.int64)
    place = {label: index for index, label in enumerate(labels)}
    for picture, guess in guesses:
        if picture in truth:
            confusion[place[truth[picture]], place[guess]] += 1
    return Measures(tuple(labels), confusion) if confusion.any() else None


def before_and_after(answers: Answers, cleaned: Cleaned, truth: Mapping[str, str]) -> dict[str, Measures]:
    """Single answers of workers, and the labels after cleaning, each against the truth; empty where none is known."""
    pairs = {
        "before": zip(answers.table["task"], answers.table["label"], strict=True),
        "after": zip(cleaned.table["task"], cleaned.table["label"], strict=True),
    }
    found = {name: measured(each, truth, answers.labels) for name, each in pairs.items()}
    return {name: each for name, each in found.items() if each is not None}


def markdown(name: str, measures: Measures) -> str:
    """The measures as two Markdown tables: each label's, and the confusion matrix as shares of its rows."""
    labels = measures.labels
    lines = [f"## {name}", "", f"{measures.count} labels, accuracy {measures.accuracy:.3f}", ""]
    lines += ["| label | precision | recall | F |", "|---|---|---|---|"]
    columns = (measures.precision, measures.recall, measures.f)
    lines += [
        f"| {label} | {' | '.join(_shown(column[row]) for column in columns)} |" for row, label in enumerate(labels)
    ]
    lines += ["", f"| truth | {' | '.join(labels)} | pictures |", "|---" * (len(labels) + 2) + "|"]
    for label, row in zip(labels, measures.confusion, strict=True):
        shares = row / row.sum() if row.sum() else np.full(len(row), np.nan)
        lines.append(f"| {label} | {' | '.join(_shown(share) for share in shares)} | {row.sum()} |")
    return "\n".join(lines) + "\n"


def _shown(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}"
