"""Analyzers and the face detector of a run, loaded once; several runs may use them, one after the other.

Runs that go on at the same time have Models of their own, which may share what they hold: `shared_models`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from monitor.engine.analyzer_stage import AnalyzerStage
from monitor.engine.face_stage import FaceStage
from monitor.engine.tracker import Tracker
from monitor.errors import MonitorError
from monitor.model.runtimes import configured
from monitor.plugin.contracts import Analyzer, FaceDetector
from monitor.plugin.registry import Plugins, Registration
from monitor.settings import Settings

if TYPE_CHECKING:
    from monitor.engine.shared_models import SharedModels

log = logging.getLogger("monitor")


class Models:
    """What looks at samples. `close` gives it back, whatever third-party code raises meanwhile."""

    def __init__(
        self, settings: Settings, plugins: Plugins, *, with_judges: bool = True, shared: SharedModels | None = None
    ) -> None:
        """`with_judges` loads, besides those that the settings name, all that judge how well faces are seen. What is
        `shared` is what others have loaded with the same options.

        Raises MonitorError where one cannot be loaded; what was loaded by then is closed again.
        """
        plugins.check_options(settings.options.model_dump())
        self._cleanup = ExitStack()
        self._shared = shared
        self.analyzers: list[AnalyzerStage] = []
        """Those that the settings name, then those that only judge how well faces are seen."""
        self.judges = {each.name for each in plugins.analyzers.values() if each.judges}
        """Names of all that judge faces."""
        self.detector: FaceDetector | None = None
        """None where nobody needs faces."""
        with ExitStack() as undo:
            undo.callback(self.close)
            chosen = plugins.choose_analyzers(settings.analyzers)
            self._load(chosen, settings)
            self.named = [stage.declared.name for stage in self.analyzers]
            """Of the analyzers that the settings name, whose observations are kept."""
            if with_judges and any(stage.declared.needs_faces for stage in self.analyzers):
                judges = [each for each in plugins.analyzers.values() if each.judges and each not in chosen]
                self._load(judges, settings)
            if any(stage.declared.needs_faces for stage in self.analyzers):
                make = partial(make_detector, settings, plugins)
                self.detector = make() if shared is None else shared.detector(make)
                close_later(self._cleanup, "the face detector", self.detector.close)
            undo.pop_all()

    def _load(self, registrations: Sequence[Registration], settings: Settings) -> None:
        for registration in registrations:
            make = partial(make_analyzer, settings, registration)
            if self._shared is not None:
                make = partial(self._shared.analyzer, registration.name, make)
            stage = AnalyzerStage(make)
            close_later(self._cleanup, registration.name, stage.close)
            self.analyzers.append(stage)

    def begin(self, followed: Mapping[int, Tracker] | None = None) -> FaceStage | None:
        """Forget what was seen in an earlier run; the face stage of the next, None where nobody needs faces.

        `followed` has, by the number of their source, people who are followed already.
        """
        for stage in self.analyzers:
            stage.forget()
        return None if self.detector is None else FaceStage(self.detector, followed)

    def close(self) -> None:
        """Give everything back; a second call does nothing."""
        self._cleanup.close()


def close_later(cleanup: ExitStack, name: str, close: Callable[[], None]) -> None:
    """With `cleanup`, call `close` of third-party code; what it raises is only logged."""
    cleanup.callback(_close_logged, name, close)


def _close_logged(name: str, close: Callable[[], None]) -> None:
    try:
        close()
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        log.error("%s could not be closed (%s: %s)", name, type(error).__name__, error)


def make_analyzer(settings: Settings, registration: Registration) -> Analyzer:
    """One instance of an analyzer, with the options and the runtimes that the settings have for it."""
    with configured(settings):
        analyzer: Analyzer = registration.make(_analyzer_options(settings, registration))
    return analyzer


def _analyzer_options(settings: Settings, registration: Registration) -> dict[str, Any]:
    """What config.toml says of an analyzer; one that has an option `runtime` gets the general one by default."""
    given = settings.options.analyzers.get(registration.name, {})
    takes_runtime = registration.options is not None and "runtime" in registration.options.model_fields
    return {"runtime": settings.runtime, **given} if takes_runtime else given


def make_detector(settings: Settings, plugins: Plugins) -> FaceDetector:
    """The face detector that the settings ask for."""
    configured = settings.options.face_detectors
    name = settings.face_detector
    if name == "auto":
        name = next(iter([*configured, *plugins.face_detectors]), "")
        if not name:
            raise MonitorError("no installed plugin brings a face detector; `monitor plugins list` shows what there is")
    detector: FaceDetector = plugins.get("face_detectors", name).make(configured.get(name))
    return detector
