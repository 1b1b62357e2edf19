"""The paper's table for a set of pictures: what each loss and each description of a picture is worth.

Three networks are trained alike but for the loss: classification alone ("softmax"), with triplets, and with the
sentiment constraints. Each is read out in five ways; see `readouts`. In all three the distances, where there are any,
are learnt of the sentiment vector: the vector of "softmax" is that of chance reductions of trained maps, so that the
gain is taken over whatever describes pictures best there. Vectors of other lengths show what the length is worth.
At the end, the whole method is trained once more, taught by the first three; see `teachers`.

Every training leaves its result in a folder of its own and is not repeated where that is finished, so that a comparison
that was interrupted goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from monitor_train.pictures.comparison import cell, train_once, write_figures
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataSet
from monitor_train.retrieval.affective import train
from monitor_train.retrieval.data import read
from monitor_train.retrieval.measures import Predictions, difference, measures
from monitor_train.retrieval.profile import Metric, Settings
from monitor_train.retrieval.readouts import READOUTS, pretrained, read_out
from monitor_train.retrieval.training import AffectiveTraining

METRICS: dict[str, Metric] = {"softmax": "none", "softmax+triplet": "triplet", "softmax+sentiment": "sentiment"}
PLAIN, WHOLE, TAUGHT = "softmax", "softmax+sentiment", "softmax+sentiment, taught"
BEST = READOUTS[-1]
FIGURES = ("accuracy", "map", "map_polarity", "precision_1", "precision_10")


def compare(source: DataSet, settings: Settings, run: Run, channels: Sequence[int] = ()) -> dict[str, Any]:
    """`rows`: name -> figures on the test split; `gains`: how much better the joined vector of the last training is
    than each other row, on the same pictures; `lengths`: of the sentiment vectors."""
    splits = read(source)
    predictions: dict[str, Predictions] = {}
    lengths: dict[str, int] = {}
    for name, own in runs(settings, run.out, channels).items():
        train_once(run.at(name), partial(train, source, own))
        trained = AffectiveTraining.read(run.out / name / "best.ckpt")
        if not predictions:
            seen = pretrained(own, trained.emotions, splits["test"])
            predictions = {f"untouched, {distance}": each for distance, each in seen.items()}
        predictions |= {f"{name}, {readout}": each for readout, each in read_out(trained, splits).items()}
        lengths[name] = trained.network.vector.length
    best = predictions[f"{TAUGHT}, {BEST}"]
    figures = {
        "data": f"{source.format} test",
        "rows": {name: measures(each) for name, each in predictions.items()},
        "gains": {name: difference(best, each) for name, each in predictions.items() if each is not best},
        "lengths": lengths,
    }
    return write_figures(run.out / "comparison.json", figures)


def runs(settings: Settings, out: Path, channels: Sequence[int]) -> dict[str, Settings]:
    """Folder in `out` -> settings of each training: the three losses, the sentiment constraints with other `channels`,
    and with teachers."""
    losses = {name: replace(settings, metric=metric) for name, metric in METRICS.items()}
    whole = losses[WHOLE]
    others = [each for each in channels if each != settings.channels]
    lengths = {f"{WHOLE}, {each} channels": replace(whole, channels=each) for each in others}
    return losses | lengths | {TAUGHT: replace(whole, teachers=tuple(str(out / name) for name in losses))}


def best_of(names: Sequence[str], rows: Mapping[str, Any], figure: str) -> str:
    """The row with the largest `figure`."""
    return max(names, key=lambda name: float(rows[name][figure]))


def lines(figures: Mapping[str, Any]) -> list[list[str]]:
    """The cells of the table: name of the row, then each figure; at the end, the gain of the whole method over softmax
    alone, read out in the way that is best there by the figure in question."""
    rows = figures["rows"]
    found = [[name, *(cell(row, each) if each in row else "-" for each in FIGURES)] for name, row in rows.items()]
    plain = [f"{PLAIN}, {readout}" for readout in READOUTS]
    best = {each: best_of(plain, rows, each) for each in FIGURES}
    gains = [
        f"{cell(figures['gains'][best[each]], each)}\nover {best[each].removeprefix(f'{PLAIN}, ')}" for each in FIGURES
    ]
    return [*found, ["gain over softmax", *gains]]
