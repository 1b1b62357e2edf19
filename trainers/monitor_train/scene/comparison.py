"""Table 1 of Saito and Sudo for a set of pictures: the network alone, the teacher alone, and the network distilled.

Every step leaves its result in a folder of its own and is not repeated where that is finished, so that a comparison
that was interrupted goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.artifact import MANIFEST, Artifact
from monitor_train.scene import anp_teacher
from monitor_train.scene.anp_bank import TRAINED, train_linear
from monitor_train.scene.anp_choice import Choice, looking
from monitor_train.scene.anp_regions import look
from monitor_train.scene.evaluate import evaluate
from monitor_train.scene.profile import Settings
from monitor_train.scene.sentiment import train

FIGURES = ("accuracy", "f_positive", "auc")


def compare(
    data: Path,
    layout: str,
    out: Path,
    choice: Choice,
    teacher: anp_teacher.Settings,
    student: Settings,
    accelerator: str = "auto",
) -> dict[str, Any]:
    """Row -> figures on the test split; under `distilled`, also the gain over the network alone on the same pictures.

    A choice of the detector `bank` without a bank takes one that is made from the training pictures of this set.
    """
    if choice.detector == "bank" and choice.bank is None:
        choice = replace(choice, bank=out / "bank")
        if not (out / "bank" / TRAINED).is_file():
            train_linear(data, layout, out / "bank", choice.init, choice.convention)
    table = out / "teacher" / anp_teacher.TABLE
    if not table.is_file():
        look(data, layout, looking(choice, out / "regions"), out / "regions")
        anp_teacher.train(data, layout, out / "regions", out / "teacher", teacher)
    for name, alpha in (("alone", 0.0), ("distilled", student.alpha)):
        if not finished(out / name / "artifact"):
            begun = (out / name / "last.ckpt").is_file()
            settings = replace(student, alpha=alpha)
            train(data, layout, out / name, settings, teacher=table, resume=begun, accelerator=accelerator)
    alone, distilled = out / "alone" / "artifact", out / "distilled" / "artifact"
    rows = {
        "network alone": evaluate(alone, data, layout),
        "teacher alone": evaluate(table, data, layout),
        "distilled": evaluate(distilled, data, layout, against=alone),
    }
    (out / "comparison.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return rows


def finished(artifact: Path) -> bool:
    """Whether a student has been measured, which is the last that happens to it."""
    return (artifact / MANIFEST).is_file() and bool(Artifact.read(artifact).manifest.metrics)


def lines(rows: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """The cells of the table: name of the row, then each figure."""
    found = [[name, *(cell(row, figure) for figure in FIGURES)] for name, row in rows.items()]
    gain = rows["distilled"]["against"]
    return [*found, ["gain over alone", *(cell(gain, figure) for figure in FIGURES)]]


def cell(figures: Mapping[str, Any], name: str) -> str:
    """A figure, and its interval under it."""
    low, high = figures[f"{name}_interval"]
    return f"{figures[name]:.4f}\n{low:.4f} to {high:.4f}"
