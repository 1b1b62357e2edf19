"""Emotion Monitor: emotion shares of faces and scenes in videos and live streams.

What a plugin or a script needs most; the rest is in the modules. Each name is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.api import Result, analyze, open_store, recognize, stream
    from monitor.errors import MonitorError
    from monitor.model.artifact import Artifact
    from monitor.plugin import Analyzer, Register, hookimpl
    from monitor.sample import Face, Frame, Observation, Sample

_MODULES = {
    "api": ("Result", "analyze", "open_store", "recognize", "stream"),
    "errors": ("MonitorError",),
    "model.artifact": ("Artifact",),
    "plugin": ("Analyzer", "Register", "hookimpl"),
    "sample": ("Face", "Frame", "Observation", "Sample"),
}
"""Module -> what comes from it."""

__all__ = [
    "Analyzer",
    "Artifact",
    "Face",
    "Frame",
    "MonitorError",
    "Observation",
    "Register",
    "Result",
    "Sample",
    "analyze",
    "hookimpl",
    "open_store",
    "recognize",
    "stream",
]


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(f"monitor.{module}"), name)
    raise AttributeError(f"module 'monitor' has no attribute {name!r}")
