"""The sink `similar-moments`: brings every frame that has a vector to the index of moments while the run goes on."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import sqlalchemy as sa

from monitor.errors import MonitorError
from monitor.sample import Observation, Sample
from monitor.settings import Settings
from monitor.store import Store, tables
from monitor_retrieval.analyzer import NAME, read_artifact
from monitor_retrieval.index.inbox import Inbox
from monitor_retrieval.index.location import index_folder, model_identity
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

    It writes files that whoever asks next takes into the index (see `Inbox`). When it cannot write any more, one
    error says so; the recording then goes on without it, and what was written stays.
    """

    def __init__(self) -> None:
        self._inbox: Inbox | None = None
        self._model = ""
        self._session = 0
        self._pictures = True
        self._novelty: defaultdict[int, Novelty] = defaultdict(Novelty)
        self._waiting: list[Moment] = []
        self._written_at = 0.0

    def begin(self, session_id: int, settings: Settings) -> None:
        """Raises MonitorError where the index holds the vectors of another model or of another store, or is damaged."""
        options = settings.options.analyzers.get(NAME, {})
        self._model = model_identity(read_artifact(options.get("artifact")))
        inbox = Inbox(index_folder(settings))
        if not inbox.is_bare and (inbox.model != self._model or inbox.has(session_id)):
            self._look_into(inbox, session_id, settings)
        self._inbox, self._session = inbox, session_id
        self._pictures = settings.people.thumbnails and not settings.people.blur
        self._written_at = time.monotonic()

    def _look_into(self, inbox: Inbox, session_id: int, settings: Settings) -> None:
        from monitor_retrieval.index.moment_index import MomentIndex  # loads LanceDB, which few runs need

        index = MomentIndex(index_folder(settings), model=self._model, create=True)
        sessions = index.sessions()
        if session_id in sessions:
            self._go_on(index, session_id, settings)
        with suppress(MonitorError):  # where nothing can be written, that is said when there is something to write
            inbox.note(sessions)
            inbox.model = self._model

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
        if self._inbox is None:
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
                self._write(self._inbox)
            except MonitorError as error:
                self._inbox = None
                raise MonitorError(f"{error}; the recording goes on without moments") from error

    def _write(self, inbox: Inbox) -> None:
        waiting, self._waiting = self._waiting, []
        inbox.write(waiting, self._model)
        self._written_at = time.monotonic()

    def close(self) -> None:
        """Write the rest."""
        inbox, self._inbox = self._inbox, None
        if inbox is not None:
            missing = len(self._waiting)
            try:
                self._write(inbox)
            except MonitorError as error:
                log.error("%s; the last %d moments of this run are missing there", error, missing)
