"""What a subject is called wherever people read of it."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.shares import WHOLE_FRAME


def subject_title(subject: int, names: Mapping[int, str] | None = None) -> str:
    """A person's name, or number where `names` (number -> name) has none.

    >>> subject_title(1, {1: "Ann"}), subject_title(2, {1: "Ann"}), subject_title(0)
    ('Ann', 'Person 2', 'Whole frame')
    """
    return "Whole frame" if subject == WHOLE_FRAME else (names or {}).get(subject, f"Person {subject}")
