"""Opens all that a run needs before it begins: sources, the store, models, sinks and the picture server, and its
session."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

import sqlalchemy as sa

from monitor.engine.models import Models, close_later
from monitor.engine.tracker import Tracker
from monitor.errors import MonitorError, PluginError, SourceError
from monitor.live.server import PictureServer
from monitor.plugin.contracts import Sink
from monitor.plugin.registry import Plugins, Registration
from monitor.quality import Gate
from monitor.settings import Settings
from monitor.sources import Source, open_source, threads_of_each
from monitor.store import Recorder, Store
from monitor.store.spool import write_leftovers
from monitor.store.unfinished import Unfinished


class Opening:
    """What a run works with, all of it open. `close` gives it back, whatever third-party code raises meanwhile."""

    def __init__(
        self,
        addresses: Sequence[str | Source],
        settings: Settings,
        plugins: Plugins,
        *,
        start_seconds: float = 0.0,
        until_seconds: float | None = None,
        models: Models | None = None,
        unfinished: Unfinished | None = None,
        sinks: Mapping[str, Sink] | None = None,
        store: Store | None = None,
    ) -> None:
        """Raises MonitorError where something cannot be opened; what was open by then is closed again.

        Among `addresses` may be sources that are open already. One that cannot be opened among others that can is noted
        in `failed` and left out. `models` and a `store` that are given stay open; `sinks` are used beside those of the
        settings; `unfinished` says from where on the one recording at `addresses` is still to be analysed.
        """
        plugins.check_options(settings.options.model_dump())
        plugins.choose_analyzers(settings.analyzers)
        self._settings = settings
        self._cleanup = ExitStack()
        self.is_closed = False
        self.sources: list[Source] = []
        self.failed: list[SourceError] = []
        self._cleanup.callback(self._close_sources)
        with ExitStack() as undo:
            undo.callback(self.close)
            for address in dict.fromkeys(addresses):
                if not isinstance(address, str):  # a source of the caller's own
                    address.number = len(self.sources) + 1
                    self.sources.append(address)
                    continue
                try:
                    source = open_source(
                        address,
                        every_seconds=settings.every_seconds,
                        start_seconds=unfinished.next_seconds if unfinished else start_seconds,
                        first_index=unfinished.next_number if unfinished else 0,
                        until_seconds=until_seconds,
                        silent_seconds=settings.silent_seconds,
                        hwaccel=settings.hwaccel,
                        decoder_threads=threads_of_each(len(addresses)),
                        number=len(self.sources) + 1,
                    )
                except SourceError as error:
                    self.failed.append(error)
                else:
                    self.sources.append(source)
            if not self.sources:
                raise self.failed[0] if self.failed else SourceError("no source was given")
            name_apart(self.sources)
            self.store = store or self._cleanup.enter_context(Store(settings.store, create=True))
            write_leftovers(self.store, settings.spool)
            self._own_models: Models | None = None
            if models is None:
                models = self._own_models = Models(settings, plugins)
                self._cleanup.callback(models.close)
            self.analyzers, self.named, self.judges = models.analyzers, models.named, models.judges
            followed = (
                {self.sources[0].number: Tracker(unfinished.last_track, unfinished.followed)} if unfinished else {}
            )
            self.face_stage = models.begin(followed)
            self.sinks: dict[str, Sink] = {}
            for registration in chosen_sinks(settings, plugins):
                sink: Sink = registration.make(settings.options.sinks.get(registration.name))
                self.sinks[registration.name] = sink
                close_later(self._cleanup, f"sink {registration.name}", sink.close)
            self.sinks |= sinks or {}
            for name, sink in (sinks or {}).items():
                close_later(self._cleanup, f"sink {name}", sink.close)
            self.pictures = PictureServer(
                settings.picture_host, settings.picture_port, titles=self.store.titles, blur=settings.people.blur
            )
            self._cleanup.callback(self.pictures.close)
            undo.pop_all()

    def begin_session(
        self, name: str | None, unfinished: Unfinished | None, begun: Callable[[sa.Connection, int], None]
    ) -> Recorder:
        """What writes the session, which begins in the store, or goes on where it is `unfinished`; see `Run`."""
        settings = self._settings
        declared = {stage.declared.name: stage.declared for stage in self.analyzers}
        judges = [each for each in declared if each in self.judges]
        kept = [declared[each] for each in self.named]
        return Recorder(
            self.store,
            name=name or time.strftime("%Y-%m-%d %H:%M:%S"),
            every_seconds=settings.every_seconds,
            window_seconds=settings.window_seconds,
            labels={each.name: each.labels for each in kept},
            measures={each.name: each.measures for each in kept},
            models={each.name: each.model for each in kept if each.model},
            picture_url=self.pictures.url,
            **settings.shown.model_dump(),
            gate=Gate(**settings.quality.model_dump()) if judges else None,
            judges=judges,
            thumbnails=settings.people.thumbnails,
            blur=settings.people.blur,
            unfinished=unfinished,
            begun=begun,
            spool_folder=settings.spool,
            spool_megabytes=settings.spool_megabytes,
        )

    def begin_sinks(self, session_id: int) -> None:
        """Tell the sinks which session it is. Raises MonitorError that names the one that cannot begin."""
        for name, sink in self.sinks.items():
            try:
                sink.begin(session_id, self._settings)
            except MonitorError:
                raise
            except (Exception, SystemExit) as error:
                raise PluginError(f"sink {name!r} cannot begin ({type(error).__name__}: {error})") from error

    def take_sources(self) -> list[Source]:
        """The sources, once: who takes them closes them, when nothing decodes from them any more."""
        taken, self.sources = self.sources, []
        return taken

    def close_models(self) -> None:
        """Give back the models that were made here: nothing is analysed any more, and what follows needs the memory."""
        if self._own_models is not None:
            self._own_models.close()

    def close(self) -> None:
        """Give everything back; a second call does nothing."""
        self.is_closed = True
        self._cleanup.close()

    def _close_sources(self) -> None:
        for source in self.take_sources():
            source.close()


def name_apart(sources: Sequence[Source]) -> None:
    """Give sources that are shown alike, as addresses without their passwords may be, different names: `a`, `a (2)`."""
    seen: Counter[str] = Counter()
    for source in sources:
        seen[source.name] += 1
        if seen[source.name] > 1:
            source.name = f"{source.name} ({seen[source.name]})"


def chosen_sinks(settings: Settings, plugins: Plugins) -> list[Registration]:
    """The sinks that have a section in config.toml, those that follow an analyzer of the run, and those that always
    run."""
    configured = [plugins.get("sinks", name) for name in settings.options.sinks]
    analyzers = {registration.name for registration in plugins.choose_analyzers(settings.analyzers)}
    unasked = [each for each in plugins.sinks.values() if each.default or each.follows in analyzers]
    return [each for each in configured if each.follows is None and not each.default] + unasked
