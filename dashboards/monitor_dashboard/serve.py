"""`python -m monitor_dashboard.serve PORT ADDRESS [CERTIFICATE KEY]`: the server process behind `monitor dashboard`."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

PAGES = Path(__file__).with_name("app.py")
LOOK_SECONDS = 0.5


def main(port: str, address: str, *certificate_and_key: str) -> None:
    """Serve the pages until this process is told to end, or the process that started it is gone."""
    threading.Thread(target=_end_with, args=(psutil.Process(os.getppid()),), daemon=True).start()
    from starlette.middleware import Middleware
    from streamlit.starlette import App

    from monitor.store.database import Database
    from monitor_dashboard import entrance, page_head, recordings, scripts
    from monitor_dashboard.opened import settings
    from monitor_dashboard.options import DashboardOptions, asks_for_token

    threading.Thread(target=_prepare, daemon=True).start()
    _ask_nobody()
    middleware = [Middleware(scripts.Scripts), Middleware(page_head.PageHead)]
    read = settings()
    own = DashboardOptions.model_validate(read.options.commands.get("dashboard", {}))
    if asks_for_token(address, read.store, own):
        middleware.insert(0, Middleware(entrance.Entrance, Database(read.store)))
    app = App(PAGES, routes=recordings.routes(own.hosts), middleware=middleware)
    app.run(config=options(int(port), address, *certificate_and_key))


def options(port: int, address: str, certificate: str = "", key: str = "") -> dict[str, Any]:
    """Streamlit's options: nothing is fetched from or reported to anywhere, and the theme follows the browser's."""
    return {
        "server.port": port,
        "server.address": address,
        "server.sslCertFile": certificate or None,
        "server.sslKeyFile": key or None,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "type",
        "client.showErrorLinks": False,
        "logger.level": "warning",
        "theme.light.primaryColor": "#1f8a84",  # not theme.primaryColor, which would fix the theme to light
        "theme.dark.primaryColor": "#2fa7a0",
    }


def _ask_nobody() -> None:
    """Keep Streamlit from asking a host on the internet for this machine's address there, as it does where it is served
    at all addresses, and for pages of an origin that it does not know."""
    from streamlit import net_util

    net_util.get_external_ip = lambda: None


def _prepare() -> None:
    """Import what the first page needs, and compress its scripts, before somebody waits for it.

    What is imported stays for good, so the garbage collection that Streamlit does after each run of a page, and so at
    each refresh of the live page, need not look through it: that would take as long as the reading of a page.
    """
    from monitor_dashboard import scripts

    scripts.prepare()
    for name in ("monitor_dashboard.live", "monitor_dashboard.session"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _end_with(parent: psutil.Process) -> None:
    """A parent that was killed could not end its server, which would hold the port for ever."""
    while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
        time.sleep(LOOK_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
