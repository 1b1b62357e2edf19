"""Settings of the plugin in config.toml."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field


class PeopleOptions(BaseModel):
    """Section `[options.sinks.people]`."""

    artifact: Path | None = None
    """Folder of the model of how people look; by default the shipped one."""
    runtime: str = "auto"
    threshold: float = Field(0.81, gt=0, lt=1)
    """Least cosine of two groups of tracks that are one person; higher parts more people, lower joins more."""
