"""Keeps a recording on lease while a worker is at it, also within a step that takes longer than a lease does."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

from monitor.errors import MonitorError, StoreAway

log = logging.getLogger("monitor")

RENEWED_SECONDS = 5.0
"""A worker reports this often."""
MOST_STEP_SECONDS = 3600.0
"""A step that takes longer hangs; another may have the recording. To build a model's engine for a GPU takes minutes."""


def worker_name(process: int) -> str:
    """How the worker in a process of this machine is called in the queue."""
    return f"{socket.gethostname()}:{process}"


class Lease:
    """Renews it when it is entered and, in a thread of its own, until it is left."""

    def __init__(self, renew: Callable[[], bool], lost: Callable[[], None]) -> None:
        """`renew` says whether the recording is still this worker's; once it is not, `lost` is called. Where `renew`
        raises StoreAway, it is still."""
        self._renew, self._lost = renew, lost
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._stepped_at = time.monotonic()
        self.is_lost = False

    def note_step(self) -> None:
        """The worker has done another step, and does not hang."""
        self._stepped_at = time.monotonic()

    def __enter__(self) -> Self:
        self._renew_once()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _keep(self) -> None:
        while not (self.is_lost or self._over.wait(RENEWED_SECONDS)):
            if time.monotonic() - self._stepped_at > MOST_STEP_SECONDS:
                return
            self._renew_once()

    def _renew_once(self) -> None:
        try:
            self.is_lost = not self._renew()
        except StoreAway:
            return  # a run keeps what it records
        except MonitorError as error:
            log.error("%s", error)
            self.is_lost = True
        if self.is_lost:
            self._lost()
