"""How an archive would go on a cluster of any size, by a simulation of the queue.

The model: workers, one for every CORES_EACH cores, all begin at once and load their models. A worker takes the largest
recording of the queue that is free, as `monitor.store.queue.take` does, where the longest stands for the largest. It is
done with it after the overhead of a recording and its length divided by the speed of one worker. A recording in pieces
is free when its pieces have ended; going through the whole takes its length divided by the speed of decoding. A worker
that finds nothing free ends, and one that is begun for what becomes free later loads its models again. Each worker
writes two transactions a second; where the database would be busy for more than all of the time, analysis takes
longer by that factor. Machines are alike, nothing dies, and the network is no limit.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from monitor_archive.division import begins

TRANSACTIONS_PER_SECOND = 2.0
"""Of each worker, as `monitor.store.Recorder` writes them."""
EVERY_SECONDS = 0.5
"""Between two samples."""
QUANTILES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 1.0)
TALK_SECONDS = (135, 269, 350, 510, 639, 746, 848, 937, 1010, 1087, 1190, 1306, 1765, 2152, 3764, 5256)
"""Lengths of the 2,550 talks on ted.com up to September 2017: their QUANTILES, in seconds."""


@dataclass(frozen=True)
class Model:
    """What one worker needs, in seconds of wall clock."""

    speed: float
    """Seconds of a recording that it analyses in a second."""
    decode_speed: float
    """Seconds of a recording that it decodes in a second."""
    start_seconds: float
    """To load its models."""
    overhead_seconds: float
    """For each recording, and each piece, beyond its analysis."""
    database_ms: float
    """That a core of the database is busy with one transaction."""
    database_cores: int = 1


@dataclass(frozen=True)
class Outcome:
    """How a simulated archive went."""

    seconds: float
    """From the start to the end of the last recording."""
    efficiency: float
    """Share of the workers' time in which they analysed: lengths divided by speed, over workers times `seconds`."""
    database_busy: float
    """Share of the time; more than 1 where the database was the limit."""


def lengths(number: int, seed: int) -> NDArray[np.float64]:
    """Seconds of so many recordings, drawn from the lengths of talks, straight lines between their quantiles."""
    places = np.random.default_rng(seed).random(number)
    return np.interp(places, QUANTILES, TALK_SECONDS)


def simulate(recordings: Sequence[float], workers: int, model: Model, piece_seconds: float | None = None) -> Outcome:
    """How recordings of these lengths go with so many workers."""
    busy = workers * 1e-3 * model.database_ms * TRANSACTIONS_PER_SECOND / model.database_cores
    second = max(1.0, busy) / model.speed
    waiting: list[tuple[float, int, float, int | None]] = []
    """Minus the length; what tells tasks of one length apart; seconds of work; the recording that it is a piece of."""
    pieces: dict[int, int] = {}
    """Recording -> pieces that have not ended."""
    numbers = count()
    for recording, seconds in enumerate(recordings):
        starts = [0.0] if piece_seconds is None else begins(seconds, piece_seconds, EVERY_SECONDS)
        if len(starts) > 1:
            pieces[recording] = len(starts)
        for start, until in zip(starts, [*starts[1:], seconds], strict=True):
            work = model.overhead_seconds + (until - start) * second
            waiting.append((start - until, next(numbers), work, recording if len(starts) > 1 else None))
    heapq.heapify(waiting)
    free = [model.start_seconds] * workers
    """When each worker is free."""
    under_way: list[tuple[float, int]] = []
    """When each piece that somebody has ends, and its recording."""
    end = 0.0
    while waiting or under_way:
        now = heapq.heappop(free)
        if not waiting and under_way[0][0] > now:
            heapq.heappush(free, under_way[0][0] + model.start_seconds)
            continue
        while under_way and under_way[0][0] <= now:
            recording = heapq.heappop(under_way)[1]
            pieces[recording] -= 1
            if not pieces[recording]:
                work = model.overhead_seconds + recordings[recording] / model.decode_speed
                heapq.heappush(waiting, (-recordings[recording], next(numbers), work, None))
        if waiting:
            _, _, work, piece_of = heapq.heappop(waiting)
            now += work
            end = max(end, now)
            if piece_of is not None:
                heapq.heappush(under_way, (now, piece_of))
        heapq.heappush(free, now)
    return Outcome(end, sum(recordings) / model.speed / (workers * end), busy)
