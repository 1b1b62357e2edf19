"""What is searched for in a session, and how: the options of `monitor events find`, and of the sink `events`."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator


class Tier(StrEnum):
    """What is searched for; each lies on a tier of this name."""

    PEOPLE = "people"
    PEAKS = "peaks"
    CHANGES = "changes"
    UNUSUAL = "unusual"


class Search(BaseModel):
    """Section `[options.sinks.event-search]`."""

    model_config = ConfigDict(frozen=True)

    tiers: tuple[Tier, ...] = Field(tuple(Tier), min_length=1)
    analyzer: str | None = None
    """By default the session's first one with labels."""
    level: float = Field(0.6, gt=0, le=1)
    """Share at which a peak begins."""
    hysteresis: float = Field(0.2, ge=0, validate_default=True)
    """A peak ends where the share falls so far below the level, so that jitter about it makes no peaks."""
    seconds: float = Field(2.0, ge=0)
    """The shortest peak."""

    @field_validator("hysteresis")
    @classmethod
    def _below_level(cls, hysteresis: float, info: ValidationInfo) -> float:
        if hysteresis > info.data.get("level", hysteresis):
            raise ValueError("must not be more than the level, as the peak would never end")
        return hysteresis
