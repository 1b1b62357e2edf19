"""Outlets: where alerts and figures are sent while a run goes on, one file each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from monitor.store import Session
from monitor_outlets.options import OutletsOptions
from monitor_outlets.outlet import Outlet
from monitor_outlets.outlets.lsl import Lsl
from monitor_outlets.outlets.mqtt import Mqtt
from monitor_outlets.outlets.osc import Osc
from monitor_outlets.outlets.webhook import Webhook


def outlets_of(options: OutletsOptions, session: Session) -> dict[str, Callable[[], Outlet]]:
    """What makes each outlet that has a section, by name."""
    values = {
        analyzer: [*labels, *(measure.name for measure in session.measures.get(analyzer, []))]
        for analyzer, labels in session.labels.items()
    }
    made: dict[str, Callable[[], Outlet]] = {}
    if options.webhook:
        made["webhook"] = partial(Webhook, options.webhook)
    if options.mqtt:
        made["mqtt"] = partial(Mqtt, options.mqtt)
    if options.osc:
        made["osc"] = partial(Osc, options.osc)
    if options.lsl:
        made["lsl"] = partial(Lsl, options.lsl, values)
    return made
