"""The index of moments: a LanceDB table in a folder, appended and read by any number of processes, of several machines
where they share the folder.

Runs leave moments in an `Inbox` beside the table, and whoever asks next takes them in. Every append is one transaction
of LanceDB, so that a process that is killed leaves no part of one. Making the table, taking out of it and joining what
was appended is done by one process at a time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import cast

import lancedb
import numpy as np
import pandas as pd
from filelock import FileLock, Timeout
from lancedb.table import LanceTable
from numpy.typing import NDArray

from monitor.errors import MonitorError
from monitor_retrieval.index import maintenance, scan
from monitor_retrieval.index.inbox import Inbox
from monitor_retrieval.index.index_errors import WRITING, index_errors
from monitor_retrieval.index.location import TABLE, check_model, table_folder
from monitor_retrieval.index.rows import labels_of, model_of, moments_schema, of_source, to_moments, to_rows, within
from monitor_retrieval.moment import LIBRARY, Moment

CACHES = lancedb.Session(index_cache_size_bytes=1 << 29, metadata_cache_size_bytes=1 << 26)
"""What this process keeps in memory of the indexes it reads: a search is several times as quick when asked again."""
SLACK_SECONDS = 1.0
"""How far outside the sampled times `near` may be asked."""
LOCK_SECONDS = 300.0
"""How long to wait for another process that makes the vector index anew."""
TAKING_SECONDS = 60.0
"""How long to wait for another process that takes in what waits."""
TAKEN_AT_ONCE = 128
"""Files of what waits that become one append."""

log = logging.getLogger("monitor")


class MomentIndex:
    """All moments of a store, in the vector space of one model.

    Every question is asked of the newest state, so that a reader sees what another process has just appended.
    """

    def __init__(
        self, folder: str | Path, *, model: str | None = None, create: bool = False, read_only: bool = False
    ) -> None:
        """`model`: identity of the model whose vectors will be searched for or appended; None takes what is there.
        `create` lets the index begin with the first append; it takes a `model`. `read_only` leaves what waits where it
        is, so that only the table is seen.

        Raises MonitorError where there is no index, where it is damaged, or where another model made its vectors.
        """
        if create and model is None:
            raise ValueError("an index is made for a model; give its identity")
        self.folder = Path(folder)
        self._model = model
        self._read_only = read_only
        self._inbox = Inbox(self.folder)
        if create:
            with index_errors(self.folder, WRITING):
                self.folder.mkdir(parents=True, exist_ok=True)
        elif not self.exists:
            raise self._missing()
        self._check_model(self.model)

    @property
    def exists(self) -> bool:
        """Whether there is anything, once what waits was taken in.

        Raises MonitorError where something waits that cannot be taken in, and nothing else is there.
        """
        if not self._read_only:
            try:
                self._take_in()
            except MonitorError as error:
                if not self._has_table:
                    raise
                log.warning("%s; what runs have left there since is not seen", error)
        return self._has_table

    @property
    def _has_table(self) -> bool:
        return any((table_folder(self.folder) / "_versions").glob("*.manifest"))

    @property
    def model(self) -> str:
        """Identity of the model that made the vectors."""
        with index_errors(self.folder):
            return model_of(self._table().schema) if self.exists else self._model or ""

    @property
    def labels(self) -> tuple[str, ...]:
        """What `scores` are of, in order; empty before the first append."""
        with index_errors(self.folder):
            return labels_of(self._table().schema) if self.exists else ()

    @property
    def version(self) -> int:
        """Grows with everything that is written."""
        with index_errors(self.folder):
            return self._open().version

    def __len__(self) -> int:
        with index_errors(self.folder):
            return self._table().count_rows() if self.exists else 0

    def libraries(self) -> dict[str, int]:
        """Name -> number of pictures of every reference library, in order of their names."""
        with index_errors(self.folder):
            return scan.counts(self._table(), "source", within(LIBRARY)) if self.exists else {}

    def sessions(self) -> dict[int, int]:
        """Number -> number of moments of every session, in order."""
        with index_errors(self.folder):
            return scan.counts(self._table(), "session", within()) if self.exists else {}

    def sources(self, session: int) -> dict[str, int]:
        """Name -> number of moments of every source of a session, in order of their names."""
        with index_errors(self.folder):
            return scan.counts(self._open(), "source", within(session))

    def search(
        self, vector: NDArray[np.float32], *, count: int, session: int | None = None, library: str | None = None
    ) -> list[Moment]:
        """The `count` moments nearest to `vector`, the nearest first, each with its cosine distance.

        Of one session, or of one library, or else of all sessions. Exact up to `maintenance.INDEXED_FROM` candidates;
        above, approximate.
        """
        where = within(session, library)
        with index_errors(self.folder):
            table = self._open()
            query = table.search(np.asarray(vector, np.float32), vector_column_name="vector").distance_type("cosine")
            query = query.where(where, prefilter=True).limit(count)
            candidates = table.count_rows(where if session is not None or library is not None else None)
            if candidates < maintenance.INDEXED_FROM:
                query = query.bypass_vector_index()
            else:
                query = query.minimum_nprobes(maintenance.PROBES).maximum_nprobes(0)
            return to_moments(query.to_arrow(), table.schema)

    def near(self, session: int, seconds: float, source: str | None = None) -> Moment:
        """The sampled frame of `session` whose stream time is nearest to `seconds`.

        Raises MonitorError where the session, or the source, has no moments, or where nothing was sampled at that time.
        """
        where = within(session) + (f" AND {of_source(source)}" if source is not None else "")
        with index_errors(self.folder):
            table = self._open()
            times, rows = scan.values_and_rows(table, "seconds", where)
        if not len(rows):
            raise MonitorError(self._nothing_of(session, source))
        if not times.min() - SLACK_SECONDS <= seconds <= times.max() + SLACK_SECONDS:
            raise MonitorError(
                f"session {session} was sampled from {times.min():.1f} s to {times.max():.1f} s, not at {seconds:.1f} s"
            )
        with index_errors(self.folder):
            return scan.take(table, rows[[np.abs(times - seconds).argmin()]])[0]

    def by_emotion(self, label: str, *, count: int, session: int | None = None) -> list[Moment]:
        """The `count` moments with the highest probability of `label`, the highest first; of one session or of all.

        Raises MonitorError for a label that the model does not have.
        """
        if label not in self.labels:
            raise MonitorError(f"unknown emotion {label!r}; the index knows {', '.join(self.labels)}")
        with index_errors(self.folder):
            probability = f"array_element(scores, {self.labels.index(label) + 1})"
            return scan.highest(self._open(), probability, within(session), count)

    def unusual(self, session: int, *, count: int) -> list[Moment]:
        """The `count` moments of a session with the highest novelty, the highest first."""
        with index_errors(self.folder):
            return scan.highest(self._open(), "novelty", f"{within(session)} AND novelty IS NOT NULL", count)

    def novelty(self, session: int, source: str) -> pd.DataFrame:
        """Columns seconds and novelty (missing where the source had no past yet) of one source, in stream order."""
        with index_errors(self.folder):
            query = self._open().search().where(f"{within(session)} AND {of_source(source)}")
            rows: pd.DataFrame = query.select(["seconds", "novelty"]).to_arrow().to_pandas()
        return rows.sort_values("seconds", ignore_index=True)

    def all(self, count: int) -> Iterator[list[Moment]]:
        """Every moment there is now, at most `count` at a time: libraries first, then every session in stream order."""
        with index_errors(self.folder):
            table = self._open()
            for session in (LIBRARY, *self.sessions()):
                yield from _in_stream_order(table, session, count)

    def of_session(self, session: int, count: int) -> Iterator[list[Moment]]:
        """Every moment of a session in stream order, at most `count` at a time."""
        with index_errors(self.folder):
            yield from _in_stream_order(self._open(), session, count)

    def append(self, moments: Sequence[Moment], model: str | None = None) -> None:
        """Add `moments`, in one transaction: all or none are there afterwards.

        Their vectors are of `model`, by default of the one that the index was opened for. Raises MonitorError where the
        disk is full or gone, or where a vector is not as long as those that are there, or of another model.
        """
        if moments:
            table = self._writable(moments, model)
            with index_errors(self.folder, WRITING):
                table.add(to_rows(moments, table.schema))

    def put(self, moments: Sequence[Moment], model: str | None = None) -> None:
        """Add `moments`, or let them take the place of those of the same session, source and time, in one transaction.

        Raises MonitorError, and changes nothing, as `append` does.
        """
        table = self._writable(moments, model)
        with index_errors(self.folder, WRITING):
            merge = table.merge_insert(["session", "source", "seconds"]).when_matched_update_all()
            merge.when_not_matched_insert_all().execute(to_rows(moments, table.schema))

    def replace_library(self, name: str, moments: Sequence[Moment]) -> None:
        """Let a library hold `moments`, its pictures, and nothing else, in one transaction.

        Raises MonitorError, and changes nothing, as `append` does.
        """
        table = self._writable(moments)
        with index_errors(self.folder, WRITING):
            merge = table.merge_insert(["session", "source", "file"]).when_matched_update_all()
            merge = merge.when_not_matched_insert_all().when_not_matched_by_source_delete(within(library=name))
            merge.execute(to_rows(moments, table.schema))

    def _writable(self, moments: Sequence[Moment], model: str | None = None) -> LanceTable:
        """The table, made where there is none yet, once it is sure that `moments`, of `model`, fit in."""
        model = model or self._model
        with index_errors(self.folder, WRITING):
            if not self._has_table:
                with self._lock():
                    if not self._has_table:  # else it would take the place of what another has just begun
                        schema = moments_schema(len(moments[0].vector), list(moments[0].scores), model or "")
                        self._connect().create_table(TABLE, schema=schema)
                        self._inbox.model = model or ""
            table = self._table()
            schema = table.schema
        if model is not None:
            check_model(self.folder, model_of(schema), model)
        self._inbox.note({moment.session for moment in moments})
        numbers = schema.field("vector").type.list_size
        for moment in moments:
            if len(moment.vector) != numbers:
                raise MonitorError(
                    f"the vectors in {self.folder} have {numbers} numbers, the one of {moment} has "
                    f"{len(moment.vector)}; `monitor library rebuild` computes them again with the present model"
                )
        return table

    def purge(self) -> None:
        """Remove from the disk what `remove` took out; a question that another asks meanwhile may fail."""
        with index_errors(self.folder, WRITING), self._lock():
            maintenance.purge(self._table())

    def remove(
        self, *, session: int | None = None, library: str | None = None, after_seconds: float | None = None
    ) -> int:
        """Take out a session, or what is later in it than that, or a library; how many moments that were."""
        if (session is None) == (library is None):
            raise ValueError("remove takes either a session or a library")
        self._take_in()
        with index_errors(self.folder, WRITING), self._lock():
            table, where = self._table(), within(session, library)
            if after_seconds is not None:
                where += f" AND seconds > {after_seconds!r}"
            count: int = table.count_rows(where)
            table.delete(where)
        return count

    def replace_all(self, other: MomentIndex, version: int) -> None:
        """Replace everything by what `other` holds, in one transaction.

        Raises MonitorError, and changes nothing, where this index is not of that `version` any more.
        """
        with index_errors(self.folder, WRITING), self._lock():
            model = model_of(self._table().schema)
            self._inbox.model = other.model  # from now on no run leaves vectors of the model before
            if self._table().version != version or self._inbox.files():
                self._inbox.model = model
                raise MonitorError(
                    f"another process wrote into {self.folder} meanwhile; nothing was changed; try again when no run "
                    "is recording"
                )
            here = self._connect()
            if other.exists:
                rows = other._open()
                here.create_table(TABLE, rows.search().to_batches(), schema=rows.schema, mode="overwrite")
            else:
                here.drop_table(TABLE)
        self._model = other._model

    @property
    def is_due(self) -> bool:
        """Whether questions would gain by `optimize`."""
        with index_errors(self.folder):
            return self._has_table and maintenance.is_due(self._table())

    def optimize(self) -> None:
        """Join the fragments that many appends left, remove earlier versions, and keep the vector index up to date.

        Others may read and append meanwhile; where another process is about it, this one leaves it to that.
        """
        if self._has_table:
            with index_errors(self.folder, WRITING), suppress(Timeout), self._lock(seconds=0):
                maintenance.optimize(self._table())

    def _lock(self, seconds: float = LOCK_SECONDS) -> FileLock:
        """Held while the table is changed otherwise than by an append; raises Timeout where another has it for longer
        than that."""
        return FileLock(self.folder / "index.lock", timeout=seconds)

    def _check_model(self, found: str) -> None:
        if self._model is not None:
            check_model(self.folder, found, self._model)

    def _connect(self) -> lancedb.DBConnection:
        return lancedb.connect(self.folder, session=CACHES)

    def _open(self) -> LanceTable:
        """The table as it is now, with all that waited; it stays like that while one question is answered."""
        if not self.exists:
            raise self._missing()
        return self._table()

    def _table(self) -> LanceTable:
        return cast(LanceTable, self._connect().open_table(TABLE))

    def _take_in(self) -> None:
        """Append what waits. Raises MonitorError where the index cannot be written.

        A process that is killed may have appended files and not removed them, and a folder that is copied again brings
        files that were taken in: what is in the table already is put in its place.
        """
        if not self._inbox.files():
            return
        with index_errors(self.folder, WRITING), FileLock(self.folder / "inbox.lock", timeout=TAKING_SECONDS):
            waiting = iter(self._inbox.files())
            while files := list(islice(waiting, TAKEN_AT_ONCE)):
                own = model_of(self._table().schema) if self._has_table else None
                moments, model = self._inbox.read(files, own)
                if moments:
                    (self.put if self._has_any(moments) else self.append)(moments, model)
                for file in files:
                    file.unlink(missing_ok=True)
        try:
            if self.is_due:
                self.optimize()
        except MonitorError as error:
            log.warning("%s; no moment is missing there, but it stays in many pieces and is slower to search", error)

    def _has_any(self, moments: Sequence[Moment]) -> bool:
        """Whether the table has moments of the times and sources of `moments`."""
        seconds = defaultdict[tuple[int, str], list[float]](list)
        for moment in moments:
            seconds[moment.session, moment.source].append(moment.seconds)
        those = (
            f"({within(session)} AND {of_source(source)} AND seconds >= {min(times)!r} AND seconds <= {max(times)!r})"
            for (session, source), times in seconds.items()
        )
        return self._has_table and self._table().count_rows(" OR ".join(those)) > 0

    def _missing(self) -> MonitorError:
        return MonitorError(
            f"there is no index of moments in {self.folder} yet; `monitor run --analyzers affective-retrieval` makes it"
        )

    def _nothing_of(self, session: int, source: str | None) -> str:
        known = self.sessions()
        if session not in known:
            numbers = ", ".join(map(str, known)) or "none"
            return f"the index in {self.folder} has no moments of session {session}; it has those of: {numbers}"
        names = ", ".join(self.sources(session))
        return f"session {session} has no moments of a source {source!r}; it has those of: {names}"


def _in_stream_order(table: LanceTable, session: int, count: int) -> Iterator[list[Moment]]:
    seconds, rows = scan.values_and_rows(table, "seconds", within(session))
    rows = rows[np.argsort(seconds, kind="stable")]
    for start in range(0, len(rows), count):
        yield scan.take(table, rows[start : start + count])
