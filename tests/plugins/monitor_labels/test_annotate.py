"""Annotating at this machine: the file of answers, the page, and the page used by keyboard in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitor_labels.own_answers import OwnAnswers
from monitor_labels.platforms import plain
from monitor_labels.task import Task, make_task
from monitor_labels.text_file import LabelsError
from tests.plugins.monitor_labels.made_answers import LABELS, write_pictures


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """Three pictures, kept in the folder `task`."""
    made = make_task(write_pictures(tmp_path / "faces", ["1.png", "2.png", "3.png"]), "csv", LABELS)
    made.write(tmp_path / "task")
    return made


def test_answers_are_kept_at_once_taken_back_and_never_doubled(task: Task, tmp_path: Path) -> None:
    own = OwnAnswers.open(tmp_path / "task", "ann")
    assert own.next(task) == "1.png"
    own.answer("1.png", "fear", 1.26)
    own.answer("1.png", "neutral", 0.1)
    own.answer("2.png", "neutral", 2.0)
    again = OwnAnswers.open(tmp_path / "task", "ann")
    assert again.labels == {"1.png": "fear", "2.png": "neutral"}
    again.take_back()
    assert again.next(task) == "2.png"
    (row,) = plain.read(own.path, "utf-8")
    assert (row.task, row.worker, row.label, row.seconds) == ("1.png", "ann", "fear", "1.3")
    again.take_back()
    again.take_back()
    assert OwnAnswers.open(tmp_path / "task", "ann").labels == {}


@pytest.mark.parametrize("name", ["", "../ann", " ann", "a/b"])
def test_names_that_cannot_be_part_of_a_file_are_refused(task: Task, tmp_path: Path, name: str) -> None:
    with pytest.raises(LabelsError, match="letters, digits"):
        OwnAnswers.open(tmp_path / "task", name)


def opened() -> AppTest:
    page = AppTest.from_string("from monitor_labels import annotate_page\nannotate_page.draw()", default_timeout=300)
    page.run()
    assert not page.exception
    return page


def test_the_page_goes_from_picture_to_picture_and_back(task: Task, tmp_path: Path) -> None:
    page = opened()
    assert "Give a name" in page.info[0].value
    page.text_input(key="annotate_worker").set_value("ann").run()
    page.button(key="annotate_fear_1.png").click().run()
    assert OwnAnswers.open(Path("task"), "ann").labels == {"1.png": "fear"}
    page.button(key="annotate_back").click().run()
    assert OwnAnswers.open(Path("task"), "ann").labels == {}
    for picture in task.pictures:
        page.button(key=f"annotate_neutral_{picture}").click().run()
    assert not page.exception
    assert page.success[0].value == "All pictures are answered."
    assert "monitor labels import" in page.code[0].value


def test_a_name_is_asked_for_once_and_can_be_changed(task: Task, tmp_path: Path) -> None:
    page = opened()
    page.text_input(key="annotate_worker").set_value(" ann ").run()
    assert not page.text_input
    assert page.query_params["worker"] == ["ann"]
    page.button(key="annotate_other").click().run()
    page.text_input(key="annotate_worker").set_value("bob").run()
    page.button(key="annotate_fear_1.png").click().run()
    assert not page.exception
    assert OwnAnswers.open(Path("task"), "bob").labels == {"1.png": "fear"}
    assert OwnAnswers.open(Path("task"), "ann").labels == {}


def test_the_name_of_a_picture_stays_text(tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "faces", ["a*b*.png"])
    make_task(pictures, "csv", LABELS).write(tmp_path / "task")
    page = opened()
    page.text_input(key="annotate_worker").set_value("ann").run()
    assert not page.exception
    assert page.get("image")[0].proto.imgs[0].caption == r"a\*b\*.png"


def test_without_a_task_the_page_says_how_to_get_one(tmp_path: Path) -> None:
    assert "monitor labels annotate" in opened().info[0].value
