"""`monitor dashboard`: serve the pages that show what the store holds."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import ConfigError, MonitorError
from monitor.settings import load_settings

SERVER = "monitor_dashboard.serve"
"""Run as a process and never imported: the engine imports no plugin."""
START_SECONDS = 60.0
"""Longest wait for the server's first answer; Streamlit's imports take a few seconds on a slow machine."""


def dashboard(
    store: Annotated[str | None, typer.Option(help="Path of an SQLite file, or any SQLAlchemy URL.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the pages; 8501 by default.")] = None,
    address: Annotated[str, typer.Option(help="Address to serve at; 0.0.0.0 opens it to the network.")] = "127.0.0.1",
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """Serve the dashboard until Ctrl-C: live pictures, shares, people and stream health of every session."""
    settings = load_settings(config, store=store, dashboard_port=port)
    server = start(settings.store, settings.dashboard_port, address, config=config)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as cleanly as Ctrl-C does
    print(f"Dashboard at {page_address(address, settings.dashboard_port)} (Ctrl-C ends it)", file=sys.stderr)
    try:
        code = server.wait()
    except KeyboardInterrupt:
        return
    finally:
        stop(server)
    raise MonitorError(f"the dashboard ended by itself with exit code {code}; what it said is above")


def start(
    store_address: str, port: int, address: str = "127.0.0.1", *, config: Path | None = None
) -> subprocess.Popen[bytes]:
    """A dashboard that answers at `port`, as a process of its own; end it with `stop`.

    Raises ConfigError where the port is taken, MonitorError where no dashboard is installed or it does not come up.
    """
    _check_port(address, port)
    if importlib.util.find_spec(SERVER.split(".")[0]) is None:
        raise MonitorError(f"no dashboard is installed here: package {SERVER.split('.')[0]} is missing")
    command = [sys.executable, "-m", SERVER, str(port), address]
    variables = {"MONITOR_STORE": store_address}  # not an argument: a database URL may hold a password
    if config is not None:
        variables["MONITOR_CONFIG"] = str(config)
    server = subprocess.Popen(
        command,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches this process, which then ends the server
    )
    try:
        _wait(server, f"{page_address(address, port)}/_stcore/health")
    except BaseException:
        stop(server)
        raise
    return server


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a dashboard that `start` started."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def page_address(address: str, port: int) -> str:
    """What to type into a browser on this machine."""
    host = "127.0.0.1" if address in ("", "0.0.0.0", "::") else address
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _check_port(address: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
            probe.bind((address, port))
    except OSError as error:
        raise ConfigError(
            f"the dashboard cannot be served at {address}:{port} ({error.strerror}); choose another with --port"
        ) from None


def _wait(server: subprocess.Popen[bytes], health: str) -> None:
    """Return when the server answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise MonitorError(f"the dashboard did not start (exit code {server.returncode}); what it said is above")
        try:
            with urllib.request.urlopen(health, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise MonitorError(f"the dashboard did not answer at {health} within {START_SECONDS:g} s")
