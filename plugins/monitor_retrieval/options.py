"""What `config.toml` may set for this plugin; apart from the code that needs heavy imports."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class AffectiveRetrievalOptions(BaseModel):
    """Section `[options.analyzers.affective-retrieval]`."""

    model_config = ConfigDict(extra="forbid")

    artifact: Path | None = None
    """Folder of a model made by `monitor train affective-retrieval`; without it the one that comes with the plugin."""
    runtime: str = "auto"
    """A registered inference runtime; `auto` takes the first that works."""


class AffectiveNoveltyOptions(AffectiveRetrievalOptions):
    """Section `[options.analyzers.affective-novelty]`."""


class SimilarMomentsOptions(BaseModel):
    """Section `[options.sinks.similar-moments]`."""

    model_config = ConfigDict(extra="forbid")

    path: Path | None = None
    """Folder of the index; without it one beside the store, see `monitor_retrieval.index.location.index_folder`."""
