"""The dashboard beside a command, whichever plugin brings it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import MonitorError
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
    port = settings.dashboard_port
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        return f"no dashboard can be served at 127.0.0.1:{port} ({reason}); --dashboard-port takes another port"
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
