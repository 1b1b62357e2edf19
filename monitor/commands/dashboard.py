"""The dashboard beside a command, whichever plugin brings it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import ConfigError, MonitorError
from monitor.live.background_server import listen
from monitor.plugin import Server, Serving
from monitor.plugin.registry import plugins_in_use
from monitor.settings import Settings

NAME = "dashboard"
"""The command of that name, where it is a server, is the dashboard."""


def installed_dashboard() -> Server | None:
    """The dashboard, where a plugin brings one."""
    registration = plugins_in_use().commands.get(NAME)
    thing = None if registration is None else registration.loaded()
    return thing if isinstance(thing, Server) else None


def refused_port(settings: Settings) -> str:
    """Why the dashboard cannot be served beside a command at its port, and what to do; empty where it can."""
    address, port = "127.0.0.1", settings.dashboard_port
    try:
        listen(
            address,
            port,
            lambda reason: (
                f"no dashboard can be served at {address}:{port} ({reason}); --dashboard-port takes another port"
            ),
        ).close()
    except ConfigError as error:
        return str(error)
    return ""


@contextmanager
def dashboard_beside(settings: Settings, config: Path | None) -> Iterator[Serving]:
    """Serves the dashboard while inside, having printed its address. Raises MonitorError where there is none."""
    server = installed_dashboard()
    if server is None:
        raise MonitorError("no plugin brings a dashboard; `monitor plugins list` shows what there is")
    serving = server.start(settings, config)
    try:
        print(f"dashboard: {serving.address}", file=sys.stderr)
        yield serving
    finally:
        serving.stop()
