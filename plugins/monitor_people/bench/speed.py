"""What telling people apart costs: one recording is analysed with this plugin and without it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
from functools import partial

from monitor.commands.bench.timing import Spread, Timing, in_turn, ratios, timed
from monitor.engine.models import Models
from monitor.engine.run import Run
from monitor.plugin.registry import Plugins
from monitor.settings import Settings

PLUGIN = "people"
"""Name of this plugin, with which its sink and the measures of faces go."""


def speed_with_people(recording: str, settings: Settings, repetitions: int) -> Mapping[str, Spread]:
    """How much faster `recording` is analysed, and with how much less processor time, with this plugin than without it:
    `speed` and `thrift`, as `ratios` has them; below 1 where it costs something. Loading models is not counted.

    Raises MonitorError where the recording cannot be read, or a model cannot be loaded.
    """
    with ExitStack() as opened:
        ways = {}
        for name, disabled in (("with", ()), ("without", (PLUGIN,))):
            plugins = Plugins({*settings.plugins.disabled, *disabled})
            models = opened.enter_context(closing(Models(settings, plugins)))
            ways[name] = partial(_analysed, recording, settings, plugins, models)
            ways[name]()  # once, so that what is loaded when it is first used is there
        times = in_turn(ways, repetitions)
    return ratios(times["with"], times["without"])


def _analysed(recording: str, settings: Settings, plugins: Plugins, models: Models) -> Timing:
    with closing(Run([recording], settings, plugins, models=models)) as run:
        return timed(lambda: float(run().sources[0]["seconds"]))
