"""The sink `similar-moments`: puts every frame that has a vector into the index of moments while the run goes on."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import sqlalchemy as sa

from monitor.errors import MonitorError
from monitor.sample import Observation, Sample
from monitor.settings import Settings
from monitor.store import Store, tables
from monitor_retrieval.analyzer import NAME, read_artifact
from monitor_retrieval.index.location import index_folder, model_identity
from monitor_retrieval.index.moment_index import MomentIndex
from monitor_retrieval.index.novelty import Novelty
from monitor_retrieval.moment import Moment, thumbnail

BATCH_MOMENTS, BATCH_SECONDS = 64, 5.0
"""What has gathered is appended when it is so many moments or so many seconds of wall clock old: what a process that is
killed loses at most, and how far a reader is behind."""

FIRST_SOURCE = 1
"""Number of the only source of a session that is gone on with."""

log = logging.getLogger("monitor")


class SimilarMoments:
    """Follows the analyzer `affective-retrieval`.

    When the index cannot be written any more, one error says so; the recording then goes on without it, and what was
    appended stays.
    """

    def __init__(self) -> None:
        self._index: MomentIndex | None = None
        self._session = 0
        self._pictures = True
        self._novelty: defaultdict[int, Novelty] = defaultdict(Novelty)
        self._waiting: list[Moment] = []
        self._appended_at = 0.0
        self._joins = True
        self._thread = ThreadPoolExecutor(1, "similar-moments")
        self._joining: Future[None] = Future()
        self._joining.set_result(None)

    def begin(self, session_id: int, settings: Settings) -> None:
        """Raises MonitorError where the index holds the vectors of another model, is of another store, is damaged or
        cannot be made."""
        options = settings.options.analyzers.get(NAME, {})
        model = model_identity(read_artifact(options.get("artifact")))
        index = MomentIndex(index_folder(settings), model=model, create=True)
        if session_id in index.sessions():
            self._go_on(index, session_id, settings)
        self._index, self._session = index, session_id
        self._pictures = settings.people.thumbnails and not settings.people.blur
        self._appended_at = time.monotonic()

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
        if self._index is None:
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
        if len(self._waiting) >= BATCH_MOMENTS or time.monotonic() - self._appended_at >= BATCH_SECONDS:
            try:
                self._append(self._index)
            except MonitorError as error:
                self._index = None
                raise MonitorError(f"{error}; the recording goes on without moments") from error

    def _append(self, index: MomentIndex) -> None:
        """Append what waits, and see to it, in a thread of its own, that the index stays quick."""
        waiting, self._waiting = self._waiting, []
        index.append(waiting)
        self._appended_at = time.monotonic()
        if self._joins and self._joining.done() and index.is_fragmented:
            self._joining.result()
            self._joining = self._thread.submit(self._join, index)

    def _join(self, index: MomentIndex) -> None:
        try:
            index.optimize()
        except MonitorError as error:
            self._joins = False
            log.warning("%s; no moment is missing there, but it stays in many pieces and is slower to search", error)

    def close(self) -> None:
        """Append the rest."""
        index, self._index = self._index, None
        if index is not None:
            try:
                index.append(self._waiting)
            except MonitorError as error:
                log.error("%s; the last %d moments of this run are missing there", error, len(self._waiting))
        self._thread.shutdown()
        if index is not None and self._joins:
            self._join(index)
