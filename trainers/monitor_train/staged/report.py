"""What a comparison of stages found, as tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor_train.pictures.figures import confusions_figure, distribution_figure
from monitor_train.pictures.tables import markdown_table as table
from monitor_train.pictures.tables import percent

FIGURES = ("accuracy", "average_recall")


def write_report(figures: Mapping[str, Any], out: Path) -> Path:
    """Write stages.md, confusions.png and classes.png to `out`; the path of the first."""
    confusions = {name: row["confusion"] for name, row in figures["rows"].items()}
    confusions_figure(confusions, figures["labels"], out / "confusions.png")
    distribution_figure(figures["classes"], out / "classes.png")
    path = out / "stages.md"
    path.write_text(markdown(figures), encoding="utf-8")
    return path


def markdown(figures: Mapping[str, Any]) -> str:
    """Accuracy of every combination, recall of every class, and the classes of every set, as Markdown tables."""
    rows, labels = figures["rows"], figures["labels"]
    tables = [
        table(
            ["stages", "accuracy", "average recall", "gain over the target alone"],
            [
                [name, *(over_draws(row[each], unit=" %") for each in FIGURES), over_draws(row["gain"], form="+.1f")]
                for name, row in rows.items()
            ],
        ),
        table(
            ["recall", *labels],
            [[name, *(percent(row["recall"].get(each, 0)) for each in labels)] for name, row in rows.items()],
        ),
        table(
            ["share of the pictures, %", *labels],
            [[name, *(percent(of[each]) for each in labels)] for name, of in figures["classes"].items()],
        ),
    ]
    earlier = [[name, percent(accuracy, unit=" %")] for name, accuracy in figures["without_the_target"].items()]
    if earlier:
        tables.append(table(["without learning the target", "accuracy on its test set"], earlier))
    return "\n".join(tables)


def over_draws(figure: Mapping[str, Any], **how: str) -> str:
    """Mean over the draws and its interval, in per cent."""
    return percent(figure["mean"], *figure.get("interval", ()), **how)
