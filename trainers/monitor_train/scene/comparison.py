"""Table 1 of Saito and Sudo for a set of pictures: the network alone, the teacher alone, and the network distilled.

Every step leaves its result in a folder of its own and is not repeated where that is finished, so that a comparison
that was interrupted goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from monitor_train.pictures.comparison import cell, train_once, write_figures
from monitor_train.pictures.settings import Run
from monitor_train.pictures.splits import DataSet
from monitor_train.scene.anp import teacher as anp_teacher
from monitor_train.scene.anp.bank import TRAINED, train_linear
from monitor_train.scene.anp.choice import region_describer
from monitor_train.scene.anp.options import Choice
from monitor_train.scene.anp.region_table import describe_regions
from monitor_train.scene.evaluate import evaluate
from monitor_train.scene.profile import Settings
from monitor_train.scene.sentiment import train

FIGURES = ("accuracy", "f_positive", "auc")


def compare(
    source: DataSet, choice: Choice, teacher: anp_teacher.Settings, student: Settings, run: Run
) -> dict[str, Any]:
    """Row -> figures on the test split; under `distilled`, also the gain over the network alone on the same pictures.

    A choice of the detector `bank` without a bank takes one that is made from the training pictures of this set.
    """
    out = run.out
    if choice.detector == "bank" and choice.bank is None:
        choice = replace(choice, bank=out / "bank")
        if not (out / "bank" / TRAINED).is_file():
            train_linear(source, out / "bank", choice.init, choice.convention)
    table = out / "teacher" / anp_teacher.TABLE
    if not table.is_file():
        describe_regions(source, region_describer(choice, out / "regions"), out / "regions")
        anp_teacher.train(source, out / "regions", out / "teacher", teacher)
    for name, alpha in (("alone", 0.0), ("distilled", student.alpha)):
        train_once(run.at(name), partial(train, source, replace(student, alpha=alpha), teacher=table))
    alone, distilled = (run.at(name).artifact for name in ("alone", "distilled"))
    rows = {
        "network alone": evaluate(alone, source),
        "teacher alone": evaluate(table, source),
        "distilled": evaluate(distilled, source, against=alone),
    }
    return write_figures(out / "comparison.json", rows)


def lines(rows: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """The cells of the table: name of the row, then each figure."""
    found = [[name, *(cell(row, figure) for figure in FIGURES)] for name, row in rows.items()]
    gain = rows["distilled"]["against"]
    return [*found, ["gain over alone", *(cell(gain, figure) for figure in FIGURES)]]
