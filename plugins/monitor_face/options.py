"""What `config.toml` may set for this plugin; apart from the code that needs heavy imports."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class FaceFusionOptions(BaseModel):
    """Section `[options.analyzers.face-fusion]`."""

    model_config = ConfigDict(extra="forbid")

    artifact: Path | None = None
    """Folder of a model made by `monitor train face-fusion`; without it the model that comes with the plugin."""
    runtime: str = "auto"
    """A registered inference runtime; `auto` takes the first that works."""


class YuNetOptions(BaseModel):
    """Section `[options.face_detectors.yunet]`."""

    model_config = ConfigDict(extra="forbid")

    model: Path
    """YuNet's model file in ONNX format, `face_detection_yunet_*.onnx` of OpenCV's model zoo."""
