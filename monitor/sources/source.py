"""What every source gives: frames sampled from a video, a folder of pictures or a live stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from monitor.sample import Frame


@dataclass(frozen=True)
class Gap:
    """A live source went away; the next frame ends the gap."""

    seconds: float
    """Stream time of the last picture before the gap."""
    reason: str


class Source(Protocol):
    """Something that can be watched. One thread reads `samples`; `stop` may be called from any other."""

    number: int
    """Its number in the run, from 1; every frame carries it."""
    name: str
    """As given by the user, without passwords."""
    kind: str
    """"file" and "pictures" wait until they are read; "live" does not."""
    duration_seconds: float | None
    """Length of the whole source, not only of the part that is watched; None where nobody knows."""
    frames_decoded: int
    """Pictures that the decoder has returned so far."""
    frames_dropped: Counter[str]
    """Pictures lost so far, by reason."""

    def samples(self) -> Iterator[Frame | Gap]:
        """Sampled frames in stream order, once; decoded in the thread that asks for them.

        Raises SourceError where the source cannot be read on (a disk or network failure) or nothing in it is readable.
        """

    def stop(self) -> None:
        """Make `samples` end soon, also where it waits for the network."""

    def close(self) -> None:
        """Let go of files, devices and connections, once nobody reads `samples` any more."""
