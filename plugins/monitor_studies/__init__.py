"""Studies: events of recordings, conditions, and whether a change is more than chance.

Commands and pages import their libraries when they are used, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.plugin import Command, Page, Register, hookimpl

if TYPE_CHECKING:
    from monitor.plugin import Sink
    from monitor_studies.finding.search import Search


@hookimpl
def register_commands(register: Register) -> None:
    about = (
        "Mark a moment (--at) or a stretch (--from, --to) of a session. `monitor events undo SESSION` takes it back."
    )
    register("mark", Command("monitor_studies.commands.mark:mark", about))
    about = "Shares of a session with their 95 % intervals, whole or for each annotation of a tier."
    register("shares", Command("monitor_studies.commands.compare:shares", about))
    about = "Compare sessions, groups of sessions, or what lies before and after: first side minus second."
    register("compare", Command("monitor_studies.commands.compare:compare", about))
    about = "List, change and exchange the events of a session."
    register("events", Command("monitor_studies.commands.events:events_app", about))
    about = "Compare sessions as a study file says, and check the statistics."
    register("study", Command("monitor_studies.commands.study:study_app", about))


@hookimpl
def register_sinks(register: Register) -> None:
    from monitor_studies.finding.search import Search

    register("event-search", make_events_sink, options=Search)


def make_events_sink(search: Search) -> Sink:
    """The sink that searches a session for events when its run ends."""
    from monitor_studies.finding.sink import EventsSink

    return EventsSink(search)


@hookimpl
def register_pages(register: Register) -> None:
    register("compare", Page("Compare", _draw_compare, icon=":material/compare_arrows:"))


def _draw_compare() -> None:
    from monitor_studies import compare_page

    compare_page.draw()
