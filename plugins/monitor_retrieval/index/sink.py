"""The sink `similar-moments`: brings every frame that has a vector to the index of moments while the run goes on."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from monitor.errors import MonitorError
from monitor.sample import Observation, Sample
from monitor.settings import Settings
from monitor.store import Store, tables
from monitor_retrieval.analyzer import NAME, read_artifact
from monitor_retrieval.index.arrivals import Arrivals
from monitor_retrieval.index.location import check_model, index_folder, model_identity
from monitor_retrieval.index.novelty import Novelty
from monitor_retrieval.moment import Moment, thumbnail

if TYPE_CHECKING:
    from monitor_retrieval.index.moment_index import MomentIndex

BATCH_MOMENTS, BATCH_SECONDS = 64, 5.0
"""What has gathered is written when it is so many moments or so many seconds of wall clock old: what a process that is
killed loses at most, and how far a reader is behind."""

FIRST_SOURCE = 1
"""Number of the only source of a session that is gone on with."""

log = logging.getLogger("monitor")


class SimilarMoments:
    """Follows the analyzer `affective-retrieval`.

    It writes files that whoever asks next takes into the index (see `Arrivals`). When it cannot write any more, one
    error says so; the recording then goes on without it, and what was written stays.
    """

    def __init__(self) -> None:
        self._arrivals: Arrivals | None = None
        self._folder = Path()
        self._model = ""
        self._session = 0
        self._pictures = True
        self._novelty: defaultdict[int, Novelty] = defaultdict(Novelty)
        self._waiting: list[Moment] = []
        self._written_at = 0.0

    def begin(self, session_id: int, settings: Settings) -> None:
        """Raises MonitorError where the index holds the vectors of another model, is of another store, is damaged or
        cannot be made."""
        options = settings.options.analyzers.get(NAME, {})
        self._model = model_identity(read_artifact(options.get("artifact")))
        self._folder = index_folder(settings)
        arrivals = Arrivals(self._folder)
        if not arrivals.is_bare and (arrivals.model != self._model or arrivals.has(session_id)):
            from monitor_retrieval.index.moment_index import MomentIndex  # loads LanceDB, which few runs need

            index = MomentIndex(self._folder, model=self._model, create=True)
            sessions = index.sessions()
            if session_id in sessions:
                self._go_on(index, session_id, settings)
            arrivals.note(sessions)
        arrivals.model = self._model
        arrivals.note([session_id])
        self._arrivals, self._session = arrivals, session_id
        self._pictures = settings.people.thumbnails and not settings.people.blur
        self._written_at = time.monotonic()

    def _go_on(self, index: MomentIndex, session_id: int, settings: Settings) -> None:
        """Know the past of a session that is gone on with, and take out what will be analysed once more.

        A session that is gone on with has one source.
        """
        samples, sources = tables.samples, tables.sources
        own = sa.select(sa.func.max(samples.c.seconds).label("newest")).join(sources)
        with Store(settings.store) as store:
            newest = (store.row(own.where(sources.c.session_id == session_id)) or {"newest": None})["newest"]
        if newest is None:
            raise MonitorError(
                f"{index.folder} has moments of a session {session_id} already, so it belongs to another store than "
                f"{settings.store}; delete that folder, or set another in config.toml: "
                "[options.sinks.similar-moments] path"
            )
        index.remove(session=session_id, after_seconds=newest)
        for moments in index.of_session(session_id, BATCH_MOMENTS):
            for moment in moments:
                self._novelty[FIRST_SOURCE](moment.vector, moment.seconds)

    def write(self, sample: Sample, observations: Sequence[Observation]) -> None:
        """Raises MonitorError, once, where the index cannot be written any more."""
        if self._arrivals is None:
            return
        for seen in observations:
            if seen.analyzer == NAME and seen.vector is not None:
                self._waiting.append(
                    Moment(
                        vector=seen.vector,
                        session=self._session,
                        source=sample.frame.source_name,
                        seconds=seen.seconds,
                        scores=seen.scores,
                        file=sample.frame.file,
                        novelty=self._novelty[seen.source](seen.vector, seen.seconds),
                        thumbnail=thumbnail(sample.frame.image) if self._pictures else b"",
                    )
                )
        if len(self._waiting) >= BATCH_MOMENTS or time.monotonic() - self._written_at >= BATCH_SECONDS:
            try:
                self._write(self._arrivals)
            except MonitorError as error:
                self._arrivals = None
                raise MonitorError(f"{error}; the recording goes on without moments") from error

    def _write(self, arrivals: Arrivals) -> None:
        waiting, self._waiting = self._waiting, []
        check_model(self._folder, arrivals.model or self._model, self._model)  # another process may have rebuilt it
        arrivals.write(waiting, self._model)
        self._written_at = time.monotonic()

    def close(self) -> None:
        """Write the rest."""
        arrivals, self._arrivals = self._arrivals, None
        if arrivals is not None:
            missing = len(self._waiting)
            try:
                self._write(arrivals)
            except MonitorError as error:
                log.error("%s; the last %d moments of this run are missing there", error, missing)
