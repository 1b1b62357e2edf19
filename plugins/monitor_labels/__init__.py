"""Labels from people: the task for a crowd or a team, their answers, and what is probably true of each picture.

Commands and pages import their libraries when they are used, not before.
"""

from __future__ import annotations

from monitor.plugin import Command, Page, Register, hookimpl


@hookimpl
def register_commands(register: Register) -> None:
    about = "Labels from people: make a task, import the answers, judge the workers, clean the labels."
    register("labels", Command("monitor_labels.commands:labels_app", about))


@hookimpl
def register_pages(register: Register) -> None:
    register("labels", Page("Labels", _draw, icon=":material/how_to_vote:"))
    register("annotate", Page("Annotate", _draw_annotate, icon=":material/keyboard:"))


def _draw() -> None:
    from monitor_labels import page

    page.draw()


def _draw_annotate() -> None:
    from monitor_labels import annotate_page

    annotate_page.draw()
