"""The program from Python: analyse, follow, recognise, and read back what was stored.

    import monitor

    result = monitor.analyze("talk.mp4")
    result.windows.groupby("start_seconds")["happiness"].mean().plot()

Everything here is at hand as `monitor.NAME`; importing `monitor` does not load it before it is used.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.engine.models import Models
from monitor.engine.recognizer import Picture, Recognition, Recognizer, find_faces, recognitions
from monitor.engine.run import Run
from monitor.errors import AnalyzerError
from monitor.model.runtimes import configured
from monitor.plugin.registry import Plugins
from monitor.readout import export
from monitor.sample import Frame, Sample
from monitor.settings import Settings, load_settings
from monitor.sources import open_source
from monitor.sources.picture_file import read_picture
from monitor.store import Session, Store
from monitor.store.events import Event, events
from monitor.store.run_summary import shares_of

LOADED = 2
"""Sets of models that `recognize` keeps loaded."""


@dataclass(frozen=True, eq=False)
class Result:
    """A recorded session as pandas tables, each read from the store when it is asked for."""

    store: Store
    session: Session

    @property
    def shares(self) -> pd.DataFrame:
        """Emotion shares over the whole session: source, analyzer, subject, label and share.

        `subject` is "all" for everybody together, a person's number as text, or "frame" for the whole frame.
        """
        rows = [
            (source.name, analyzer, subject, label, share)
            for source in self.store.sources(self.session.id)
            for analyzer, subjects in shares_of(self.store, self.session, source.id).items()
            for subject, of_subject in subjects.items()
            for label, share in of_subject.items()
        ]
        return pd.DataFrame(rows, columns=["source", "analyzer", "subject", "label", "share"])

    @property
    def windows(self) -> pd.DataFrame:
        """Shares and measures by source, analyzer, subject and window of time; docs/export.md has the columns."""
        return export.windows(self.store, self.session)

    @property
    def observations(self) -> pd.DataFrame:
        """What each analyzer said of each sample and subject; docs/export.md has the columns."""
        return export.observations(self.store, self.session)

    @property
    def people(self) -> pd.DataFrame:
        """Who was followed: source_id, source, subject, first_seconds, last_seconds, samples, thumbnail (JPEG)."""
        return self.store.people(self.session)

    @property
    def events(self) -> pd.DataFrame:
        """Moments and stretches that somebody or some program marked; columns as in `monitor.store.events.Event`."""
        columns = [field.name for field in fields(Event)]
        return pd.DataFrame([asdict(event) for event in events(self.store, self.session.id)], columns=columns)


def open_store(store: str | Path | None = None) -> Store:
    """The store at a path or database URL, by default the one of config.toml; a context manager.

    Raises StoreError where there is none.
    """
    return Store(store if store is not None else load_settings().store)


def analyze(
    *sources: str | Path | int,
    analyzers: Sequence[str] | None = None,
    every_seconds: float | None = None,
    start_seconds: float = 0.0,
    until_seconds: float | None = None,
    name: str | None = None,
    store: str | Path | None = None,
    config: Path | None = None,
) -> Result:
    """Record a session of files, folders of pictures, cameras (numbers) or addresses, as `monitor run` does.

    What is not given is as config.toml says; it is stored there too. Returns when every source has ended. Raises
    MonitorError where a source, model or setting is wrong, or an analyzer fails too often.
    """
    settings = _settings(analyzers, every_seconds, store, config)
    plugins = Plugins(settings.plugins.disabled)
    with plugins.in_use(), configured(settings):
        run = Run(
            [str(source) for source in sources],
            settings,
            plugins,
            start_seconds=start_seconds,
            until_seconds=until_seconds,
            name=name,
        )
        if run.failed:
            run.close()
            raise run.failed[0]
        summary = run()
    opened = Store(settings.store)
    return Result(opened, opened.session(summary.session))


def stream(
    source: str | Path | int,
    *,
    analyzers: Sequence[str] | None = None,
    every_seconds: float | None = None,
    config: Path | None = None,
) -> Iterator[Recognition]:
    """What is seen in each sample of a source, as it comes; nothing is stored.

    Of a live source, samples that come while the caller is busy are left out. Models are loaded with the first sample
    and given back when the iteration ends. Raises MonitorError as `analyze` does.
    """
    settings = _settings(analyzers, every_seconds, None, config)
    plugins = Plugins(settings.plugins.disabled)
    with ExitStack() as cleanup:
        opened = cleanup.enter_context(
            closing(
                open_source(
                    str(source),
                    every_seconds=settings.every_seconds,
                    silent_seconds=settings.silent_seconds,
                    hwaccel=settings.hwaccel,
                )
            )
        )
        with plugins.in_use():
            models = cleanup.enter_context(closing(Models(settings, plugins, with_judges=False)))
        faces = models.begin()
        everything = [{stage.declared.name for stage in models.analyzers}]
        for item in opened.samples():
            if isinstance(item, Frame):
                faults: dict[str, str] = {}
                sample = Sample(item) if faces is None else find_faces(faces, item, faults)
                (seen,) = recognitions(models.analyzers, [sample], everything, [faults])
                yield _without_faults(seen, str(item))


def recognize(
    picture: str | Path | bytes | NDArray[np.uint8],
    *,
    analyzers: Sequence[str] | None = None,
    config: Path | None = None,
) -> Recognition:
    """Faces of a picture and what analyzers say of it; nothing is stored.

    `picture` is a path, a file's bytes, or RGB as uint8 (height, width, 3). Models stay loaded for the next call with
    the same analyzers. Raises SourceError for what is no picture, AnalyzerError where an analyzer fails.
    """
    if isinstance(picture, bytes):
        asked = Picture(read_picture(io.BytesIO(picture), "the picture"), "the picture")
    elif isinstance(picture, np.ndarray):
        asked = Picture(np.array(picture, order="C"), "the picture")
    else:
        asked = Picture(read_picture(Path(picture), str(picture)), str(picture))
    (seen,) = _recognizer(None if analyzers is None else tuple(analyzers), config)([asked])
    return _without_faults(seen, asked.name)


@lru_cache(LOADED)
def _recognizer(analyzers: tuple[str, ...] | None, config: Path | None) -> Recognizer:
    settings = _settings(analyzers, None, None, config)
    plugins = Plugins(settings.plugins.disabled)
    with plugins.in_use():
        return Recognizer(settings, plugins)


def _settings(
    analyzers: Sequence[str] | None, every_seconds: float | None, store: str | Path | None, config: Path | None
) -> Settings:
    return load_settings(
        config,
        analyzers=None if analyzers is None else list(analyzers),
        every_seconds=every_seconds,
        store=None if store is None else str(store),
    )


def _without_faults(seen: Recognition, name: str) -> Recognition:
    """`seen`. Raises AnalyzerError where an analyzer, or the face detector, failed on the picture of that name."""
    for who, fault in seen.faults.items():
        raise AnalyzerError(f"{who} failed on {name}: {fault}")
    return seen
