"""The seam between the engine and plugins; authors import its names from here."""

from monitor.plugin.contracts import (
    Analyzer,
    Command,
    FaceDetector,
    Measure,
    Page,
    Runtime,
    Server,
    Serving,
    Sink,
    Trainer,
)
from monitor.plugin.hooks import Register, hookimpl

__all__ = [
    "Analyzer",
    "Command",
    "FaceDetector",
    "Measure",
    "Page",
    "Register",
    "Runtime",
    "Server",
    "Serving",
    "Sink",
    "Trainer",
    "hookimpl",
]
