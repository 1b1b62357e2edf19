"""The page that labels pictures, used by keyboard in a real browser."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from monitor_labels.task import make_task
from tests.plugins.monitor_labels.made_answers import LABELS, write_pictures


def test_pictures_are_labelled_by_keyboard(
    page: Page, store_path: Path, serve_dashboard: Callable[[Path], str], tmp_path: Path
) -> None:
    make_task(write_pictures(tmp_path / "faces", ["1.png", "2.png", "3.png"]), "csv", LABELS).write(tmp_path / "task")
    page.goto(f"{serve_dashboard(store_path)}/annotate?task={tmp_path / 'task'}")
    page.get_by_label("Your name").fill("ann")
    page.keyboard.press("Enter")
    expect(page.get_by_text("0 of 3")).to_be_visible()
    expect(page.locator("[data-testid=stImage] img")).to_have_js_property("naturalWidth", 16)
    for key, said in (("3", "1 of 3"), ("1", "2 of 3"), ("Backspace", "1 of 3"), ("2", "2 of 3"), ("2", "3 of 3")):
        expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()  # keys wait for buttons
        page.keyboard.press(key)
        expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_text("All pictures are answered.")).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    with (tmp_path / "task" / "answers-ann.csv").open(encoding="utf-8") as file:
        rows = [(row["task"], row["label"]) for row in csv.DictReader(file)]
    assert rows == [("1.png", "fear"), ("2.png", "happiness"), ("3.png", "happiness")]
