"""`python -m monitor_dashboard.serve PORT ADDRESS`: the server process behind `monitor dashboard`."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import psutil

APP = Path(__file__).with_name("app.py")
LOOK_SECONDS = 0.5


def main(port: str, address: str) -> None:
    """Serve the pages until this process is told to end, or the process that started it is gone."""
    threading.Thread(target=_end_with, args=(psutil.Process(os.getppid()),), daemon=True).start()
    from streamlit.web.cli import main as streamlit

    arguments = ["run", str(APP)]
    for name, value in options(port, address).items():
        arguments += [f"--{name}", value]
    streamlit(arguments)


def options(port: str, address: str) -> dict[str, str]:
    """Streamlit's options: nothing is fetched from or reported to anywhere, and the theme follows the browser's."""
    return {
        "server.port": port,
        "server.address": address,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "type",
        "client.showErrorLinks": "false",
        "logger.level": "warning",
        "theme.light.primaryColor": "#1f8a84",  # not theme.primaryColor, which would fix the theme to light
        "theme.dark.primaryColor": "#2fa7a0",
    }


def _end_with(parent: psutil.Process) -> None:
    """A parent that was killed could not end its server, which would hold the port for ever."""
    while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
        time.sleep(LOOK_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
