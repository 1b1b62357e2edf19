"""Tells, before anything is decoded, which pictures of a stream will be sampled, so that others can be skipped."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

REORDER_LIMIT = 64
"""Packets looked ahead at most; codecs reorder within 16 pictures."""


class Timed(Protocol):
    """The timestamps of a packet, in any unit; None where the file does not say."""

    pts: int | None
    dts: int | None


P = TypeVar("P", bound=Timed)


def sampled(packets: Iterable[P], period: Callable[[int], int]) -> Iterator[tuple[P, bool]]:
    """Each packet, in decoding order, and whether its picture may be the first one shown in its period.

    `period(pts)` is the number of the sampling period, negative before the start. Pictures are decoded in another order
    than they are shown in, so a packet waits here until no earlier-shown picture can follow: decoding timestamps grow
    and never exceed presentation timestamps. Where timestamps are missing the answer is yes.
    """
    waiting: deque[P] = deque()
    first: dict[int, int] = {}  # period -> earliest pts in it

    def is_sampled(packet: P) -> bool:
        if packet.pts is None:
            return True
        number = period(packet.pts)
        for over in [known for known in first if known < number - REORDER_LIMIT]:
            del first[over]
        return number >= 0 and packet.pts == first.get(number, packet.pts)

    for packet in packets:
        waiting.append(packet)
        if packet.pts is not None:
            number = period(packet.pts)
            first[number] = min(first.get(number, packet.pts), packet.pts)
        while waiting and (len(waiting) > REORDER_LIMIT or _is_settled(waiting[0], packet)):
            head = waiting.popleft()
            yield head, is_sampled(head)
    for packet in waiting:
        yield packet, is_sampled(packet)


def _is_settled(head: Timed, newest: Timed) -> bool:
    return head.pts is None or newest.dts is None or head.pts <= newest.dts
