"""Analyzers and a face detector that several runs use at the same time: loaded once, each takes its calls in turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.engine.models import close_later
from monitor.plugin.contracts import Analyzer, FaceDetector
from monitor.sample import Face, Observation, Sample


class Turns:
    """A lock that is given in the order in which it is asked for: who asks without pause keeps nobody out.

    `took` is told how many seconds each turn was, without the wait for it.
    """

    def __init__(self, took: Callable[[float], None] = lambda seconds: None) -> None:
        self._took = took
        self._began = 0.0
        self._changed = threading.Condition()
        self._asked = 0
        self._served = 0

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return max(0, self._asked - self._served - 1)

    def __enter__(self) -> None:
        with self._changed:
            place = self._asked
            self._asked += 1
            self._changed.wait_for(lambda: self._served == place)
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        seconds = time.perf_counter() - self._began
        with self._changed:
            self._served += 1
            self._changed.notify_all()
        self._took(seconds)


class SharedAnalyzer:
    """An analyzer that others use too: it declares what that declares, and closing it does nothing."""

    def __init__(self, analyzer: Analyzer, turns: Turns) -> None:
        self._analyzer = analyzer
        self._turns = turns

    def __getattr__(self, declared: str) -> Any:
        return getattr(self._analyzer, declared)

    def analyze(self, samples: Sequence[Sample]) -> list[list[Observation]]:
        with self._turns:
            return self._analyzer.analyze(samples)

    def close(self) -> None:
        pass


class SharedDetector:
    """A face detector that others use too: it follows faces where that does, and closing it does nothing."""

    def __init__(self, detector: FaceDetector, turns: Turns) -> None:
        self._detector = detector
        self._turns = turns
        follow = getattr(detector, "follow", None)
        if follow is not None:
            self.follow = partial(self._in_turn, follow)

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        with self._turns:
            return self._detector.detect(image)

    def _in_turn(self, call: Callable[..., Any], *asked: Any) -> Any:
        with self._turns:
            return call(*asked)

    def close(self) -> None:
        pass


class SharedModels:
    """What runs with the same options share; any thread may use it. `close` gives everything back."""

    def __init__(self, took: Callable[[str, float], None] = lambda stage, seconds: None) -> None:
        """`took` is told of each call: the name of the analyzer, or `faces`, and how many seconds it was."""
        self._took = took
        self._cleanup = ExitStack()
        self._loading = threading.Lock()
        self._analyzers: dict[str, SharedAnalyzer] = {}
        self._detector: SharedDetector | None = None
        self._turns: list[Turns] = []

    @property
    def waiting(self) -> int:
        """Calls that wait for a model which others use."""
        return sum(turns.waiting for turns in self._turns)

    def analyzer(self, name: str, make: Callable[[], Analyzer]) -> Analyzer:
        """The analyzer `name`, which is made where it is not there yet. A temporal one remembers the stream that it
        follows, so that everybody gets one of their own."""
        with self._loading:
            if name in self._analyzers:
                return self._analyzers[name]
            analyzer = make()
            if getattr(analyzer, "temporal", False):
                return analyzer
            close_later(self._cleanup, name, analyzer.close)
            self._analyzers[name] = SharedAnalyzer(analyzer, self._turn(name))
            return self._analyzers[name]

    def detector(self, make: Callable[[], FaceDetector]) -> FaceDetector:
        """The face detector, which is made where it is not there yet."""
        with self._loading:
            if self._detector is None:
                detector = make()
                close_later(self._cleanup, "the face detector", detector.close)
                self._detector = SharedDetector(detector, self._turn("faces"))
            return self._detector

    def close(self) -> None:
        """Give everything back; nobody may use it any more."""
        self._cleanup.close()

    def _turn(self, stage: str) -> Turns:
        self._turns.append(Turns(partial(self._took, stage)))
        return self._turns[-1]
