"""Emotion Monitor: emotion shares of faces and scenes in videos and live streams.

What a plugin or a script needs most; the rest is in the modules.
"""

from monitor.analyzer import Analyzer
from monitor.artifact import Artifact
from monitor.errors import MonitorError
from monitor.hooks import Register, hookimpl
from monitor.sample import Face, Frame, Observation, Sample

__all__ = ["Analyzer", "Artifact", "Face", "Frame", "MonitorError", "Observation", "Register", "Sample", "hookimpl"]
