"""What each platform takes, and what it gives back."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from monitor_labels.platforms import label_studio, mturk, plain
from monitor_labels.task import make_task
from monitor_labels.text_file import LabelsError
from tests.plugins.monitor_labels.made_answers import LABELS, write_csv, write_pictures

URL = "https://pictures.example/set"


def test_mturk_gets_input_files_a_form_and_what_it_costs(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "faces", ["1.png", "2.png", "a b.png"])
    examples = dict.fromkeys(LABELS, folder / "1.png")
    task = make_task(folder, "mturk", LABELS)
    batch = mturk.Batch(URL, workers=3, price=0.1, size=2, examples=examples, hints={"1.png": "fear"})
    mturk.write(task, tmp_path, batch)
    with (tmp_path / "batch-1.csv").open(encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == [
            {"task": "1.png", "image_url": f"{URL}/1.png", "hint": "fear"},
            {"task": "2.png", "image_url": f"{URL}/2.png", "hint": ""},
        ]
    assert (tmp_path / "batch-2.csv").read_text().splitlines()[1] == f"a b.png,{URL}/a%20b.png,"
    settings = json.loads((tmp_path / "batch.json").read_text())
    assert (settings["MaxAssignments"], settings["Reward"], settings["cost"]) == (3, "0.10", 1.08)
    form = (tmp_path / "form.html").read_text()
    assert form.count('type="radio"') == form.count("data:image/jpeg;base64,") == len(LABELS)
    assert "Others have determined that the face shows <b>${hint}</b>" in form
    assert '"123".indexOf(event.key)' in form
    assert "@" not in form.replace("@media", "")
    plain_form = mturk.form_html(task, mturk.Batch(URL))
    assert "Others have determined" not in plain_form


def test_the_fee_is_a_fifth_and_a_cent_at_least() -> None:
    assert mturk.Batch(URL, workers=3, price=0.01).cost(100) == pytest.approx(100 * 3 * 0.02)
    assert mturk.Batch(URL, workers=3, price=0.50).cost(100) == pytest.approx(100 * 3 * 0.60)


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ({"Answer.emotion": "fear"}, "fear"),
        ({"Answer.emotion.label": "fear"}, "fear"),
        ({"Answer.emotion.fear": "true", "Answer.emotion.neutral": "false"}, "fear"),
        ({"Answer.emotion.fear": "false", "Answer.emotion.neutral": ""}, ""),
        ({"Answer.emotion.fear": "true", "Answer.emotion.neutral": "true"}, "fear and neutral"),
        ({"Answer.taskAnswers": '[{"emotion": {"fear": true, "neutral": false}}]'}, "fear"),
        ({"Answer.taskAnswers": '[{"emotion": {"label": "fear"}}]'}, "fear"),
        ({"Answer.taskAnswers": '[{"emotion": "fear"}]'}, "fear"),
        ({"Answer.taskAnswers": "[{}]"}, ""),
    ],
)
def test_mturk_writes_one_answer_in_several_ways(columns: dict[str, str], label: str) -> None:
    assert mturk.chosen(columns, "results.csv, line 2") == label


def test_mturk_results_become_answers_with_the_rejected_ones_marked(tmp_path: Path) -> None:
    heading = ("WorkerId", "AssignmentStatus", "WorkTimeInSeconds", "Input.task", "Answer.emotion.label")
    rows = [("A1", "Approved", 4, "1.png", "fear"), ("A2", "Rejected", 1, "1.png", "neutral")]
    found = list(mturk.read(write_csv(tmp_path / "results.csv", heading, rows), "utf-8"))
    assert [(each.place, each.task, each.worker, each.label, each.seconds, each.refused) for each in found] == [
        ("results.csv, line 2", "1.png", "A1", "fear", "4", ""),
        ("results.csv, line 3", "1.png", "A2", "neutral", "1", "rejected by the requester"),
    ]
    with pytest.raises(LabelsError, match=r"line 2: none of the columns Answer.emotion"):
        list(mturk.read(write_csv(tmp_path / "results.csv", heading[:4], [rows[0][:4]]), "utf-8"))
    with pytest.raises(LabelsError, match=r"line 2: Answer.taskAnswers is not the JSON"):
        mturk.chosen({"Answer.taskAnswers": "[{"}, "results.csv, line 2")


def test_label_studio_gets_a_project_with_keys_and_tasks(tmp_path: Path) -> None:
    task = make_task(write_pictures(tmp_path / "faces", ["a b.png"]), "labelstudio", LABELS)
    label_studio.write(task, tmp_path, URL)
    view = ElementTree.parse(tmp_path / "project.xml").getroot()
    choices = view.find("Choices")
    assert choices is not None
    assert choices.get("toName") == view.find("Image").get("name")  # type: ignore[union-attr]
    assert [(each.get("value"), each.get("hotkey")) for each in choices] == list(zip(LABELS, "123", strict=True))
    tasks = json.loads((tmp_path / "tasks.json").read_text())
    assert tasks == [{"data": {"image": f"{URL}/a%20b.png", "task": "a b.png"}}]


def annotation(number: int, *choices: str, **more: object) -> dict[str, object]:
    result = [{"from_name": "emotion", "type": "choices", "value": {"choices": list(choices)}}]
    return {"id": number, "result": result if choices else [], "completed_by": number, "lead_time": 2.5, **more}


def test_label_studio_exports_become_answers(tmp_path: Path) -> None:
    made = [
        annotation(1, "fear"),
        annotation(2, "fear", "neutral", completed_by={"id": 9, "email": "b@example.org"}),
        annotation(3, was_cancelled=True, lead_time=None),
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps([{"data": {"task": "1.png"}, "annotations": made}]))
    found = list(label_studio.read(path, "utf-8"))
    assert [(each.worker, each.label, each.seconds, each.refused) for each in found] == [
        ("1", "fear", "2.5", ""),
        ("b@example.org", "fear and neutral", "2.5", ""),
        ("3", "", "", "skipped by the worker"),
    ]
    assert found[0].place == "export.json, task 1, annotation 1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "the export is empty"),
        ("[\n{,", "line 2: not JSON"),
        ('[{"image": "1.png", "emotion": "fear"}]', "task 1 lacks .* not JSON-MIN"),
        ('[{"data": null, "annotations": []}]', "task 1 lacks .* of another kind"),
        ('[{"data": {"task": "1.png"}, "annotations": ["fear"]}]', "task 1 lacks .* of another kind"),
        ('[{"data": {"image": "1.png"}, "annotations": []}]', "task 1 lacks"),
    ],
)
def test_other_files_are_no_export_of_label_studio(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "export.json"
    path.write_text(content)
    with pytest.raises(LabelsError, match=words):
        list(label_studio.read(path, "utf-8"))


def test_plain_csv_goes_out_and_comes_back(tmp_path: Path) -> None:
    task = make_task(write_pictures(tmp_path / "faces", ["1.png", "2.png"]), "csv", LABELS)
    (path,) = plain.write(task, tmp_path)
    filled = path.read_text().replace("1.png,,,", "1.png,ann,fear,3").replace("2.png,,,", "2.png,ann,,")
    path.write_text(filled)
    first, second = plain.read(path, "utf-8")
    assert (first.task, first.worker, first.label, first.seconds) == ("1.png", "ann", "fear", "3")
    assert (second.place, second.label) == ("tasks.csv, line 3", "")
