"""What got slower since an earlier measurement: ratios are compared, not times, so that the machines may differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError

MOST_SLOWER = 0.15
"""Part by which a ratio may get worse."""
SAME = ("file", "every_seconds", "until_seconds", "analyzers", "streams")
"""What has to be measured alike for ratios to be comparable."""


def read_baseline(path: Path, now: Mapping[str, Any]) -> dict[str, Any]:
    """What `monitor bench --json` printed. Raises ConfigError where it is none, or of something else than `now`."""
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
        known = {key: before[key] for key in (*SAME, "ratios", "stages_alone")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"--baseline {path} is not what `monitor bench --json` prints ({type(error).__name__}: {error})"
        ) from None
    for key in SAME:
        if known[key] != now[key]:
            raise ConfigError(f"--baseline {path} was measured with {key} {known[key]!r}, not {now[key]!r}")
    return known


def slower(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """In words, each ratio that got worse by more than MOST_SLOWER; those that only one of the two has are left out."""
    return list(_slower_than_others(before["ratios"], now["ratios"])) + list(
        _slower_stages(before["stages_alone"], now["stages_alone"])
    )


def _slower_than_others(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in before.keys() & now.keys():
        for kind, words in (("speed", "speed"), ("thrift", "processor time")):
            was, found = before[name][kind]["median"], now[name][kind]["median"]
            if found < was * (1 - MOST_SLOWER):
                yield f"{words} against {name} {found:.2f}, was {was:.2f}"


def _slower_stages(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Stages whose processor time grew as a part of that of decoding one sample."""
    for name in sorted((before.keys() & now.keys()) - {"decode"}):
        was, found = (each[name]["processor_ms"] / each["decode"]["processor_ms"] for each in (before, now))
        if found > was / (1 - MOST_SLOWER):
            yield f"{name} takes {found:.2f} of decoding, was {was:.2f}"
