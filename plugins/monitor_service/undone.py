"""What an undo answers, of people and of marks alike."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, Field

from monitor_service.problems import refused_as


class Undone(BaseModel):
    """What was taken back."""

    undone: str = Field(description="In words, for people.")


def undone(undo: Callable[[], str]) -> Undone:
    """Take the last change back with `undo`. Raises Problem 404 where there is none."""
    with refused_as(404, "nothing_to_undo"):
        return Undone(undone=undo().removeprefix("undone: "))
