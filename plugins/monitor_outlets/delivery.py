"""Carries messages to one outlet in a thread of its own: nobody waits for it, and it gives up on nothing by itself."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from monitor_outlets.outlet import Message, Outlet, OutletError, RefusedError

MOST_AT_ONCE = 100
"""Messages that an outlet gets in one call."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0
"""After a failure it is tried again after 1 s, 2 s, 4 s and so on."""
CLOSE_SECONDS = 5.0
"""How long the end of a run waits for what is still on its way."""

WORKS, IS_DOWN, REFUSES = "works", "is down", "refuses"

log = logging.getLogger("monitor")


class Delivery:
    """A queue of limited length before an outlet; the oldest messages are dropped, and counted, where it is full."""

    def __init__(
        self,
        name: str,
        make: Callable[[], Outlet],
        most_waiting: int,
        *,
        first_wait_seconds: float = FIRST_WAIT_SECONDS,
    ) -> None:
        """`make` connects nothing yet: that is for the first `send`."""
        self.name = name
        self.sent = self.dropped = self.refused = 0
        self._outlet = make()
        self._waiting: deque[Message] = deque()
        self._most_waiting = most_waiting
        self._first_wait_seconds = first_wait_seconds
        self._changed = threading.Condition()
        self._closing = False
        self._trouble: str | None = None
        self._state = WORKS
        self._thread = threading.Thread(target=self._run, name=f"outlet {name}", daemon=True)
        self._thread.start()

    def put(self, message: Message) -> None:
        """Send it as soon as may be; returns at once."""
        with self._changed:
            self._waiting.append(message)
            if len(self._waiting) > self._most_waiting:
                self._waiting.popleft()
                self.dropped += 1
            self._changed.notify_all()

    def take_trouble(self) -> str | None:
        """What went wrong, once for each time that it began to; None where nothing new did."""
        with self._changed:
            trouble, self._trouble = self._trouble, None
            return trouble

    def close(self, wait_seconds: float = CLOSE_SECONDS) -> None:
        """Send what waits, for no longer than that and not at all where nothing works, and end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(wait_seconds)
        if trouble := self.take_trouble():
            log.warning("%s", trouble)
        with self._changed:
            lost = self.dropped + len(self._waiting)
        if lost or self.refused:
            log.warning(
                "outlet %s: %d messages were sent, %d were dropped and %d refused",
                self.name,
                self.sent,
                lost,
                self.refused,
            )

    def _run(self) -> None:
        try:
            wait_seconds = self._first_wait_seconds
            while batch := self._next():
                if self._send(batch):
                    wait_seconds = self._first_wait_seconds
                    continue
                with self._changed:
                    self._changed.wait_for(lambda: self._closing, wait_seconds)
                    if self._closing:
                        return
                wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)
        finally:
            self._outlet.close()

    def _next(self) -> list[Message]:
        """The oldest messages, which stay in the queue; empty when all is sent and nothing more will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return list(self._waiting)[:MOST_AT_ONCE]

    def _send(self, batch: Sequence[Message]) -> bool:
        """Whether the outlet is done with the batch. What it raises by mistake counts as a refusal."""
        try:
            self._outlet.send(batch)
        except OutletError as error:
            self._turn(IS_DOWN, str(error))
            return False
        except Exception as error:
            self._turn(REFUSES, str(error) if isinstance(error, RefusedError) else f"{type(error).__name__}: {error}")
            self.refused += len(batch)
        else:
            self._turn(WORKS, "works again")
            self.sent += len(batch)
        self._leave_out(batch)
        return True

    def _turn(self, state: str, words: str) -> None:
        """Note how the outlet is; what is wrong is said once for as long as it stays so."""
        with self._changed:
            if state != self._state:
                self._state = state
                self._trouble = None if state == WORKS else f"outlet {self.name}: {words}"
                if state == WORKS:
                    log.info("outlet %s %s", self.name, words)

    def _leave_out(self, batch: Sequence[Message]) -> None:
        """Take a batch out of the queue, as far as it was not dropped meanwhile."""
        done = {id(message) for message in batch}
        with self._changed:
            while self._waiting and id(self._waiting[0]) in done:
                self._waiting.popleft()
