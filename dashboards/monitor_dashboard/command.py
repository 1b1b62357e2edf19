"""`monitor dashboard`: serve the pages that show what the store holds."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import MonitorError
from monitor.live.background_server import ANY_ADDRESS, elsewhere, listen
from monitor.plugin import Server
from monitor.settings import Settings, load_settings

SERVER = "monitor_dashboard.serve"
"""A process of its own, so that Streamlit is not imported into this one."""
START_SECONDS = 60.0
"""Longest wait for the server's first answer; Streamlit's imports take a few seconds on a slow machine."""


def dashboard(
    store: Annotated[str | None, typer.Option(help="Path of an SQLite file, or any SQLAlchemy URL.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the pages; 8501 by default.")] = None,
    address: Annotated[str, typer.Option(help="Address to serve at; 0.0.0.0 opens it to the network.")] = "127.0.0.1",
    tls_certificate: Annotated[
        Path | None, typer.Option(help="PEM file of a certificate, to serve over HTTPS.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings to read instead of config.toml.")] = None,
) -> None:
    """Serve the dashboard until Ctrl-C: live pictures, shares, people and stream health of every session.

    At any address but this machine's own it asks for a token, and does not start before there is one: `monitor token`.
    """
    settings = load_settings(config, store=store, dashboard_port=port)
    server = start(settings, config, address, tls_certificate, tls_key)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as cleanly as Ctrl-C does
    try:
        print(f"Dashboard at {server.address}{elsewhere(address)} (Ctrl-C ends it)", file=sys.stderr)
        code = server.wait()
    except KeyboardInterrupt:
        return
    finally:
        server.stop()
    raise MonitorError(f"the dashboard ended by itself with exit code {code}; the reason is above")


@dataclass(frozen=True)
class DashboardProcess:
    """A dashboard that answers, in a process of its own."""

    address: str
    """What to type into a browser on this machine."""
    process: subprocess.Popen[bytes]

    def wait(self) -> int:
        """Return when it has ended: its exit code."""
        return self.process.wait()

    def stop(self) -> None:
        """End it; once more does no harm."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def start(
    settings: Settings,
    config: Path | None = None,
    address: str = "127.0.0.1",
    tls_certificate: Path | None = None,
    tls_key: Path | None = None,
) -> DashboardProcess:
    """A dashboard of the store in `settings`, which answers at its port; `config` is the file that they are from.

    Raises ConfigError where the port is taken, the certificate is none, or a token is asked for and there is none;
    MonitorError where it does not come up.
    """
    from monitor.live.certificate import Certificate
    from monitor_dashboard.options import asks_for_token, read_options

    options = read_options(settings)
    certificate = Certificate.read(tls_certificate or options.tls_certificate, tls_key or options.tls_key)
    port = settings.dashboard_port
    _check_port(address, port)
    asks_for_token(address, settings.store, options)
    variables = {"MONITOR_STORE": settings.store}  # not an argument: a database URL may hold a password
    if config is not None:
        variables["MONITOR_CONFIG"] = str(config)
    process = subprocess.Popen(
        [sys.executable, "-m", SERVER, str(port), address, *(certificate.files if certificate else ())],
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches this process, which then ends the server
    )
    server = DashboardProcess(page_address(address, port, "https" if certificate else "http"), process)
    try:
        _wait_for_answer(server)
    except BaseException:
        server.stop()
        raise
    return server


server = Server(dashboard, start)
"""The command, and what `monitor run --dashboard` starts."""


def page_address(address: str, port: int, scheme: str = "http") -> str:
    """What to type into a browser on this machine."""
    host = "127.0.0.1" if address in ANY_ADDRESS else address
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _check_port(address: str, port: int) -> None:
    listen(
        address,
        port,
        lambda reason: f"the dashboard cannot be served at {address}:{port} ({reason}); choose another with --port",
    ).close()


def _wait_for_answer(server: DashboardProcess) -> None:
    health = f"{server.address}/_stcore/health"
    anybody = ssl.create_default_context()  # it is this process' own server that is asked
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        code = server.process.poll()
        if code is not None:
            raise MonitorError(f"the dashboard did not start (exit code {code}); the reason is above")
        try:
            with urllib.request.urlopen(health, timeout=1, context=anybody):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise MonitorError(f"the dashboard did not answer at {health} within {START_SECONDS:g} s")
