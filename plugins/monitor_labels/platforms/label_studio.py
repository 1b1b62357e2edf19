"""Label Studio: the project's labelling interface as XML, its tasks as JSON, and the JSON that it exports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pydantic import BaseModel, ValidationError

from monitor_labels.answers import RawAnswer
from monitor_labels.platforms.mturk import address
from monitor_labels.task import KEYS, QUESTION, Task
from monitor_labels.text_file import LabelsError, read_text


def write(task: Task, folder: Path, url: str) -> list[Path]:
    """`project.xml` for the labelling interface, and `tasks.json` to import; pictures are found below `url`."""
    paths = [folder / "project.xml", folder / "tasks.json"]
    paths[0].write_text(project_xml(task) + "\n", encoding="utf-8")
    tasks = [{"data": {"image": address(url, picture), "task": picture}} for picture in task.pictures]
    paths[1].write_text(json.dumps(tasks, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return paths


def project_xml(task: Task) -> str:
    """The labelling interface: the picture, and one choice of all labels with its key."""
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Header", value="Which emotion does the face show?")
    ElementTree.SubElement(view, "Image", name="image", value="$image")
    choices = ElementTree.SubElement(
        view, "Choices", name=QUESTION, toName="image", choice="single-radio", required="true", showInline="true"
    )
    for key, label in zip(KEYS, task.labels, strict=False):
        ElementTree.SubElement(choices, "Choice", value=label, hotkey=key)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode")


class Chosen(BaseModel):
    """What one control of the labelling interface holds."""

    from_name: str = ""
    value: dict[str, Any] = {}


class Annotation(BaseModel):
    """One worker's answer to a task."""

    id: int | str = "?"
    completed_by: int | str | dict[str, Any] = ""
    lead_time: float | str | None = None
    was_cancelled: bool = False
    result: list[Chosen] = []


class Exported(BaseModel):
    """A task with its answers."""

    annotations: list[Annotation]
    data: dict[str, Any]


def read(path: Path, encoding: str) -> Iterator[RawAnswer]:
    """The annotations in an export. Raises LabelsError where the file is no such export, or holds no task."""
    try:
        tasks = json.loads(read_text(path, encoding))
    except json.JSONDecodeError as error:
        raise LabelsError(f"{path}, line {error.lineno}: not JSON ({error.msg}); export the project as JSON") from None
    if not isinstance(tasks, list) or not tasks:
        raise LabelsError(f"{path} holds no task: the export is empty, or it is not the format JSON of Label Studio")
    for number, content in enumerate(tasks, 1):
        place = f"{path.name}, task {number}"
        try:
            task = Exported.model_validate(content)
            picture = str(task.data["task"])
        except (ValidationError, KeyError):
            raise LabelsError(
                f"{place} lacks `annotations` or `data.task`, or they are of another kind; export as JSON, not "
                "JSON-MIN, a project whose tasks `monitor labels task` made"
            ) from None
        for annotation in task.annotations:
            yield _answer(annotation, picture, f"{place}, annotation {annotation.id}")


def _answer(annotation: Annotation, picture: str, place: str) -> RawAnswer:
    """One annotation; several choices in it are joined, so that they are no label and get reported."""
    choices = [
        str(choice)
        for chosen in annotation.result
        if chosen.from_name == QUESTION
        for choice in chosen.value.get("choices", [])
    ]
    by = annotation.completed_by
    worker = by.get("email") or by.get("id", "") if isinstance(by, dict) else by
    seconds = "" if annotation.lead_time is None else str(annotation.lead_time)
    refused = "skipped by the worker" if annotation.was_cancelled else ""
    return RawAnswer(place, picture, str(worker), " and ".join(choices), seconds, refused)
