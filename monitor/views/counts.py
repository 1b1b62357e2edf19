"""How much of what was seen counts, in words."""

from __future__ import annotations

from monitor.quality import Gate


def counted_part(samples: int, counted: int) -> str:
    """How much of some samples is in the shares.

    >>> counted_part(200, 199), counted_part(200, 150), counted_part(0, 0)
    ('>99 %', '75 %', '')
    """
    if not samples:
        return ""
    part = 100 * counted / samples
    return ">99 %" if 99.5 <= part < 100 else "<1 %" if 0 < part < 0.5 else f"{part:.0f} %"


def number_of(count: int, thing: str, things: str = "") -> str:
    """A count and its noun; `things` is a plural that is not regular.

    >>> number_of(1, "session"), number_of(1200, "session"), number_of(2, "person", "people")
    ('1 session', '1,200 sessions', '2 people')
    """
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


def samples_in_words(samples: int, counted: int) -> str:
    """How many samples there are, and how much of them counts where that is not all.

    >>> samples_in_words(1200, 1200), samples_in_words(200, 150)
    ('1,200 samples', '200 samples, 75 % counted')
    """
    all_of_them = number_of(samples, "sample")
    return all_of_them if counted == samples else f"{all_of_them}, {counted_part(samples, counted)} counted"


def gate_in_words(gate: Gate) -> str:
    """Which faces do not count, as a sentence; empty where all do.

    >>> gate_in_words(Gate(smallest_face=24, most_yaw=50))
    'Faces lower than 24 pixels or turned by more than 50° do not count in shares.'
    """
    limits = [
        f"lower than {gate.smallest_face:g} pixels" if gate.smallest_face > 0 else "",
        f"turned by more than {gate.most_yaw:g}°" if gate.most_yaw < 180 else "",
        f"less sharp than {gate.least_sharpness:g}" if gate.least_sharpness > 0 else "",
    ]
    given = [limit for limit in limits if limit]
    if not given:
        return ""
    return f"Faces {', '.join(given[:-1])}{' or ' if given[:-1] else ''}{given[-1]} do not count in shares."
