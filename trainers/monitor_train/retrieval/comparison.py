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

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor_train.retrieval.affective import train
from monitor_train.retrieval.data import read
from monitor_train.retrieval.measures import Said, difference, measures
from monitor_train.retrieval.profile import Metric, Settings
from monitor_train.retrieval.readouts import READOUTS, read_out, untouched
from monitor_train.retrieval.training import AffectiveTraining
from monitor_train.scene.comparison import cell, finished

METRICS: dict[str, Metric] = {"softmax": "none", "softmax+triplet": "triplet", "softmax+sentiment": "sentiment"}
PLAIN, WHOLE, TAUGHT = "softmax", "softmax+sentiment", "softmax+sentiment, taught"
BEST = READOUTS[-1]
FIGURES = ("accuracy", "map", "map_polarity", "precision_1", "precision_10")


def compare(
    data: Path, layout: str, out: Path, settings: Settings, channels: Sequence[int] = (), accelerator: str = "auto"
) -> dict[str, Any]:
    """`rows`: name -> figures on the test split; `gains`: how much better the joined vector of the last training is
    than each other row, on the same pictures; `lengths`: of the sentiment vectors."""
    splits = read(data, layout)
    said: dict[str, Said] = {}
    lengths: dict[str, int] = {}
    for name, own in runs(settings, out, channels).items():
        if not finished(out / name / "artifact"):
            begun = (out / name / "last.ckpt").is_file()
            train(data, layout, out / name, own, resume=begun, accelerator=accelerator)
        trained = AffectiveTraining.load_from_checkpoint(
            out / name / "best.ckpt", map_location="cpu", weights_only=True
        )
        if not said:
            seen = untouched(own, trained.emotions, splits["test"])
            said = {f"untouched, {distance}": each for distance, each in seen.items()}
        said |= {f"{name}, {readout}": each for readout, each in read_out(trained, splits).items()}
        lengths[name] = trained.network.vector.length
    best = said[f"{TAUGHT}, {BEST}"]
    figures = {
        "data": f"{layout} test",
        "rows": {name: measures(each) for name, each in said.items()},
        "gains": {name: difference(best, each) for name, each in said.items() if each is not best},
        "lengths": lengths,
    }
    (out / "comparison.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return figures


def runs(settings: Settings, out: Path, channels: Sequence[int]) -> dict[str, Settings]:
    """Folder in `out` -> settings of each training: the three losses, the sentiment constraints with other `channels`,
    and with teachers."""
    losses = {name: replace(settings, metric=metric) for name, metric in METRICS.items()}
    whole = losses[WHOLE]
    others = [each for each in channels if each != settings.channels]
    lengths = {f"{WHOLE}, {each} channels": replace(whole, channels=each) for each in others}
    return losses | lengths | {TAUGHT: replace(whole, teachers=tuple(str(out / name) for name in losses))}


def lines(figures: Mapping[str, Any]) -> list[list[str]]:
    """The cells of the table: name of the row, then each figure; at the end, the gain of the whole method over softmax
    alone, read out in the way that is best there by the figure in question."""
    rows = figures["rows"]
    found = [[name, *(cell(row, each) if each in row else "-" for each in FIGURES)] for name, row in rows.items()]
    plain = [f"{PLAIN}, {readout}" for readout in READOUTS]
    best = {each: max(plain, key=lambda name, each=each: rows[name][each]) for each in FIGURES}
    gains = [
        f"{cell(figures['gains'][best[each]], each)}\nover {best[each].removeprefix(f'{PLAIN}, ')}" for each in FIGURES
    ]
    return [*found, ["gain over softmax", *gains]]
