"""Serves the newest picture of every source of a run, so that a page only has to embed an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from monitor.live.background_server import BackgroundServer, listen
from monitor.live.hosts import HostCheck
from monitor.live.pictures import LivePictures
from monitor.live.viewing_limits import ViewingLimits
from monitor.sample import Observation, Sample

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class PictureServer:
    """A small HTTP server in a thread of its own. Raises ConfigError where the port is taken."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        titles: Callable[[int], Mapping[int, str]] = lambda source_id: {},
        blur: bool = False,
        limits: ViewingLimits = ViewingLimits(),  # noqa: B008 - frozen
    ) -> None:
        """`titles` tells what the tracks of a source are called; `blur`: faces are blurred."""
        listening = listen(
            host,
            port,
            lambda reason: (
                f"live pictures cannot be served at {host}:{port} ({reason}); "
                "set another picture_port, or 0 for any free one"
            ),
        )
        self._pictures = LivePictures(titles, blur)

        def make_app() -> ASGIApp:
            from monitor.live.picture_app import picture_app

            return HostCheck(picture_app(self._pictures, limits), [host])

        self._server = BackgroundServer(make_app, listening)
        self.url = self._server.url
        """Root address."""

    def publish(self, source_id: int, sample: Sample, observations: Sequence[Observation]) -> None:
        """Make this the newest picture of a source."""
        self._pictures.publish(source_id, sample, observations)

    def close(self) -> None:
        """End every stream and the server."""
        self._pictures.close()
        self._server.close()
