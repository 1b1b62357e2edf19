"""Tasks: pictures, labels, and the file that keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.emotions import SEVEN
from monitor_labels.task import FILE, Task, make_task
from monitor_labels.text_file import LabelsError
from tests.plugins.monitor_labels.made_answers import write_pictures


def test_a_task_holds_all_pictures_below_its_folder_and_is_read_back(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "faces", ["10.png", "2.png", "more/a b.jpg", ".hidden/3.png"])
    (folder / "notes.txt").write_text("not a picture")
    task = make_task(folder, "csv")
    assert task.pictures == ("2.png", "10.png", "more/a b.jpg")
    assert task.labels == SEVEN
    task.write(tmp_path / "task")
    assert Task.read(tmp_path / "task") == task


@pytest.mark.parametrize("labels", [["anger"], ["anger", "anger"], ["anger", ""], [str(n) for n in range(11)]])
def test_labels_must_be_two_to_ten_different_words(tmp_path: Path, labels: list[str]) -> None:
    with pytest.raises(LabelsError, match="2 to 10 different words"):
        make_task(write_pictures(tmp_path, ["1.png"]), "csv", labels)


def test_folders_without_pictures_and_damaged_tasks_are_named(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="nowhere is not a folder"):
        make_task(tmp_path / "nowhere", "csv")
    with pytest.raises(LabelsError, match="holds no picture"):
        make_task(tmp_path, "csv")
    with pytest.raises(LabelsError, match=r"task.json is missing: .* `monitor labels task`"):
        Task.read(tmp_path)
    (tmp_path / FILE).write_text('{"labels": []}')
    with pytest.raises(LabelsError, match=r"task.json is damaged"):
        Task.read(tmp_path)
