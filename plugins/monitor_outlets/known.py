"""What the store last said, for as long as it is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from monitor.errors import StoreAway

AWAY_SECONDS = 2.0
"""A store that is away is not asked again before; each time may take a while."""
MOST_KNOWN = 10_000
"""Answers that are kept, the newest."""

Answer = TypeVar("Answer")


class Known(Generic[Answer]):
    """Asks the store, and goes by its last answer while it is away."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Answer] = {}
        self._ask_at = 0.0

    def __call__(self, question: Hashable, ask: Callable[[], Answer], otherwise: Answer) -> Answer:
        """What `ask` answers, or where that raises StoreAway, what it answered to `question` the last time;
        `otherwise` where it never did."""
        if time.monotonic() >= self._ask_at:
            try:
                answer = ask()
            except StoreAway:
                self._ask_at = time.monotonic() + AWAY_SECONDS
            else:
                self._answers.pop(question, None)
                self._answers[question] = answer
                if len(self._answers) > MOST_KNOWN:
                    del self._answers[next(iter(self._answers))]
                return answer
        return self._answers.get(question, otherwise)
