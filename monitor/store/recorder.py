"""Writes one session into the store, every half second in one transaction."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from monitor.plugin.contracts import Measure
from monitor.quality import Gate
from monitor.sample import Observation, Sample
from monitor.settings import SPOOL, SPOOL_MEGABYTES
from monitor.shares import ShareBook, Tally
from monitor.store import tables
from monitor.store.batch import Batch
from monitor.store.queries import Store
from monitor.store.records import measure_row
from monitor.store.seen_people import Person, SeenPeople
from monitor.store.shots import cut
from monitor.store.spool import RETRY_SECONDS, Spool
from monitor.store.tally_rows import tally_of, tally_row
from monitor.store.unfinished import Unfinished, take_up

FLUSH_SECONDS = 0.5
"""What is younger than this, and than the batch under way, may be lost when the process is killed."""
BACK_SECONDS = 10.0
"""How long the end of a session waits for a database that is away."""


class Recorder:
    """The one writer of a session. Everything is buffered until `flush`, which writes one transaction.

    Its memory does not grow with the length of a session, nor with the number of people who came and went.
    """

    def __init__(
        self,
        store: Store,
        *,
        name: str,
        every_seconds: float,
        window_seconds: float,
        labels: Mapping[str, Sequence[str]],
        measures: Mapping[str, Sequence[Measure]] | None = None,
        models: Mapping[str, str] | None = None,
        picture_url: str | None = None,
        half_life_seconds: float = 0.0,
        calibrate_seconds: float = 0.0,
        all_samples: bool = False,
        gate: Gate | None = None,
        judges: Collection[str] = (),
        thumbnails: bool = True,
        blur: bool = False,
        unfinished: Unfinished | None = None,
        begun: Callable[[sa.Connection, int], None] = lambda connection, session_id: None,
        spool_folder: Path = SPOOL,
        spool_megabytes: float = SPOOL_MEGABYTES,
    ) -> None:
        """Start a session, or go on with an unfinished one of the same analyzers; it shows as running from here.

        `labels` has every analyzer, those without labels too; `measures` those that have any; `models`
        says which model answers for one. `half_life_seconds`,
        `calibrate_seconds` and `all_samples` say how the session is to be shown; what is recorded is always raw.
        Faces count in shares where `gate` lets them in, by what the analyzers `judges` measure of them. What a judge
        says is kept only where `labels` has it. `thumbnails` says whether a picture of each person is kept, and `blur`
        whether their faces are blurred there. `begun` is called within the transaction that starts the session or takes
        it up, with its number: what that writes is true as soon as the session is there, and what it raises undoes
        both. While the database is away, at most `spool_megabytes` are kept in
        `spool_folder`.
        """
        self._store = store
        self._labels = {analyzer: list(names) for analyzer, names in labels.items()}
        declared = {analyzer: list(own) for analyzer, own in (measures or {}).items() if own}
        self._measures = {analyzer: [measure.name for measure in own] for analyzer, own in declared.items()}
        self._window_seconds = window_seconds
        self._gate, self._judges = gate, frozenset(judges)
        self._thumbnails, self._blur = thumbnails, blur
        self._books: dict[int, ShareBook] = {}
        self._people: dict[int, SeenPeople] = {}
        self._sources: dict[int, dict[str, Any]] = {}
        self._session: dict[str, Any] = {}
        self._rows: dict[sa.Table, list[dict[str, Any]]] = {}
        self._open_gaps: dict[int, dict[str, Any]] = {}
        self._closed_gaps: list[dict[str, Any]] = []
        self._seconds: dict[int, float] = {}
        """Source -> time of its last sample."""
        self._flushed_at = time.monotonic()
        self._unfinished = unfinished
        self._started_at = now = time.time()
        here = {"started_at": now, "alive_at": now, "host": socket.gethostname(), "process": os.getpid()}
        here |= {"state": "running", "picture_url": picture_url}
        if unfinished is None:
            self._batches = 0
            values = {
                "name": name,
                "every_seconds": every_seconds,
                "window_seconds": window_seconds,
                "labels": self._labels,
                "measures": {analyzer: [measure_row(each) for each in own] for analyzer, own in declared.items()},
                "models": dict(models or {}),
                "half_life_seconds": half_life_seconds,
                "calibrate_seconds": calibrate_seconds,
                "all_samples": all_samples,
                "quality": asdict(gate) if gate else None,
            }
            with store.errors(), store.engine.begin() as connection:
                self.session_id = _key(connection.execute(tables.sessions.insert().values(**values, **here)))
                begun(connection, self.session_id)
        else:
            self.session_id, self._batches = unfinished.session_id, unfinished.batches
            with store.errors(), store.engine.begin() as connection:
                begun(connection, self.session_id)
                take_up(connection, unfinished, ended_at=None, error=None, **here)
        self._spool = Spool(store, self.session_id, now, spool_folder, round(1e6 * spool_megabytes))

    def add_source(self, name: str, kind: str, duration_seconds: float | None = None) -> int:
        """Announce a source; the number that comes back names it in every other call."""
        if self._unfinished is not None and self._unfinished.source_id is not None:
            source_id = self._unfinished.source_id
            self._begin_books(source_id)
            left = self._unfinished
            followed = {face.track for faces in left.followed.values() for face in faces}
            self._books[source_id].go_on(left.last_track, left.windows, followed, left.seconds)
            self._people[source_id].go_on(left.last_track, followed)
            open_gap = sa.select(tables.gaps).where(
                tables.gaps.c.source_id == source_id, tables.gaps.c.end_seconds.is_(None)
            )
            for gap in self._store.rows(open_gap):
                self._open_gaps[source_id] = {name: gap[name] for name in ("source_id", "start_seconds", "reason")}
            return source_id
        with self._store.errors(), self._store.engine.begin() as connection:
            result = connection.execute(
                tables.sources.insert().values(
                    session_id=self.session_id,
                    name=name,
                    path=str(Path(name).resolve()) if kind == "file" and Path(name).is_file() else None,
                    kind=kind,
                    state="waiting",
                    frames_dropped={},
                    duration_seconds=duration_seconds,
                )
            )
        source_id = _key(result)
        self._begin_books(source_id)
        return source_id

    def _begin_books(self, source_id: int) -> None:
        recall = partial(self._stored_total, source_id)
        self._books[source_id] = ShareBook(self._window_seconds, self._labels, self._measures, recall)
        self._people[source_id] = SeenPeople(partial(self._stored_person, source_id), self._thumbnails, self._blur)

    def update_source(self, source_id: int, **facts: Any) -> None:
        """Set columns of the source's row, such as state or frames_decoded."""
        self._sources.setdefault(source_id, {}).update(facts)

    def set_stages_ms(self, stages_ms: Mapping[str, float]) -> None:
        """Note how long each stage takes: its mean milliseconds per sample over the last seconds."""
        self._session["stages_ms"] = {stage: round(milliseconds, 3) for stage, milliseconds in stages_ms.items()}

    def add_sample(self, source_id: int, sample: Sample, faces_looked_for: bool) -> None:
        """Note that a sample was taken, whatever the analyzers say of it, the cut before it, where there is one, and
        keep the best picture of each person."""
        frame = sample.frame
        if frame.shot_start_seconds > self._seconds.get(source_id, frame.seconds):
            event = asdict(cut(self.session_id, source_id, frame.shot_start_seconds))
            del event["id"]
            self._append(tables.events, **event)
        self._seconds[source_id] = frame.seconds
        self._append(
            tables.samples,
            source_id=source_id,
            number=frame.index,
            seconds=frame.seconds,
            file=frame.file,
            faces=len(sample.faces) if faces_looked_for else None,
        )
        self._people[source_id].add(sample)

    def add_observations(self, source_id: int, number: int, observations: Iterable[Observation]) -> list[Observation]:
        """What analyzers said of sample `number`; counted in the shares and kept raw. Returns the same, each with
        whether it counts."""
        observations = list(observations)
        outside = self._outside(observations)
        observations = [replace(seen, counts=False) if seen.subject in outside else seen for seen in observations]
        for seen in observations:
            if seen.analyzer not in self._labels:
                continue
            self._books[source_id].add(seen, seen.counts)
            left, top, right, bottom = seen.box or (None, None, None, None)
            names = self._measures.get(seen.analyzer)
            self._append(
                tables.observations,
                source_id=source_id,
                number=number,
                seconds=seen.seconds,
                analyzer=seen.analyzer,
                subject=seen.subject,
                left=left,
                top=top,
                right=right,
                bottom=bottom,
                confidence=seen.confidence,
                scores=[round(float(seen.scores[label]), 6) for label in self._labels[seen.analyzer]],
                measures=names and [_nine_digits(seen.measures.get(name)) for name in names],
                counts=seen.counts,
            )
        return observations

    def _outside(self, observations: Iterable[Observation]) -> set[int]:
        """The faces of a sample that the gate does not let in, by their tracks."""
        gate = self._gate
        if gate is None:
            return set()
        return {
            seen.subject
            for seen in observations
            if seen.subject is not None and seen.analyzer in self._judges and not gate.lets_in(seen.measures)
        }

    def add_fault(self, source_id: int, seconds: float, analyzer: str, samples: int, message: str) -> None:
        """Note that an analyzer failed and how many samples it lost."""
        self._append(
            tables.faults, source_id=source_id, seconds=seconds, analyzer=analyzer, samples=samples, message=message
        )

    def open_gap(self, source_id: int, start_seconds: float, reason: str) -> None:
        """Note that a live source went away; written at once, so that a reader sees it while it lasts."""
        if source_id not in self._open_gaps:
            gap = {"source_id": source_id, "start_seconds": start_seconds, "reason": reason}
            self._open_gaps[source_id] = gap
            self._append(tables.gaps, **gap)
            self.flush(force=True)

    def close_gap(self, source_id: int, end_seconds: float) -> None:
        """Note that it came back."""
        gap = self._open_gaps.pop(source_id, None)
        if gap is not None:
            self._closed_gaps.append({"end_seconds": end_seconds, **gap})

    def _append(self, table: sa.Table, **row: Any) -> None:
        self._rows.setdefault(table, []).append(row)

    def flush(self, *, force: bool = False) -> None:
        """Write what has gathered, if the last time was FLUSH_SECONDS ago or `force`.

        While the database is away it is kept on disk. Raises StoreError where that is full too.
        """
        if not force and time.monotonic() - self._flushed_at < FLUSH_SECONDS:
            return
        self._batches += 1
        batch = Batch(
            self.session_id,
            self._batches,
            {table.name: rows for table, rows in self._rows.items() if rows},
            self._changes(),
            self._sources,
            self._session,
            self._closed_gaps,
            self._started_at,
        )
        with self._store.errors():
            self._spool.write(batch)
        self._rows, self._sources, self._session, self._closed_gaps = {}, {}, {}, []
        self._flushed_at = time.monotonic()

    def _changes(self) -> dict[str, list[dict[str, Any]]]:
        """Shares and people of all sources, as far as they changed: table -> rows."""
        changes: dict[str, list[dict[str, Any]]] = {}
        forget = not self._spool.is_used
        for source_id, book in self._books.items():
            windows, totals = book.changed(forget)
            people, thumbnails = self._people[source_id].changed(forget)
            of_source: dict[str, Iterable[dict[str, Any]]] = {
                "windows": (
                    {"analyzer": key.analyzer, "subject": key.subject, "number": key.index, **tally_row(tally)}
                    for key, tally in windows.items()
                ),
                "totals": (
                    {"analyzer": analyzer, "subject": subject, **tally_row(tally)}
                    for (analyzer, subject), tally in totals.items()
                ),
                "people": people,
                "thumbnails": thumbnails,
            }
            for table, rows in of_source.items():
                changes.setdefault(table, []).extend({"source_id": source_id, **row} for row in rows)
        return {table: rows for table, rows in changes.items() if rows}

    def _stored_total(self, source_id: int, analyzer: str, subject: int) -> Tally | None:
        table = tables.totals
        row = self._store.row(
            sa.select(table).where(
                table.c.source_id == source_id, table.c.analyzer == analyzer, table.c.subject == subject
            )
        )
        return None if row is None else tally_of(row)

    def _stored_person(self, source_id: int, subject: int) -> Person | None:
        table, thumbnails = tables.people, tables.thumbnails
        of_both = sa.and_(thumbnails.c.source_id == table.c.source_id, thumbnails.c.subject == table.c.subject)
        row = self._store.row(
            sa.select(table.c.first_seconds, table.c.last_seconds, table.c.samples, thumbnails.c.quality)
            .join_from(table, thumbnails, of_both, isouter=True)
            .where(table.c.source_id == source_id, table.c.subject == subject)
        )
        if row is None:
            return None
        without = Person.quality
        return Person(**row | {"quality": without if row["quality"] is None else row["quality"]})

    def finish(self, state: str, error: str | None = None) -> None:
        """Write everything and end the session as finished, stopped or failed.

        Where the database is away it gets BACK_SECONDS to come back; what it does not have then stays on disk, and the
        next recorder of the store writes it.
        """
        self._session |= {"state": state, "ended_at": time.time(), "error": error}
        try:
            self.flush(force=True)
            end = time.monotonic() + BACK_SECONDS
            while not self._spool.write_back() and time.monotonic() < end:
                time.sleep(RETRY_SECONDS)
        finally:
            self._spool.close()


def _nine_digits(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.9g}")


def _key(result: sa.CursorResult[Any]) -> int:
    """Number of the row that was inserted."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])
