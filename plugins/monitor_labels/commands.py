"""`monitor labels`: task, import, workers, clean and simulate; `annotate` comes from a file of its own."""

from __future__ import annotations

import json as jsonlib
import sys
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.emotions import SEVEN
from monitor_labels.annotate_command import annotate
from monitor_labels.text_file import LabelsError

if TYPE_CHECKING:
    from monitor_labels.answers import Problem

SHOWN = 20
"""Problems that are printed; a file holds all of them."""
ALL_SEVEN = ",".join(SEVEN)

labels_app = typer.Typer(
    help="Labels from people: make a task, import the answers, judge the workers, clean the labels.",
    no_args_is_help=True,
)
labels_app.command("annotate")(annotate)


class Platform(StrEnum):
    """Where workers answer."""

    MTURK = "mturk"
    LABEL_STUDIO = "labelstudio"
    CSV = "csv"


class Method(StrEnum):
    """What makes labels of answers."""

    DAWID_SKENE = "dawid-skene"
    MAJORITY = "majority"
    ONE_COIN = "one-coin"
    MACE = "mace"
    GLAD = "glad"


AnswerTable = Annotated[Path, typer.Argument(help="Table of answers that `monitor labels import` wrote.")]
Truth = Annotated[Path | None, typer.Option(help="CSV file `task,label` of the pictures whose true label is known.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
LabelNames = Annotated[str, typer.Option(help="Labels to choose from, with commas between them.")]


@labels_app.command("task")
def task(
    pictures: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of pictures, folders inside it too.")],
    platform: Annotated[Platform, typer.Option(help="Where workers will answer.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the task's files.")],
    labels: LabelNames = ALL_SEVEN,
    url: Annotated[
        str | None, typer.Option(help="Address at which workers' browsers find DIR; not needed for csv.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=9, help="Mechanical Turk: answers per picture.")] = 3,
    price: Annotated[float, typer.Option(min=0.01, help="Mechanical Turk: dollars for one answer.")] = 0.02,
    batch_size: Annotated[int, typer.Option(min=1, help="Mechanical Turk: pictures in one input file.")] = 1000,
    examples: Annotated[
        Path | None, typer.Option(help="Mechanical Turk: folder with one picture per label, such as anger.png.")
    ] = None,
    hints: Annotated[
        Path | None, typer.Option(help="Mechanical Turk: CSV file `task,label` of what the form says others found.")
    ] = None,
) -> None:
    """Write the files with which workers label the pictures in DIR: three answers each by default."""
    from monitor.views.counts import number_of
    from monitor_labels.platforms import label_studio, mturk, plain
    from monitor_labels.task import make_task
    from monitor_labels.text_file import read_labels

    asked = make_task(pictures, platform.value, labels.split(","))
    if platform is not Platform.CSV and url is None:
        raise LabelsError(f"--url is missing: where will the browsers of workers at {platform.value} find {pictures}?")
    batch = mturk.Batch(
        url or "",
        workers,
        price,
        batch_size,
        _examples(examples, asked.labels),
        None if hints is None else read_labels(hints, asked.labels),
    )
    asked.write(out)
    if platform is Platform.MTURK:
        written = mturk.write(asked, out, batch)
        print(f"{workers} answers for each picture will cost {batch.cost(len(asked.pictures)):.2f} dollars")
    elif platform is Platform.LABEL_STUDIO:
        written = label_studio.write(asked, out, url or "")
    else:
        written = plain.write(asked, out)
    print(
        f"{number_of(len(asked.pictures), 'picture')}, {number_of(len(asked.labels), 'label')}: "
        f"{', '.join(map(str, written))}"
    )
    print(f"Next: monitor labels import RESULTS --task {out}")


def _examples(folder: Path | None, labels: Sequence[str]) -> dict[str, Path]:
    """Label -> the picture of that name. Raises LabelsError where one is missing."""
    if folder is None:
        return {}
    found = {path.stem: path for path in sorted(folder.glob("*"))}
    missing = [label for label in labels if label not in found]
    if missing:
        raise LabelsError(f"--examples {folder}: no picture is called {missing[0]}")
    return {label: found[label] for label in labels}


@labels_app.command("import")
def import_answers(
    files: Annotated[list[Path], typer.Argument(help="Results as the platform exports them.")],
    task: Annotated[Path, typer.Option(help="Folder that `monitor labels task` wrote.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Parquet file to write.")] = Path("answers.parquet"),
    platform: Annotated[
        Platform | None, typer.Option(help="Where the files are from.", show_default="the task's platform")
    ] = None,
    encoding: Annotated[str, typer.Option(help="Encoding of the files' text.")] = "utf-8",
) -> None:
    """Read the answers of workers into one table, and say which do not count, and why."""
    from monitor.views.counts import number_of
    from monitor_labels.answers import collect, remarks
    from monitor_labels.platforms import label_studio, mturk, plain
    from monitor_labels.task import Task

    asked = Task.read(task)
    readers = {Platform.MTURK: mturk.read, Platform.LABEL_STUDIO: label_studio.read, Platform.CSV: plain.read}
    reader = readers[platform or Platform(asked.platform)]
    answers, problems = collect((each for file in files for each in reader(file, encoding)), asked)
    answers.write(out)
    print(
        f"{number_of(len(answers.table), 'answer')} of {number_of(answers.table['worker'].nunique(), 'worker')} "
        f"about {number_of(answers.table['task'].nunique(), 'picture')}: {out}"
    )
    for remark in remarks(answers, asked):
        print(f"note: {remark}")
    if problems:
        _report(problems, out.with_suffix(".problems.csv"))


def _report(problems: Sequence[Problem], path: Path) -> None:
    """Print how many problems there are of each kind, and the first of them; write all of them to `path`."""
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["place", "kind", "problem"])
        writer.writerows((each.place, each.kind, each.words) for each in problems)
    kinds = Counter(each.kind for each in problems)
    print(f"problems: {', '.join(f'{kind} {count}' for kind, count in kinds.most_common())} ({path})", file=sys.stderr)
    for each in problems[:SHOWN]:
        print(f"  {each.place}: {each.kind}: {each.words}", file=sys.stderr)
    if len(problems) > SHOWN:
        print(f"  and {len(problems) - SHOWN} more", file=sys.stderr)


@labels_app.command("workers")
def workers(
    answers: AnswerTable,
    truth: Truth = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write plots: one HTML file.")] = None,
    json: Json = False,
) -> None:
    """Say of each worker how much, how fast and how right, of all how far they agree, and whom to doubt."""
    from monitor_labels import crowd_kit
    from monitor_labels.agreement import agreement
    from monitor_labels.answers import Answers
    from monitor_labels.text_file import read_labels
    from monitor_labels.worker_plots import workers_html
    from monitor_labels.workers import worker_table

    crowd_kit.need("workers")
    table = Answers.read(answers)
    known = None if truth is None else read_labels(truth, table.labels)
    found, agreed = worker_table(table, known), agreement(table)
    if html is not None:
        html.write_text(workers_html(found), encoding="utf-8")
        print(f"Plots written to {html}", file=sys.stderr)
    if json:
        rows = jsonlib.loads(found.to_json(orient="records"))
        print(jsonlib.dumps({"agreement": vars(agreed), "workers": rows}, indent=2, ensure_ascii=False))
        return
    if agreed.alpha is None:
        print("Agreement is not defined: no picture has two answers, or all answers are the same.")
    else:
        kappa = "not defined" if agreed.kappa is None else f"{agreed.kappa:.3f}"
        print(f"Krippendorff's alpha {agreed.alpha:.3f}; Fleiss' kappa {kappa}", end="")
        print(f" over {agreed.pictures} pictures with {agreed.raters} answers")
    _print_rows(found)


@labels_app.command("clean")
def clean_answers(
    answers: AnswerTable,
    method: Annotated[Method, typer.Option(help="How to make labels of answers.")] = Method.DAWID_SKENE,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder for the labels and what is known of workers.")
    ] = Path("cleaned"),
    truth: Truth = None,
    json: Json = False,
) -> None:
    """Find what is probably true of each picture, and how each worker errs; with --truth, before and after."""
    from monitor.views.counts import number_of
    from monitor_labels.answers import Answers
    from monitor_labels.cleaning import clean
    from monitor_labels.measures import before_and_after, markdown
    from monitor_labels.text_file import read_labels

    table = Answers.read(answers)
    known = {} if truth is None else read_labels(truth, table.labels)
    found = clean(table, method.value)
    found.write(out)
    compared = before_and_after(table, found, known)
    if truth is not None and not compared:
        raise LabelsError(f"--truth {truth} names none of the pictures that were answered")
    titles = {"before": "Answers of workers, before", "after": f"Labels after {method.value}"}
    tables = "\n".join(markdown(titles[name], each) for name, each in compared.items())
    if tables:
        (out / "before-and-after.md").write_text(tables, encoding="utf-8")
    counts = found.table["label"].value_counts().reindex(list(found.labels), fill_value=0)
    if json:
        facts: dict[str, Any] = {
            "folder": str(out),
            "method": method.value,
            "pictures": len(found.table),
            "tied": int(found.table["tied"].sum()),
            "labels": counts.to_dict(),
            **{f"accuracy_{name}": each.accuracy for name, each in compared.items()},
        }
        print(jsonlib.dumps(facts, indent=2, ensure_ascii=False))
        return
    print(tables, end="\n" if tables else "")
    each_label = ", ".join(f"{label} {count}" for label, count in counts.items())
    print(f"{number_of(len(found.table), 'picture')}: {each_label}")
    if found.table["tied"].any():
        print(f"{found.table['tied'].sum()} of them tie: another label is as probable, and the first one stands there")
    print(f"Labels with probabilities, and how each worker errs: {out}")


@labels_app.command("simulate")
def simulate_workers(
    votes: Annotated[Path, typer.Argument(help="CSV file of votes on pictures, such as FER+'s fer2013new.csv.")],
    labels: LabelNames = ALL_SEVEN,
    usage: Annotated[str | None, typer.Option(help="Only rows with this Usage, such as Training.")] = None,
    answers: Annotated[str, typer.Option(help="Answers per picture, with commas between them.")] = "3,5,10",
    methods: Annotated[str, typer.Option(help="Methods to compare with majority.")] = "dawid-skene,one-coin",
    draw: Annotated[str, typer.Option(help="What an answer is drawn by: labels, or votes on the picture.")] = "labels",
    pictures: Annotated[int, typer.Option(min=10, help="Pictures per draw.")] = 1000,
    workers: Annotated[int, typer.Option(min=3, help="Workers per draw.")] = 40,
    draws: Annotated[int, typer.Option(min=2, help="Independent draws of pictures, workers and answers.")] = 20,
    confusions: Annotated[
        Path | None, typer.Option(help="CSV file `truth,LABEL,...` of what a typical worker answers, not the votes'.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for the first draw's answers and truth.")
    ] = None,
    json: Json = False,
) -> None:
    """Let workers of known quality answer about real pictures, and see how often each method is right."""
    from monitor_labels.comparison import compare, comparison_rows

    found = compare(
        votes,
        tuple(labels.split(",")),
        usage=usage,
        answers=[_count(each) for each in answers.split(",")],
        methods=methods.split(","),
        draw=draw,
        pictures=pictures,
        workers=workers,
        draws=draws,
        confusions=confusions,
        out=out,
    )
    if json:
        print(jsonlib.dumps(found, indent=2))
        return
    import pandas as pd

    _print_rows(pd.DataFrame(comparison_rows(found)))


def _count(text: str) -> int:
    if not text.strip().isdecimal() or int(text) < 1:
        raise LabelsError(f"--answers must be whole numbers with commas between them, not {text!r}")
    return int(text)


def _print_rows(rows: Any) -> None:
    """A table of a data frame; numbers with three digits, nothing where there is none."""
    from rich.table import Table

    from monitor.views.console import table_console

    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for name in rows.columns:
        table.add_column(str(name).replace("_", " "), justify="left" if rows[name].dtype.kind in "OT" else "right")
    for row in rows.itertuples(index=False):
        table.add_row(*(_cell(value) for value in row))
    table_console().print(table, markup=False)


def _cell(value: object) -> Any:
    from rich.text import Text

    if isinstance(value, float):
        return Text("" if value != value else f"{value:.3f}")
    return Text(str(value))
