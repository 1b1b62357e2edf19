"""The cameras of browsers that are being recorded, by a key with which a browser finds its own again."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

from monitor_service.camera.browser_camera import AnswerSink, BrowserCamera
from monitor_service.problems import Problem
from monitor_service.runs import Runs, RunUnderWay

AWAY_SECONDS = 60.0
"""A browser that does not come back for so long has left: the recording ends."""


@dataclass(frozen=True, eq=False)
class CameraUnderWay:
    """A camera and the run that records it."""

    key: str
    camera: BrowserCamera
    run: RunUnderWay


class Cameras:
    """Any thread may use it."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._under_way: dict[str, CameraUnderWay] = {}
        self._lock = threading.Lock()

    def open(self, name: str | None) -> CameraUnderWay:
        """Begin to record a new camera. Raises Problem 429 where too many runs are under way, MonitorError where the
        models cannot be opened."""
        settings = self._runs.settings
        camera = BrowserCamera(
            "browser camera",
            every_seconds=settings.every_seconds,
            silent_seconds=min(settings.silent_seconds, AWAY_SECONDS),
            away_seconds=AWAY_SECONDS,
        )
        run = self._runs.start([camera], name=name, sinks={"camera answers": AnswerSink(camera)})
        opened = CameraUnderWay(secrets.token_urlsafe(24), camera, run)
        with self._lock:
            self._under_way = {key: each for key, each in self._under_way.items() if each.run.thread.is_alive()}
            self._under_way[opened.key] = opened
        return opened

    def find(self, key: str) -> CameraUnderWay:
        """The camera of that key, which goes on. Raises Problem 404 where it has ended or there is none."""
        with self._lock:
            found = self._under_way.get(key)
        if found is None or not found.run.thread.is_alive():
            raise Problem(404, "unknown_camera", "the recording of this camera has ended; start another")
        return found
