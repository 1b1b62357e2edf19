"""From answers to what is probably true of each picture, by crowd-kit's methods.

| method | what it knows of workers |
|---|---|
| `majority` | nothing: every answer counts the same |
| `dawid-skene` | how often each takes which label for which (Dawid and Skene 1979) |
| `one-coin` | one number each, how often they are right: Dawid and Skene where answers are few |
| `mace` | how often each does not look (Hovy et al. 2013) |
| `glad` | one ability each, and how hard each picture is (Whitehill et al. 2009); slow |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import ConfigError
from monitor.mistakes import unknown_name
from monitor_labels import crowd_kit, parquet_file
from monitor_labels.answers import Answers

if TYPE_CHECKING:
    import pandas as pd

KIND, CONFUSIONS_KIND = "monitor_labels.labels", "monitor_labels.confusions"
MADE_BY = "monitor labels clean"
LEAST = 1e-6
"""Probabilities of a worker's answers below this are left out of the table."""
LABELS, CONFUSIONS = "labels.parquet", "confusions.parquet"


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What is probably true."""

    table: pd.DataFrame
    """One row per picture: `task`, `label` (the most probable), `answers` (how many), `tied` (another label is as
    probable, and `label` the first of these), and a column for each label with its probability; they sum to 1."""
    confusions: pd.DataFrame
    """How each worker answers: `worker`, `truth`, `answer`, `probability` (of that answer where that is true). Only
    truths that the worker has probably met."""
    labels: tuple[str, ...]
    method: str

    def write(self, folder: Path) -> None:
        """Write both tables as Parquet files."""
        about = {"labels": self.labels, "method": self.method}
        parquet_file.write(self.table, KIND, about, folder / LABELS)
        parquet_file.write(self.confusions, CONFUSIONS_KIND, about, folder / CONFUSIONS)

    @classmethod
    def read(cls, folder: Path) -> Cleaned:
        """The tables in `folder`. Raises LabelsError where they are none that `monitor labels clean` wrote."""
        table, about = parquet_file.read(folder / LABELS, KIND, MADE_BY)
        confusions, _ = parquet_file.read(folder / CONFUSIONS, CONFUSIONS_KIND, MADE_BY)
        return cls(table, confusions, tuple(about["labels"]), about["method"])


def clean(answers: Answers, method: str = "dawid-skene") -> Cleaned:
    """The labels behind `answers`. Raises ConfigError where the method is unknown or crowd-kit is missing."""
    import numpy as np

    if method not in METHODS:
        raise ConfigError(unknown_name("method", method, METHODS))
    crowd_kit.need("clean")
    labels = list(answers.labels)
    with crowd_kit.quiet():
        found = METHODS[method]().fit_predict_proba(answers.table[["task", "worker", "label"]])
    probabilities = found.reindex(columns=labels, fill_value=0.0).sort_index()
    probabilities = probabilities.div(probabilities.sum(axis=1), axis=0)
    highest = np.isclose(probabilities, probabilities.max(axis=1).to_numpy()[:, None], rtol=0, atol=1e-9)
    table = probabilities.rename_axis(columns=None, index="task").reset_index()
    table.insert(1, "label", [labels[place] for place in highest.argmax(axis=1)])
    table.insert(2, "answers", answers.table.groupby("task").size().reindex(table["task"]).to_numpy())
    table.insert(3, "tied", highest.sum(axis=1) > 1)
    return Cleaned(table, worker_confusions(answers, table), answers.labels, method)


def worker_confusions(answers: Answers, table: pd.DataFrame) -> pd.DataFrame:
    """How each worker answers where what is true is known by the probabilities in `table` (Dawid and Skene 1979,
    equation 2.3)."""
    labels = list(answers.labels)
    met = answers.table.merge(table[["task", *labels]], on="task")
    sums = met.groupby(["worker", "label"])[labels].sum()
    shares = sums / sums.groupby("worker").transform("sum")
    long = shares.rename_axis(columns="truth").stack().reset_index()
    rows = long.rename(columns={"label": "answer", 0: "probability"})[["worker", "truth", "answer", "probability"]]
    return rows[rows["probability"] > LEAST].reset_index(drop=True)


def _majority() -> Any:
    from crowdkit.aggregation import MajorityVote

    return MajorityVote()


def _dawid_skene() -> Any:
    from crowdkit.aggregation import DawidSkene

    return DawidSkene(n_iter=100)


def _one_coin() -> Any:
    from crowdkit.aggregation import OneCoinDawidSkene

    return OneCoinDawidSkene(n_iter=100)


def _mace() -> Any:
    from crowdkit.aggregation import MACE

    return MACE(random_state=0)


def _glad() -> Any:
    from crowdkit.aggregation import GLAD

    return GLAD(n_iter=100)


METHODS: dict[str, Callable[[], Any]] = {
    "dawid-skene": _dawid_skene,
    "majority": _majority,
    "one-coin": _one_coin,
    "mace": _mace,
    "glad": _glad,
}
