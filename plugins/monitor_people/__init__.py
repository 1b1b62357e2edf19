"""People: who is who across cuts and absences, how well each face is seen, and a person's hand in both.

OpenCV and what else is heavy is imported when one of the factories below is called, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.plugin import Command, Page, Register, hookimpl

if TYPE_CHECKING:
    from monitor.plugin import Analyzer, Sink
    from monitor_people.options import PeopleOptions


@hookimpl
def register_analyzers(register: Register) -> None:
    register("face-measures", make_face_measures, judges=True)


def make_face_measures() -> Analyzer:
    """The analyzer of pose, eyes, mouth, brows and how well a face is seen."""
    from monitor_people.face_measures import FaceMeasures

    return FaceMeasures()


@hookimpl
def register_sinks(register: Register) -> None:
    from monitor_people.options import PeopleOptions

    register("people", make_people, options=PeopleOptions, default=True)


def make_people(options: PeopleOptions) -> Sink:
    """The sink that says which tracks are one person. Raises ArtifactError where its model is damaged or missing."""
    from monitor_people.appearance.network import Appearance
    from monitor_people.identity.sink import PeopleSink

    return PeopleSink(lambda: Appearance(options.artifact, options.runtime), options.threshold)


@hookimpl
def register_commands(register: Register) -> None:
    about = "Say who the people of a session are: `monitor people 3 list`, `monitor people 3 name 1 Ann`."
    register("people", Command("monitor_people.commands:people_app", about))
    about = "Cut recordings out of CLIPS, analyse them, and compare the people found with those who are there."
    register("bench-people", Command("monitor_people.bench.command:bench_people", about))


@hookimpl
def register_pages(register: Register) -> None:
    link = "Name, join and part people"
    register("people", Page("People", _draw_people, icon=":material/group:", link=link))


def _draw_people() -> None:
    from monitor_people.page import page

    page.draw()
