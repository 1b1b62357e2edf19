"""How far a session was read, as a few numbers that fit into the id of an event."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

NOBODY = (-1.0, 0)
"""Before the first end of a track."""
PART = re.compile(r"([ofgmn])(\d{1,18})|l(\d{1,18})|([wp])(\d{1,18})-(\d{1,18})|e(\d{1,18})-([0-9a-f]{16})-(\d{1,18})")


@dataclass(frozen=True)
class Cursor:
    """How far a session was read; as text it names an event."""

    observation: int = 0
    """Number of the last observation told, and so on."""
    fault: int = 0
    gap: int = 0
    mark: int = 0
    """Number in the log of the last change of a mark told,"""
    name: int = 0
    """and of the last change of who a track is."""
    lasting: frozenset[int] = frozenset()
    """Gaps that were told while they lasted: their ends are still to be told."""
    windows: Mapping[int, int] = field(default_factory=dict)
    """Source -> the last window told."""
    people: Mapping[int, int] = field(default_factory=dict)
    """Source -> the last person told."""
    ended: Mapping[int, tuple[float, int]] = field(default_factory=dict)
    """Source -> the last end of a track told: when it was last seen, and its number."""

    def __str__(self) -> str:
        single = {"o": self.observation, "f": self.fault, "g": self.gap, "m": self.mark, "n": self.name}
        parts = [f"{letter}{number}" for letter, number in single.items()]
        parts += [f"l{gap}" for gap in sorted(self.lasting)]
        parts += [f"w{source}-{number}" for source, number in sorted(self.windows.items())]
        parts += [f"p{source}-{number}" for source, number in sorted(self.people.items())]
        ended = sorted(self.ended.items())
        return ".".join(parts + [f"e{source}-{_hexadecimal(last)}-{track}" for source, (last, track) in ended])

    @classmethod
    def parse(cls, text: str) -> Self:
        """The cursor that `str` made; raises ValueError for any other text.

        >>> str(Cursor.parse("o12.f0.g3.m0.n0.l3.w1-7"))
        'o12.f0.g3.m0.n0.l3.w1-7'
        """
        single: dict[str, int] = {}
        lasting: set[int] = set()
        by_source: dict[str, dict[int, int]] = {"w": {}, "p": {}}
        ended: dict[int, tuple[float, int]] = {}
        for part in text.split("."):
            match = PART.fullmatch(part)
            if match is None:
                raise ValueError(f"{part[:40]!r} is no part of a cursor")
            letter, number, lasts, of_source, source, last, of_end, seconds, track = match.groups()
            if letter:
                single[letter] = int(number)
            elif lasts:
                lasting.add(int(lasts))
            elif of_source:
                by_source[of_source][int(source)] = int(last)
            else:
                ended[int(of_end)] = _seconds(seconds), int(track)
        observation, fault, gap, mark, name = (single.get(letter, 0) for letter in "ofgmn")
        return cls(observation, fault, gap, mark, name, frozenset(lasting), by_source["w"], by_source["p"], ended)


def _hexadecimal(seconds: float) -> str:
    """All 64 bits of a number: it is compared with those in the database, and must be the very same."""
    return struct.pack(">d", seconds).hex()


def _seconds(hexadecimal: str) -> float:
    """What `_hexadecimal` wrote. Raises ValueError for what is no number."""
    (seconds,) = struct.unpack(">d", bytes.fromhex(hexadecimal))
    if seconds != seconds:
        raise ValueError(f"{hexadecimal!r} is no part of a cursor")
    return float(seconds)
