"""Recordings that appear in a folder, once they are complete."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from monitor.errors import SourceError
from monitor.store.queue import File
from monitor_archive.files import Found, candidates, stated


class Arrivals:
    """Tells each recording when its size and time have stood still for `settled_seconds`, and again if they change
    later."""

    def __init__(
        self,
        folder: Path,
        pattern: str | None,
        settled_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._pattern, self._settled_seconds, self._clock = folder, pattern, settled_seconds, clock
        self._seen: dict[Path, tuple[tuple[int, float], float]] = {}
        """Path -> size and time of change, and since when they are so."""
        self._told: dict[Path, tuple[int, float]] = {}
        self._waiting: list[File] = []
        """Told, and not taken yet."""
        self._problems: set[str] = set()

    def taken(self) -> None:
        """What the last look told is in the queue, and need not be told again."""
        self._waiting.clear()

    def look(self) -> Found:
        """What has been completed and was not `taken` yet, and what could not be read, each problem once."""
        now, found = self._clock(), Found()
        seen: dict[Path, tuple[tuple[int, float], float]] = {}
        for path in map(Path, candidates([self._folder], self._pattern, found.problems)):
            try:
                stat = path.stat()
                state = (stat.st_size, stat.st_mtime)
                before, since = self._seen.get(path, (None, now))
                seen[path] = (state, since if before == state else now)
                if self._told.get(path) != state and now - seen[path][1] >= self._settled_seconds:
                    self._waiting.append(stated(path))
                    self._told[path] = state
            except (OSError, SourceError) as error:
                found.problems.append(str(error))
        self._seen = seen
        found.files = list(self._waiting)
        found.problems = [problem for problem in found.problems if problem not in self._problems]
        self._problems.update(found.problems)
        return found
