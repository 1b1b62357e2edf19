"""A worker as a process of its own. Whoever begins one loads nothing here of what it analyses with."""

from __future__ import annotations

import logging
import signal
import sys
from typing import Any

from monitor.commands.error_line import print_error
from monitor.errors import MonitorError
from monitor.plugin.registry import Plugins
from monitor.settings import Settings


def work(settings: dict[str, Any], recipe: str, parent: int, stay: bool) -> None:
    """Empty the queue; SIGTERM stops it, Ctrl-C is left to the process that started this one.

    It ends with EXIT_CODE, having said why on standard error, where models or store do not open.
    """
    from monitor_archive.worker import Worker

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(format="monitor: %(message)s", level=logging.WARNING)
    try:
        read = Settings(**settings)
        plugins = Plugins(read.plugins.disabled)
        worker = Worker(read, plugins, recipe, parent, stay=stay)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        with plugins.in_use():
            worker()
    except MonitorError as error:
        sys.exit(print_error(error))
