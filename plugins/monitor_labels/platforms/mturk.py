"""Amazon Mechanical Turk: the form that workers see, the input file with the pictures, and the batch's results.

A requester makes a project of `form.html`, publishes a batch for each `batch-N.csv` with the settings in `batch.json`,
and downloads the results as CSV. The pictures must be where workers' browsers can load them, below `--url`.
"""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from monitor_labels.answers import RawAnswer
from monitor_labels.task import KEYS, QUESTION, Task
from monitor_labels.text_file import LabelsError, read_rows

FEE = 0.2
"""Amazon's share on top of what a worker gets, for up to nine workers per picture."""
EXAMPLE_SIDE = 96
"""Of an example picture in the form, in pixels."""
LARGEST_FORM = 65_535
"""Bytes that Mechanical Turk takes for a form."""
FORM = Path(__file__).with_name("mturk_form.html")
CHOICE = Markup(
    '      <label class="choice"><input type="radio" name="{}" value="{}" required><kbd>{}</kbd> {}</label>'
)
EXAMPLE = Markup('      <figure><img alt="" src="{}"><figcaption>{}</figcaption></figure>')


@dataclass(frozen=True)
class Batch:
    """How the work is offered."""

    url: str
    """Address of the folder of pictures, to which a picture's name is added."""
    workers: int = 3
    """Answers per picture."""
    price: float = 0.02
    """Of one answer, in dollars."""
    size: int = 1000
    """Pictures in one input file."""
    examples: Mapping[str, Path] = field(default_factory=dict)
    """Label -> a picture that shows it, for the instructions."""
    hints: Mapping[str, str] | None = None
    """Picture -> the label that the form says others have found; None: no such line."""

    def cost(self, pictures: int) -> float:
        """Of all answers with Amazon's fee, in dollars; the fee is one cent per answer or more."""
        return pictures * self.workers * (self.price + max(0.01, FEE * self.price))


def write(task: Task, folder: Path, batch: Batch) -> list[Path]:
    """The form, the settings and the input files. Raises LabelsError where the form is larger than Amazon allows."""
    form = form_html(task, batch)
    if len(form.encode()) > LARGEST_FORM:
        raise LabelsError(f"the form has {len(form.encode())} bytes, and Mechanical Turk takes {LARGEST_FORM}")
    paths = [folder / "form.html", folder / "batch.json"]
    paths[0].write_text(form, encoding="utf-8")
    paths[1].write_text(json.dumps(settings(task, batch), indent=2) + "\n", encoding="utf-8")
    for start in range(0, len(task.pictures), batch.size):
        path = folder / f"batch-{start // batch.size + 1}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["task", "image_url", *(["hint"] if batch.hints is not None else [])])
            for picture in task.pictures[start : start + batch.size]:
                hint = [] if batch.hints is None else [batch.hints.get(picture, "")]
                writer.writerow([picture, address(batch.url, picture), *hint])
        paths.append(path)
    return paths


def address(url: str, picture: str) -> str:
    """Where a worker's browser finds a picture.

    >>> address("https://pictures.example/set", "a b/1.png")
    'https://pictures.example/set/a%20b/1.png'
    """
    return f"{url.rstrip('/')}/{quote(picture)}"


def settings(task: Task, batch: Batch) -> dict[str, Any]:
    """What the requester enters, by the names of Amazon's CreateHIT, and what it will cost in dollars."""
    return {
        "Title": "Which emotion does the face show?",
        "Description": "Look at a picture of a face and choose the emotion it shows, with one key.",
        "Keywords": "image, face, emotion, classification",
        "Reward": f"{batch.price:.2f}",
        "MaxAssignments": batch.workers,
        "AssignmentDurationInSeconds": 300,
        "LifetimeInSeconds": 7 * 86400,
        "AutoApprovalDelayInSeconds": 3 * 86400,
        "pictures": len(task.pictures),
        "cost": round(batch.cost(len(task.pictures)), 2),
    }


def form_html(task: Task, batch: Batch) -> str:
    """The form of one picture: its labels as buttons with keys, an example of each, and the hint where there are."""
    choices = "\n".join(
        CHOICE.format(QUESTION, label, key, label) for key, label in zip(KEYS, task.labels, strict=False)
    )
    examples = "\n".join(
        EXAMPLE.format(_inline(batch.examples[label]), label) for label in task.labels if label in batch.examples
    )
    hint = '<p class="hint">Others have determined that the face shows <b>${hint}</b>.</p>'
    form = FORM.read_text(encoding="utf-8")
    parts = {"@CHOICES@": choices, "@EXAMPLES@": examples, "@HINT@": hint if batch.hints is not None else ""}
    for mark, part in (parts | {"@KEYS@": json.dumps(KEYS[: len(task.labels)]), "@QUESTION@": QUESTION}).items():
        form = form.replace(mark, part)
    return form


def _inline(picture: Path) -> str:
    """A small copy of a picture as a data address, so that the form needs no second server."""
    import cv2

    from monitor.sources.picture_file import read_rgb

    image = read_rgb(picture)
    scale = EXAMPLE_SIDE / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, code = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return "data:image/jpeg;base64," + base64.b64encode(code.tobytes()).decode()


def read(path: Path, encoding: str) -> Iterator[RawAnswer]:
    """The answers in the results of a batch. Raises LabelsError where a column is missing."""
    for line, row in read_rows(path, ("WorkerId", "AssignmentStatus", "Input.task"), encoding):
        place = f"{path.name}, line {line}"
        rejected = row["AssignmentStatus"] == "Rejected"
        yield RawAnswer(
            place,
            row["Input.task"],
            row["WorkerId"].strip(),
            chosen(row, place),
            row.get("WorkTimeInSeconds", ""),
            "rejected by the requester" if rejected else "",
        )


def chosen(row: Mapping[str, str], place: str) -> str:
    """The label that a row of results holds; empty where none was chosen.

    Amazon writes one form's answer in several ways: a column `Answer.emotion` or `Answer.emotion.label` with the label,
    a column `Answer.emotion.LABEL` for each label with true or false, or all of it as JSON in `Answer.taskAnswers`.
    Raises LabelsError where there is none of these.
    """
    column = f"Answer.{QUESTION}"
    if row.get("Answer.taskAnswers", "").strip():
        try:
            (content,) = json.loads(row["Answer.taskAnswers"])
            return _label_of(content.get(QUESTION, ""))
        except (ValueError, AttributeError):
            raise LabelsError(f"{place}: Answer.taskAnswers is not the JSON of one answer") from None
    inner = {name.removeprefix(f"{column}."): value for name, value in row.items() if name.startswith(f"{column}.")}
    if column not in row and not inner and "Answer.taskAnswers" not in row:
        raise LabelsError(f"{place}: none of the columns {column}, {column}.LABEL and Answer.taskAnswers is there")
    return row.get(column, "").strip() or _label_of(inner)


def _label_of(answer: object) -> str:
    """The label in `"anger"`, `{"label": "anger"}` or `{"anger": true, "fear": false}`; empty where none is chosen."""
    if not isinstance(answer, dict):
        return str(answer)
    if "label" in answer:
        return str(answer["label"])
    return " and ".join(name for name, value in answer.items() if str(value).strip().lower() in ("true", "on", "1"))
