"""Times as people write them."""

from __future__ import annotations

import math

from monitor.errors import ConfigError


def parse_seconds(text: str) -> float:
    """Seconds of a time such as `95.5`, `1:35.5` or `0:01:35,5`. Raises ConfigError.

    >>> parse_seconds("1:35.5"), parse_seconds("01:01:35,5")
    (95.5, 3695.5)
    """
    parts = text.strip().replace(",", ".").split(":")
    try:
        values = [float(part) for part in parts]
    except ValueError:
        values = []
    late = any(not 0 <= value < 60 for value in values[1:])
    if not 1 <= len(values) <= 3 or late or not all(math.isfinite(value) and value >= 0 for value in values):
        raise ConfigError(f"{text!r} is not a time; write seconds, as 95.5, or minutes and hours, as 1:35.5 or 1:01:35")
    return math.fsum(value * 60.0**power for power, value in enumerate(reversed(values)))
