"""Alerts, which are rules of the settings watched while a run goes on, and outlets, to which alerts and figures go.

What needs the store is imported when the factory below is called, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.plugin import Register, hookimpl

if TYPE_CHECKING:
    from monitor.plugin import Sink


@hookimpl
def register_sinks(register: Register) -> None:
    register("outlets", make_outlets, default=True)


def make_outlets() -> Sink:
    """The sink that watches alerts and feeds the outlets, where there are any."""
    from monitor_outlets.late_sink import LateSink

    return LateSink()
