from __future__ import annotations

import threading
from collections.abc import Sequence

from monitor_outlets.delivery import MOST_AT_ONCE, Delivery
from monitor_outlets.outlet import Message, OutletError, RefusedError


class Outlet:
    """Keeps what it is sent; waits while `open` is not set; fails as told."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.got: list[Message] = []
        self.batches: list[int] = []
        self.open = threading.Event()
        self.open.set()
        self.tried = threading.Event()
        self.closed = False

    def send(self, messages: Sequence[Message]) -> None:
        self.tried.set()
        self.open.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.got += messages
        self.batches.append(len(messages))

    def close(self) -> None:
        self.closed = True


def delivery(outlet: Outlet, most_waiting: int = 1000) -> Delivery:
    return Delivery("test", lambda: outlet, most_waiting, first_wait_seconds=0.0)


def numbered(count: int) -> list[Message]:
    return [{"number": number} for number in range(count)]


def test_everything_arrives_in_order_before_it_closes(caplog):
    outlet = Outlet()
    sending = delivery(outlet)
    for message in numbered(250):
        sending.put(message)
    sending.close(60)
    assert outlet.got == numbered(250)
    assert max(outlet.batches) <= MOST_AT_ONCE
    assert (sending.sent, sending.dropped, outlet.closed) == (250, 0, True)
    assert caplog.records == []


def test_what_failed_is_sent_again_and_said_once():
    outlet = Outlet(OutletError("gone"), OutletError("still gone"))
    sending = delivery(outlet)
    sending.put({"number": 0})
    while not outlet.got:
        outlet.tried.wait(1)
    sending.close(60)
    assert outlet.got == [{"number": 0}]
    assert sending.take_trouble() is None  # it works again


def test_a_dead_outlet_is_named_and_waits_for_nobody(caplog):
    outlet = Outlet(*[OutletError("gone")] * 1000)
    sending = Delivery("test", lambda: outlet, 10, first_wait_seconds=3600.0)
    sending.put({"number": 0})
    outlet.tried.wait()
    while (trouble := sending.take_trouble()) is None:
        pass
    assert trouble == "outlet test: gone"
    for message in numbered(30):
        sending.put(message)
    assert sending.take_trouble() is None
    sending.close(60)  # at once: nothing works
    assert (sending.sent, sending.dropped, outlet.closed) == (0, 21, True)
    assert caplog.messages == ["outlet test: 0 messages were sent, 31 were dropped and 0 refused"]


def test_a_slow_outlet_loses_the_oldest_and_counts_them():
    outlet = Outlet()
    outlet.open.clear()
    sending = delivery(outlet, most_waiting=5)
    sending.put({"number": -1})
    outlet.tried.wait()  # it holds the first one now
    for message in numbered(20):
        sending.put(message)
    outlet.open.set()
    sending.close(60)
    assert sending.dropped == 16
    assert [message["number"] for message in outlet.got] == [-1, 15, 16, 17, 18, 19]


def test_what_is_refused_is_not_tried_again(caplog):
    outlet = Outlet(RefusedError("no"), ValueError("a mistake in the outlet"))
    sending = delivery(outlet)
    for message in numbered(3):
        sending.put(message)
        while sending.sent + sending.refused < message["number"] + 1:
            outlet.tried.wait(1)
    sending.close(60)
    assert (sending.refused, sending.sent) == (2, 1)
    assert outlet.got == [{"number": 2}]
