"""Scenes: the analyzer that says how positive or negative a whole picture is.

OpenCV and the inference runtimes are imported when the factory below is called, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.plugin import Register, hookimpl

if TYPE_CHECKING:
    from monitor.plugin import Analyzer
    from monitor_scene.options import SceneSentimentOptions


@hookimpl
def register_analyzers(register: Register) -> None:
    from monitor_scene.options import SceneSentimentOptions

    register("scene-sentiment", scene_sentiment, options=SceneSentimentOptions)


def scene_sentiment(options: SceneSentimentOptions) -> Analyzer:
    """The analyzer of whole pictures. Raises ArtifactError where there is no model to run."""
    from monitor_scene.analyzer import SHIPPED, SceneSentiment

    return SceneSentiment(options.artifact or SHIPPED, options.runtime)
