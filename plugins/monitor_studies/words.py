"""Lists of names and sessions in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor_studies.studied import Studied


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names as a sentence lists them.

    >>> listed(["anger"]), listed(["anger", "fear", "sadness"], "or")
    ('anger', 'anger, fear or sadness')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def in_sessions(numbers: Iterable[int], found: Sequence[Studied]) -> str:
    """Where something holds, to begin a sentence with: `In every session`, `In session 3`, `In sessions 3 and 5`."""
    chosen = sorted({int(number) for number in numbers})
    if len(found) > 1 and len(chosen) == len({each.labels.session.id for each in found}):
        return "In every session"
    return f"In session{'s' * (len(chosen) > 1)} {listed([str(number) for number in chosen])}"
