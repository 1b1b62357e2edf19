"""The index of moments: a LanceDB table in a folder, appended by one run and read by any number of processes.

Every append is one transaction of LanceDB: a process that is killed loses what it had not appended, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import lancedb
import numpy as np
import pandas as pd
from lancedb.table import LanceTable
from numpy.typing import NDArray

from monitor.artifact import Artifact
from monitor.errors import MonitorError
from monitor.settings import Settings
from monitor.store.store import database_url, first_line
from monitor_retrieval import upkeep
from monitor_retrieval.moment import LIBRARY, Moment
from monitor_retrieval.rows import labels_of, model_of, moments_schema, of_source, to_moments, to_rows, within

TABLE = "moments"
CACHES = lancedb.Session(index_cache_size_bytes=1 << 29, metadata_cache_size_bytes=1 << 26)
"""What this process keeps in memory of the indexes it reads: a search is several times as quick when asked again."""
SCAN_ROWS = 1 << 16
"""Rows that are read at once where a column is read whole; by default so few that a million rows take seconds."""
SLACK_SECONDS = 1.0
"""How far outside the sampled times `near` may be asked."""

READING = ("cannot be read", "if the disk is sound, delete that folder: the next run begins a new one")
WRITING = (
    "cannot be written",
    "make room there, or set another folder in config.toml: [options.sinks.similar-moments] path",
)
"""What failed, and what to do about it."""

Stretch = tuple[int, str, float, float]
"""(session, source, from, to) in seconds of stream time, both ends included."""


def index_folder(settings: Settings) -> Path:
    """Where the index of the store in `settings` lies.

    Option `path` of the sink `similar-moments`; else, for the SQLite file `X.db`, the folder `X.moments` beside it, and
    for another database a folder named after it in the working directory.
    """
    given = settings.options.sinks.get("similar-moments", {}).get("path")
    if given:
        return Path(given)
    url = database_url(settings.store)
    name = Path(url.database or "store")
    beside = name if url.get_backend_name() == "sqlite" else Path(name.name)
    return beside.with_name(f"{beside.name.removesuffix('.db')}.moments")


def model_identity(artifact: Artifact) -> str:
    """Which model made the vectors: its name, its version and the first 12 digits of its file's SHA-256."""
    manifest = artifact.manifest
    return f"{manifest.name} {manifest.version} {manifest.sha256[:12]}"


class MomentIndex:
    """All moments of a store, in the vector space of one model.

    Every question is asked of the newest state, so that a reader sees what another process has just appended.
    """

    def __init__(self, folder: str | Path, *, model: str | None = None, create: bool = False) -> None:
        """`model`: identity of the model whose vectors will be searched for or appended; None takes what is there.
        `create` lets the index begin with the first append; it takes a `model`.

        Raises MonitorError where there is no index, where it is damaged, or where another model made its vectors.
        """
        if create and model is None:
            raise ValueError("an index is made for a model; give its identity")
        self.folder = Path(folder)
        self._model = model
        if create:
            with self._errors(WRITING):
                self.folder.mkdir(parents=True, exist_ok=True)
        elif not self.exists:
            raise MonitorError(
                f"there is no index of moments in {self.folder} yet; `monitor run --analyzers affective-retrieval` "
                "makes it"
            )
        self._check_model(self.model)

    def _check_model(self, found: str) -> None:
        if self._model is not None and found != self._model:
            raise MonitorError(
                f"the vectors in {self.folder} were made by the model {found!r}, now it is {self._model!r}: they "
                "cannot be compared; `monitor library rebuild` makes them anew with the present model"
            )

    @property
    def exists(self) -> bool:
        """Whether anything was appended ever."""
        return any((self.folder / f"{TABLE}.lance" / "_versions").glob("*.manifest"))

    @property
    def model(self) -> str:
        """Identity of the model that made the vectors."""
        with self._errors():
            return model_of(self._open().schema) if self.exists else self._model or ""

    @property
    def labels(self) -> tuple[str, ...]:
        """What `scores` are of, in order; empty before the first append."""
        with self._errors():
            return labels_of(self._open().schema) if self.exists else ()

    def __len__(self) -> int:
        with self._errors():
            return self._open().count_rows() if self.exists else 0

    def append(self, moments: Sequence[Moment]) -> None:
        """Add `moments`, in one transaction: all or none are there afterwards.

        Raises MonitorError where the disk is full or gone, or where a vector is not as long as those that are there.
        """
        if not moments:
            return
        with self._errors(WRITING):
            if not self.exists:
                schema = moments_schema(len(moments[0].vector), list(moments[0].scores), self._model or "")
                self._connect().create_table(TABLE, schema=schema, exist_ok=True)
            table = self._open()
            schema = table.schema
        self._check_model(model_of(schema))
        numbers = schema.field("vector").type.list_size
        for moment in moments:
            if len(moment.vector) != numbers:
                raise MonitorError(
                    f"the vectors in {self.folder} have {numbers} numbers, the one of {moment} has "
                    f"{len(moment.vector)}; `monitor library rebuild` makes them anew with the present model"
                )
        with self._errors(WRITING):
            table.add(to_rows(moments, schema))

    def search(
        self,
        vector: NDArray[np.float32],
        *,
        count: int,
        session: int | None = None,
        library: str | None = None,
        exclude: Stretch | None = None,
    ) -> list[Moment]:
        """The `count` moments nearest to `vector`, the nearest first, each with its cosine distance.

        Of one session, or of one library, or else of all sessions; `exclude` leaves out a stretch of one source. Exact
        up to INDEXED_FROM candidates; above, approximate.
        """
        where = within(session, library)
        with self._errors():
            table = self._open()
            # of columns without an index of their own, a filter would be tried on every row: a stretch is dropped here
            to_drop = 0 if exclude is None else table.count_rows(_of_stretch(exclude))
            query = table.search(np.asarray(vector, np.float32), vector_column_name="vector").distance_type("cosine")
            query = query.where(where, prefilter=True).limit(count + to_drop)
            if table.count_rows(where if session is not None or library is not None else None) < upkeep.INDEXED_FROM:
                query = query.bypass_vector_index()
            else:
                query = query.minimum_nprobes(upkeep.PROBES).maximum_nprobes(0)
            found = to_moments(query.to_arrow(), table.schema)
        return [moment for moment in found if exclude is None or not _is_in(moment, exclude)][:count]

    def near(self, session: int, seconds: float, source: str | None = None) -> Moment:
        """The sampled frame of `session` whose stream time is nearest to `seconds`.

        Raises MonitorError where the session, or the source, has no moments, or where nothing was sampled at that time.
        """
        where = within(session) + (f" AND {of_source(source)}" if source is not None else "")
        with self._errors():
            table = self._open()
            times, rows = _ranked(table, "seconds", where)
        if not len(rows):
            raise MonitorError(self._nothing_of(session, source))
        if not times.min() - SLACK_SECONDS <= seconds <= times.max() + SLACK_SECONDS:
            raise MonitorError(
                f"session {session} was sampled from {times.min():.1f} s to {times.max():.1f} s, not at {seconds:.1f} s"
            )
        with self._errors():
            return self._take(table, rows[[np.abs(times - seconds).argmin()]])[0]

    def by_emotion(self, label: str, *, count: int, session: int | None = None) -> list[Moment]:
        """The `count` moments with the highest probability of `label`, the highest first; of one session or of all.

        Raises MonitorError for a label that the model does not have.
        """
        if label not in self.labels:
            raise MonitorError(f"unknown emotion {label!r}; the index knows {', '.join(self.labels)}")
        with self._errors():
            table = self._open()
            probability = f"array_element(scores, {self.labels.index(label) + 1})"
            values, rows = _ranked(table, probability, within(session))
            return self._take(table, _highest(values, rows, count))

    def unusual(self, session: int, *, count: int) -> list[Moment]:
        """The `count` moments of a session with the highest novelty, the highest first."""
        with self._errors():
            table = self._open()
            values, rows = _ranked(table, "novelty", f"{within(session)} AND novelty IS NOT NULL")
            return self._take(table, _highest(values, rows, count))

    def novelty(self, session: int, source: str) -> pd.DataFrame:
        """Columns seconds and novelty (missing where the source had no past yet) of one source, in stream order."""
        with self._errors():
            query = self._open().search().where(f"{within(session)} AND {of_source(source)}")
            rows: pd.DataFrame = query.select(["seconds", "novelty"]).to_arrow().to_pandas()
        return rows.sort_values("seconds", ignore_index=True)

    def remove(self, *, session: int | None = None, library: str | None = None) -> int:
        """Take out a session or a library; how many moments that were."""
        if (session is None) == (library is None):
            raise ValueError("remove takes either a session or a library")
        with self._errors(WRITING):
            table, where = self._open(), within(session, library)
            count: int = table.count_rows(where)
            table.delete(where)
        return count

    def libraries(self) -> dict[str, int]:
        """Name -> number of pictures of every reference library, in order of their names."""
        return dict(sorted(self._counts("source", within(LIBRARY)).items()))

    def sessions(self) -> dict[int, int]:
        """Number -> number of moments of every session, in order."""
        return dict(sorted(self._counts("session", within()).items()))

    @property
    def version(self) -> int:
        """Grows with everything that is written."""
        with self._errors():
            return self._open().version

    def all(self, count: int) -> Iterator[list[Moment]]:
        """Every moment there is now, at most `count` at a time: libraries first, then every session in stream order."""
        with self._errors():
            table = self._open()
            for session in (LIBRARY, *self.sessions()):
                seconds, rows = _ranked(table, "seconds", within(session))
                rows = rows[np.argsort(seconds, kind="stable")]
                for start in range(0, len(rows), count):
                    yield self._take(table, rows[start : start + count])

    def become(self, other: MomentIndex, version: int) -> None:
        """Hold what `other` holds, and nothing else, in one transaction.

        Raises MonitorError, and changes nothing, where this index is not of that `version` any more.
        """
        with self._errors(WRITING):
            if self._open().version != version:
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
    def is_in_pieces(self) -> bool:
        """Whether so much was appended that `optimize` is due."""
        with self._errors():
            return self.exists and upkeep.is_in_pieces(self._open())

    def optimize(self) -> None:
        """Join what many appends left in pieces, remove earlier versions, and keep the vector index up to date.

        Others may read and append meanwhile.
        """
        if self.exists:
            with self._errors(WRITING):
                upkeep.optimize(self._open())

    def _connect(self) -> lancedb.DBConnection:
        return lancedb.connect(self.folder, session=CACHES)

    def _open(self) -> LanceTable:
        """The table as it is now; it stays like that while one question is answered."""
        return cast(LanceTable, self._connect().open_table(TABLE))

    def _counts(self, column: str, where: str) -> dict[Any, int]:
        if not self.exists:
            return {}
        with self._errors():
            query = self._open().search().where(where).select([column])
            values = query.to_batches(SCAN_ROWS).read_all()[column]
        return {pair["values"]: pair["counts"] for pair in values.value_counts().to_pylist()}

    def _take(self, table: LanceTable, rows: NDArray[np.int64]) -> list[Moment]:
        """The moments in `rows`, in that order."""
        if not len(rows):
            return []
        found = table.take_row_ids(rows.tolist()).with_row_id().to_arrow()
        order = {row: place for place, row in enumerate(found["_rowid"].to_pylist())}
        return to_moments(found.take([order[row] for row in rows.tolist()]), table.schema)

    def _nothing_of(self, session: int, source: str | None) -> str:
        known = self.sessions()
        if session not in known:
            numbers = ", ".join(map(str, known)) or "none"
            return f"the index in {self.folder} has no moments of session {session}; it has those of: {numbers}"
        sources = sorted(self._counts("source", within(session)))
        return f"session {session} has no moments of a source {source!r}; it has those of: {', '.join(sources)}"

    @contextmanager
    def _errors(self, doing: tuple[str, str] = READING) -> Iterator[None]:
        """Turns what LanceDB raises into one line that names the folder and says what to do."""
        what, hint = doing
        try:
            yield
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            raise MonitorError(f"the index of moments in {self.folder} {what} ({_reason(error)}); {hint}") from error


def _reason(error: BaseException) -> str:
    """What LanceDB says, without the line of its source code."""
    return re.sub(r"^lance error: |LanceError\(\w+\): |,? ?/\S+\.rs:\d+(:\d+)?", "", first_line(error))


def _of_stretch(stretch: Stretch) -> str:
    session, source, start, end = stretch
    return f"session = {session:d} AND {of_source(source)} AND seconds >= {start!r} AND seconds <= {end!r}"


def _is_in(moment: Moment, stretch: Stretch) -> bool:
    session, source, start, end = stretch
    return (moment.session, moment.source) == (session, source) and start <= moment.seconds <= end


def _ranked(table: LanceTable, expression: str, where: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Values of an expression, and the numbers of their rows: all that must be read to choose among many rows."""
    query = table.search().where(where).select({"value": expression}).with_row_id(True)
    found = query.to_batches(SCAN_ROWS).read_all()
    return found["value"].to_numpy(), found["_rowid"].to_numpy().astype(np.int64)


def _highest(values: NDArray[Any], rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The rows with the `count` highest values, the highest first."""
    chosen = np.argpartition(-values, count)[:count] if count < len(values) else np.arange(len(values))
    order = np.argsort(-values[chosen], kind="stable")
    return rows.take(chosen.take(order))
