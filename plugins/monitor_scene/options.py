"""What `config.toml` may set for this plugin; apart from the code that needs heavy imports."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class SceneSentimentOptions(BaseModel):
    """Section `[options.analyzers.scene-sentiment]`."""

    model_config = ConfigDict(extra="forbid")

    artifact: Path | None = None
    """Folder of a model made by `monitor train scene-sentiment`; without it the model that comes with the plugin."""
    runtime: str = "auto"
    """A registered inference runtime; `auto` takes the first that works."""
