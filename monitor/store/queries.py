"""Answers questions about the sessions of a store.

What is kept by track is answered by person: a subject is the number of a person, whose tracks are taken together, and
who is taken out of the shares is not there. `observations` alone tells tracks. Excluded stretches are left out of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from monitor.errors import UnknownSession
from monitor.shares import WHOLE_FRAME
from monitor.store import tables
from monitor.store.by_person import of_track, person, with_people, with_thumbnails
from monitor.store.database import Database
from monitor.store.events import EXCLUDE
from monitor.store.exclusion import Stretches, excluded_stretches, inside, inside_part, outside, outside_part, touched
from monitor.store.frames import Rows, columns, counted, measure_frame, score_frame, sum_frame
from monitor.store.records import Session, Source, session_of, sessions_of

if TYPE_CHECKING:
    import pandas as pd

MOST_AT_ONCE = 1000
"""People in one query; databases limit the number of values in it."""
WRITTEN = ("id", "state", "name", "started_at", "alive_at", "ended_at", "batches", "error")
"""Columns of a session some of which change whenever any other does."""
LARGEST_ID = 2**31 - 1
"""A larger number names no session: it would not fit into the column."""


class Store(Database):
    """A database of sessions."""

    def __init__(self, address: str | Path, *, create: bool = False) -> None:
        super().__init__(address, create=create)
        self._ended: dict[tuple[object, ...], Session] = {}
        """Sessions that have ended, by what WRITTEN said of them when they were read."""

    def sessions(self) -> list[Session]:
        """All sessions, the newest first.

        Each refresh of a page asks for all: those that had ended before are not read again.
        """
        table = tables.sessions
        written = self.rows(sa.select(*(table.c[name] for name in WRITTEN)).order_by(table.c.id.desc()))
        marks = [tuple(row.values()) for row in written]
        known = {mark: self._ended[mark] for mark in marks if mark in self._ended}
        read = self._read_sessions([mark[0] for mark in marks if mark not in known])
        have_ended = (mark for mark in marks if mark[0] in read and mark[1] != "running")
        self._ended = known | {mark: read[mark[0]] for mark in have_ended}
        found = (known.get(mark) or read.get(mark[0]) for mark in marks)
        return [session for session in found if session is not None]

    def _read_sessions(self, numbers: Sequence[int]) -> dict[int, Session]:
        """The sessions of these numbers by them, as far as they are there; where they are many, all there are."""
        if not numbers:
            return {}
        table = tables.sessions
        columns = (
            sa.cast(each, sa.Text).label(each.name) if isinstance(each.type, sa.JSON) else each for each in table.c
        )
        query = sa.select(*columns)
        if len(numbers) <= MOST_AT_ONCE:
            query = query.where(table.c.id.in_(numbers))
        return {session.id: session for session in sessions_of(self.rows(query))}

    def session(self, key: str | int) -> Session:
        """A session by number or name (of several with one name the newest), or `latest`. Raises UnknownSession."""
        table, text = tables.sessions, str(key)
        ways = [table.c.name == text]
        if text == "latest":
            ways.insert(0, sa.true())
        elif text.isdecimal() and int(text) <= LARGEST_ID:
            ways.insert(0, table.c.id == int(text))
        for way in ways:
            row = self.row(sa.select(table).where(way).order_by(table.c.id.desc()))
            if row is not None:
                return session_of(row)
        known = self._count(sa.select(table.c.id))
        hint = "there is none yet" if not known else f"`monitor sessions` lists the {known} there are"
        raise UnknownSession(f"no session {text!r} in store {self.address}; {hint}")

    def sources(self, session_id: int) -> list[Source]:
        """The sources of a session, in the order given."""
        query = sa.select(tables.sources).where(tables.sources.c.session_id == session_id).order_by(tables.sources.c.id)
        return [Source(**row) for row in self.rows(query)]

    def newest(self, most: int) -> list[Session]:
        """The `most` newest sessions, the newest first."""
        numbers = self.rows(sa.select(tables.sessions.c.id).order_by(tables.sessions.c.id.desc()).limit(most))
        read = self._read_sessions([row["id"] for row in numbers])
        return sorted(read.values(), key=lambda session: session.id, reverse=True)[:most]

    def all_sources(self, first: int = 0) -> dict[int, list[Source]]:
        """Session -> its sources in the order given, of all sessions from number `first` on at once."""
        found: dict[int, list[Source]] = {}
        table = tables.sources
        for row in self.rows(sa.select(table).where(table.c.session_id >= first).order_by(table.c.id)):
            found.setdefault(row["session_id"], []).append(Source(**row))
        return found

    def windows(
        self,
        session: Session,
        analyzer: str,
        *,
        source_id: int | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> pd.DataFrame:
        """Share windows of one analyzer that touch [start_seconds, end_seconds), oldest first.

        Columns: source_id, source, subject (0 for the whole frame), start_seconds, end_seconds, samples, counted (of
        these, in the shares), then one column per label with the *sum* of the probabilities of the counted ones. Sums
        of windows add up; `monitor.shares.shares` turns them into shares.
        """
        query = self._windows(session, [analyzer], source_id, start_seconds, end_seconds)
        rows = self._counted(query.add_columns(*_sums(tables.windows)), session)
        return sum_frame(rows, session, analyzer, windows=True)

    def measure_windows(
        self,
        session: Session,
        analyzer: str,
        *,
        source_id: int | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> pd.DataFrame:
        """What one analyzer measured in windows that touch [start_seconds, end_seconds), oldest first.

        One row per window and measure: source_id, source, subject (0 for the whole frame), start_seconds, end_seconds,
        samples, measure, count, mean, deviations (sum of squares), low and high. `monitor.moments.pooled` joins them.
        """
        query = self._windows(session, [analyzer], source_id, start_seconds, end_seconds)
        rows = self._counted(query.add_columns(tables.windows.c.measures), session)
        return measure_frame(rows, session, analyzer, windows=True)

    def seen_windows(
        self,
        session: Session,
        analyzers: Sequence[str],
        *,
        source_id: int,
        start_seconds: float,
        excluded: Stretches | None = None,
    ) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
        """Analyzer -> what `windows` and `measure_windows` tell of it, all in one reading.

        `excluded` has what is excluded, where that was read before.
        """
        query = self._windows(session, analyzers, source_id, start_seconds, None)
        found: dict[str, list[Any]] = {analyzer: [] for analyzer in analyzers}
        query = query.add_columns(*_sums(tables.windows), tables.windows.c.measures)
        for row in self._counted(query, session, excluded):
            found[row["analyzer"]].append(row)
        return {
            analyzer: (
                sum_frame(rows, session, analyzer, windows=True),
                measure_frame(rows, session, analyzer, windows=True),
            )
            for analyzer, rows in found.items()
        }

    def _windows(
        self,
        session: Session,
        analyzers: Sequence[str],
        source_id: int | None,
        start_seconds: float | None,
        end_seconds: float | None,
    ) -> sa.Select[Any]:
        table, length = tables.windows, session.window_seconds
        query = self._of(table, session, analyzers, source_id).add_columns(table.c.number)
        if start_seconds is not None:
            query = query.where(table.c.number > start_seconds / length - 1)
        if end_seconds is not None:
            query = query.where(table.c.number < end_seconds / length)
        return query.order_by(table.c.number, table.c.source_id, person(table))

    def _counted(self, query: sa.Select[Any], session: Session, excluded: Stretches | None = None) -> Rows:
        """Rows of windows without what is excluded."""
        stretches = excluded_stretches(self, session.id) if excluded is None else excluded
        return outside_part(self, self.rows(query), stretches, session.window_seconds)

    def window_rows(
        self, session: Session, analyzer: str, source_id: int, *, after: tuple[int, int] | None, most: int
    ) -> Rows:
        """The next windows of a source by person and number, behind the (subject, number) that `after` names.

        At most `most`, each a mapping for `monitor.store.frames` with everything that is kept of a window. Those
        of several tracks of one person stand beside each other, and always in one answer.
        """
        table = tables.windows
        query = self._of(table, session, [analyzer], source_id)
        query = query.add_columns(table.c.number, *_sums(table), table.c.measures)
        query = query.order_by(person(table), table.c.number, table.c.subject).limit(most)
        stretches = excluded_stretches(self, session.id)
        while True:
            behind = sa.true() if after is None else sa.tuple_(person(table), table.c.number) > sa.tuple_(*after)
            rows = self.rows(query.where(behind))
            is_last = len(rows) < most
            if not is_last:
                last = (rows[-1]["subject"], rows[-1]["number"])  # more of it may come
                rows = [row for row in rows if (row["subject"], row["number"]) != last]
            left = outside_part(self, rows, stretches, session.window_seconds)
            if left or is_last:
                return left
            after = (rows[-1]["subject"], rows[-1]["number"])  # all of these are excluded

    def totals(
        self,
        session: Session,
        analyzer: str,
        *,
        source_id: int | None = None,
        subjects: Sequence[int] | None = None,
        excluded: Stretches | None = None,
    ) -> pd.DataFrame:
        """Sums over the whole session: columns source_id, source, subject, samples, counted, and a sum per label.

        `subjects` picks some of the people; a crowd's totals are heavy to read often. `excluded` as for `seen_windows`.
        """
        rows = self.total_rows(session, analyzer, source_id=source_id, subjects=subjects, excluded=excluded)
        return sum_frame(rows, session, analyzer, windows=False)

    def total_rows(
        self,
        session: Session,
        analyzer: str,
        *,
        source_id: int | None = None,
        subjects: Sequence[int] | None = None,
        excluded: Stretches | None = None,
    ) -> Rows:
        """The same as it is kept: a row for each track, with lists in the order of the session's labels."""
        rows = self._totals(session, analyzer, source_id, subjects, _sums(tables.totals))
        stretches = excluded_stretches(self, session.id) if excluded is None else excluded
        return self._less(stretches, rows, session, analyzer)

    def measure_rows(self, session: Session, analyzer: str, *, source_id: int | None = None) -> Rows:
        """What one analyzer measured over the whole session, as it is kept: for each track, and where stretches are
        excluded for each of its windows, `measures` with rows of `monitor.moments` in the session's order."""
        if excluded_stretches(self, session.id):  # a least value can not be taken out of a total
            query = self._windows(session, [analyzer], source_id, None, None)
            return self._counted(query.add_columns(tables.windows.c.measures), session)
        return self._totals(session, analyzer, source_id, None, [tables.totals.c.measures])

    def _less(self, stretches: Stretches, totals: Rows, session: Session, analyzer: str) -> Rows:
        """Rows of sums over the whole session less what lies in `stretches`; who was only seen there is left out."""
        table = tables.windows
        if not stretches:
            return totals
        query = self._of(table, session, [analyzer], None).add_columns(table.c.number, *_sums(table))
        rows = self.rows(query.where(touched(table, stretches, session.window_seconds)))
        gone: dict[tuple[int, int], tuple[int, int, Any]] = {}
        for row in inside_part(self, rows, stretches, session.window_seconds):
            samples, before, sums = gone.get((row["source_id"], row["track"]), (0, 0, 0.0))
            count, own = counted(row, session)
            gone[row["source_id"], row["track"]] = samples + row["samples"], before + count, sums + np.array(own)
        left = []
        for row in totals:
            samples, before, sums = gone.get((row["source_id"], row["track"]), (0, 0, 0.0))
            if row["samples"] > samples:
                count, own = counted(row, session)
                kept = np.maximum(np.array(own, np.float64) - sums, 0.0).round(6).tolist()  # stored sums are rounded
                less = {"samples": row["samples"] - samples, "counted": count - before}
                left.append({**row, **less, "sums": kept, "counted_sums": kept})
        return left

    def _totals(
        self,
        session: Session,
        analyzer: str,
        source_id: int | None,
        subjects: Sequence[int] | None,
        values: Sequence[sa.Column[Any]],
    ) -> Rows:
        table = tables.totals
        query = self._of(table, session, [analyzer], source_id).add_columns(*values)
        query = query.order_by(table.c.source_id, person(table))
        if subjects is None:
            return self.rows(query)
        chosen = sorted(set(map(int, subjects)))
        parts = [chosen[start : start + MOST_AT_ONCE] for start in range(0, len(chosen), MOST_AT_ONCE)]
        queries = [query.where(person(table).in_(part)) for part in parts]
        if source_id is not None:  # an index finds tracks, but not people
            tracks = [self._tracks(source_id, part) for part in parts]
            queries = [own.where(table.c.subject.in_(of)) for own, of in zip(queries, tracks, strict=True)]
        return [row for own in queries for row in self.rows(own)]

    def _of(self, table: sa.Table, session: Session, analyzers: Sequence[str], source_id: int | None) -> sa.Select[Any]:
        subject, track = person(table).label("subject"), table.c.subject.label("track")
        source = tables.sources.c.name.label("source")
        query = (
            sa.select(table.c.source_id, source, subject, track, table.c.analyzer, table.c.samples)
            .join(tables.sources, tables.sources.c.id == table.c.source_id)
            .where(tables.sources.c.session_id == session.id, table.c.analyzer.in_(analyzers))
        )
        query = with_people(query, table)
        return query if source_id is None else query.where(table.c.source_id == source_id)

    def seen_at_once(self, source_id: int) -> list[tuple[int, int]]:
        """Pairs of tracks of a source, the lower number first, that were followed at one time."""
        table = tables.people
        one, other = table.alias(), table.alias()
        query = sa.select(one.c.subject.label("one"), other.c.subject.label("other")).where(
            one.c.source_id == source_id,
            other.c.source_id == source_id,
            one.c.subject < other.c.subject,
            one.c.first_seconds <= other.c.last_seconds,
            other.c.first_seconds <= one.c.last_seconds,
        )
        return [(row["one"], row["other"]) for row in self.rows(query.order_by("one", "other"))]

    def saw_people(self, session: Session) -> dict[str, bool | None]:
        """Analyzer -> whether it observed people, and not only whole frames; None where it observed nothing so far."""
        table = tables.totals
        asked: list[sa.ColumnElement[bool]] = []
        for analyzer in session.analyzers:
            total = _of_session(sa.select(table.c.samples), table, session).where(table.c.analyzer == analyzer)
            asked += [total.where(table.c.subject > WHOLE_FRAME).exists(), total.exists()]
        query = sa.select(sa.literal(0)).add_columns(*(each.label(str(place)) for place, each in enumerate(asked)))
        answers = list(self.rows(query)[0].values())[1:]
        return {
            analyzer: bool(people) if anything else None
            for analyzer, people, anything in zip(session.analyzers, answers[::2], answers[1::2], strict=True)
        }

    def people(
        self,
        session: Session,
        *,
        source_id: int | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        newest: int | None = None,
        most_seen: int | None = None,
        most: int | None = None,
        skip: int = 0,
        thumbnails: bool = True,
        excluded: Stretches | None = None,
    ) -> pd.DataFrame:
        """Columns source_id, source, subject, name (or None), first_seconds, last_seconds, samples, thumbnail (JPEG
        bytes of the best view, or None).

        Of those who were there at some time in [start_seconds, end_seconds), by number: `most` people after the first
        `skip`. With `newest`, only that many people, those seen last first; with `most_seen`, those with the most
        samples first. A crowd's thumbnails are heavy to read; without `thumbnails` there is no such column.
        `excluded` as for `seen_windows`.
        """
        people, tracks = self._people(session, source_id, start_seconds, end_seconds, excluded), None
        if newest is not None and source_id is not None and start_seconds is None and end_seconds is None:
            chosen = self._newest(source_id, newest)  # so that nothing of all the others is read
            tracks = self._tracks(source_id, chosen)
            people = people.where(tables.people.c.subject.in_(tracks), person(tables.people).in_(chosen))
        seen = people.subquery()
        query = with_thumbnails(seen, session.id, tracks) if thumbnails else sa.select(seen)
        if newest is not None:
            query = query.order_by(seen.c.last_seconds.desc(), seen.c.subject).limit(newest)
        elif most_seen is not None:
            query = query.order_by(seen.c.samples.desc(), seen.c.source_id, seen.c.subject).limit(most_seen)
        else:
            query = query.order_by(seen.c.source_id, seen.c.subject).limit(most).offset(skip)
        return self._frame(query)

    def names(self, source_id: int) -> dict[int, str]:
        """Person -> the name that they were given, of those of a source who have one."""
        table = tables.person_names
        query = sa.select(table.c.person, table.c.name).where(table.c.source_id == source_id, table.c.name.is_not(None))
        return {row["person"]: row["name"] for row in self.rows(query)}

    def titles(self, source_id: int) -> dict[int, str]:
        """Track -> the name, or else the number, of the person whose track it is; those of a person of its own number
        without a name are left out."""
        table = tables.track_people
        query = sa.select(table.c.subject, table.c.person).where(table.c.source_id == source_id)
        names, people = self.names(source_id), {row["subject"]: row["person"] for row in self.rows(query)}
        founders = {person: person for person in names}
        return {track: names.get(person, str(person)) for track, person in (founders | people).items()}

    def _newest(self, source_id: int, count: int) -> list[int]:
        """The people of a source who were seen last, found by their newest tracks."""
        table, most = tables.people, 2 * count
        while True:
            query = with_people(sa.select(person(table).label("person")), table).where(table.c.source_id == source_id)
            rows = self.rows(query.order_by(table.c.last_seconds.desc(), table.c.subject).limit(most))
            found = list(dict.fromkeys(int(row["person"]) for row in rows))
            if len(found) >= count or len(rows) < most:
                return found[:count]
            most *= 4

    def _tracks(self, source_id: int, people: Sequence[int]) -> list[int]:
        """All tracks that may belong to these people of a source: those joined to them, and their own numbers."""
        table = tables.track_people
        query = sa.select(table.c.subject).where(table.c.source_id == source_id, table.c.person.in_(people))
        return sorted({*people, *(row["subject"] for row in self.rows(query))})

    def count_people(
        self,
        session: Session,
        *,
        source_id: int | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> int:
        """How many people `people` has for the same arguments."""
        return self._count(self._people(session, source_id, start_seconds, end_seconds))

    def _people(
        self,
        session: Session,
        source_id: int | None,
        start_seconds: float | None,
        end_seconds: float | None,
        excluded: Stretches | None = None,
    ) -> sa.Select[Any]:
        table, names, sources = tables.people, tables.person_names, tables.sources
        first, last = sa.func.min(table.c.first_seconds), sa.func.max(table.c.last_seconds)
        samples: sa.ColumnElement[int] = sa.func.sum(table.c.samples)
        stretches = excluded_stretches(self, session.id) if excluded is None else excluded
        gone = _samples_inside(stretches)
        if stretches:
            samples = samples - sa.func.sum(sa.func.coalesce(gone.c.samples, 0))
        query = sa.select(
            table.c.source_id,
            sources.c.name.label("source"),
            person(table).label("subject"),
            names.c.name,
            first.label("first_seconds"),
            last.label("last_seconds"),
            samples.label("samples"),
        )
        query = with_people(_of_session(query, table, session, source_id), table)
        if stretches:
            own = sa.and_(gone.c.source_id == table.c.source_id, gone.c.subject == table.c.subject)
            query = query.outerjoin(gone, own).having(samples > 0)
        query = query.group_by(table.c.source_id, sources.c.name, person(table), names.c.name)
        if start_seconds is not None:
            query = query.having(last >= start_seconds)
        if end_seconds is not None:
            query = query.having(first < end_seconds)
        return query

    def counts(self, session: Session) -> dict[str, int]:
        """How many `people`, `gaps` and `faults` a session has, without reading them."""
        events = (tables.gaps, tables.faults)
        return {"people": self.count_people(session)} | {
            table.name: self._count(_of_session(sa.select(table.c.source_id), table, session)) for table in events
        }

    def all_counts(self, first: int = 0) -> defaultdict[int, dict[str, int]]:
        """Session -> what `counts` has of it, of all sessions from number `first` on at once; zeros for one of which
        nothing is there."""
        found: defaultdict[int, dict[str, int]] = defaultdict(lambda: {"people": 0, "gaps": 0, "faults": 0})
        table = tables.people
        sources = tables.sources
        own = table.c.source_id.in_(sa.select(sources.c.id).where(sources.c.session_id >= first))
        each = sa.select(table.c.source_id, person(table).label("person")).where(own)
        people = with_people(each, table).distinct().subquery()
        for name, rows in (("people", people), ("gaps", tables.gaps), ("faults", tables.faults)):
            count = sa.func.count().label("count")
            query = sa.select(sources.c.session_id, count).join(rows, rows.c.source_id == sources.c.id)
            for row in self.rows(query.where(sources.c.session_id >= first).group_by(sources.c.session_id)):
                found[row["session_id"]][name] = row["count"]
        events = tables.events
        excluded = sa.select(events.c.session_id).where(events.c.kind == EXCLUDE, events.c.session_id >= first)
        for row in self.rows(excluded.distinct()):
            found[row["session_id"]] = self.counts(self.session(row["session_id"]))
        return found

    def _count(self, query: sa.Select[Any]) -> int:
        row = self.row(sa.select(sa.func.count().label("count")).select_from(query.subquery()))
        assert row is not None
        return int(row["count"])

    def observations(
        self,
        session: Session,
        *,
        analyzer: str | None = None,
        source_id: int | None = None,
        start_seconds: float = 0.0,
        end_seconds: float = 1e12,
        excluded: bool = False,
        ignored: bool = True,
    ) -> pd.DataFrame:
        """Raw observations in stream order; with `excluded`, those in excluded stretches too, and without `ignored`,
        none of people who are left out of all shares.

        Columns: source_id, source, sample, file, seconds, analyzer, subject (a track, missing for the whole frame),
        person (their number), name (or None), left, top, right, bottom, confidence, counted (1 where it is in the
        shares, 0 outside of the quality gate), then one column per label and one per measure (missing where an analyzer
        does not have it, or had no value); `monitor.store.frames.columns` names them.
        """
        import pandas as pd

        table = tables.observations
        query = (
            sa.select(
                table.c.source_id,
                tables.sources.c.name.label("source"),
                table.c.number.label("sample"),
                tables.samples.c.file,
                *(table.c[name] for name in ("seconds", "analyzer", "subject")),
                person(table).label("person"),
                tables.person_names.c.name,
                *(table.c[name] for name in ("left", "top", "right", "bottom", "confidence")),
                _counts(table, session).label("counted"),
                table.c.scores,
                table.c.measures,
            )
            .join(tables.sources, tables.sources.c.id == table.c.source_id)
            .outerjoin(
                tables.samples,
                sa.and_(tables.samples.c.source_id == table.c.source_id, tables.samples.c.number == table.c.number),
            )
            .where(
                tables.sources.c.session_id == session.id,
                table.c.seconds >= start_seconds,
                table.c.seconds < end_seconds,
            )
            .order_by(table.c.source_id, table.c.number, table.c.id)
        )
        if analyzer is not None:
            query = query.where(table.c.analyzer == analyzer)
        if source_id is not None:
            query = query.where(table.c.source_id == source_id)
        if not excluded:
            query = query.where(outside(table, excluded_stretches(self, session.id)))
        rows = self.rows(with_people(query, table, ignored=ignored))
        head = [column.name for column in query.selected_columns if column.name not in ("scores", "measures")]
        labels, measures = columns(session, [analyzer] if analyzer is not None else session.analyzers, head)
        values = []
        for row in rows:
            own = [measure.name for measure in session.measures.get(row["analyzer"], [])]
            scores = zip(session.labels[row["analyzer"]], row.pop("scores"), strict=True)
            measured = zip(own, row.pop("measures") or [], strict=False)
            values.append(
                {labels[label]: score for label, score in scores} | {measures[name]: value for name, value in measured}
            )
        names = [*labels.values(), *measures.values()]
        numbers = pd.DataFrame(values, index=range(len(values)), columns=names, dtype="float64")
        kinds = {"subject": "Int64", "person": "Int64", "counted": "int64"}
        return pd.concat([pd.DataFrame(rows, columns=head).astype(kinds), numbers], axis=1)

    def first_observations(
        self, session: Session, analyzer: str, source_id: int, subjects: Sequence[int], seconds: float
    ) -> pd.DataFrame:
        """Raw scores of each of these people within `seconds` of stream time after they appeared.

        Columns source_id, subject, first_seconds (when they appeared), seconds, then one column per label. Reads no
        more of the session than that, however long it is.
        """
        import pandas as pd

        table = tables.observations
        people = self._people(session, source_id, None, None).subquery("asked")
        query = (
            sa.select(table.c.source_id, people.c.subject, people.c.first_seconds, table.c.seconds, table.c.scores)
            .join_from(table, tables.track_people, of_track(table), isouter=True)
            .join(
                people,
                sa.and_(
                    table.c.source_id == people.c.source_id,
                    person(table) == people.c.subject,
                    table.c.seconds >= people.c.first_seconds,
                    table.c.seconds < people.c.first_seconds + seconds,
                ),
            )
            .where(table.c.source_id == source_id, table.c.analyzer == analyzer, _counts(table, session) == 1)
            .order_by(people.c.subject, table.c.number)
        )
        rows = []
        for start in range(0, len(subjects), MOST_AT_ONCE):
            rows += self.rows(query.where(people.c.subject.in_(subjects[start : start + MOST_AT_ONCE])))
        scores = [row.pop("scores") for row in rows]
        head = pd.DataFrame(rows, columns=["source_id", "subject", "first_seconds", "seconds"])
        return pd.concat([head, score_frame(scores, session.labels.get(analyzer, []))], axis=1)

    def samples(
        self, session: Session, *, source_id: int | None = None, after: int | None = None, most: int | None = None
    ) -> pd.DataFrame:
        """Columns source_id, source, number, seconds, file, faces (missing where no face stage ran).

        `most` samples of a source whose numbers are larger than `after`; by default all. Excluded ones are left out.
        """
        table = tables.samples
        query = _of_session(sa.select(table, tables.sources.c.name.label("source")), table, session, source_id)
        query = query.where(outside(table, excluded_stretches(self, session.id)))
        if after is not None:
            query = query.where(table.c.number > after)
        frame = self._frame(query.order_by(table.c.source_id, table.c.number).limit(most))
        return frame.drop(columns="id").astype({"faces": "Int64"})

    def gaps(self, session: Session, *, source_id: int | None = None) -> pd.DataFrame:
        """Columns source_id, source, start_seconds, end_seconds (missing while it lasts), reason."""
        return self._events(tables.gaps, session, source_id)

    def faults(self, session: Session, *, source_id: int | None = None) -> pd.DataFrame:
        """Columns source_id, source, seconds, analyzer, samples (lost), message."""
        return self._events(tables.faults, session, source_id)

    def _events(self, table: sa.Table, session: Session, source_id: int | None) -> pd.DataFrame:
        kept = [column for column in table.c if column.name != "id"]
        query = _of_session(sa.select(*kept, tables.sources.c.name.label("source")), table, session, source_id)
        return self._frame(query.order_by(table.c.id))

    def _frame(self, query: sa.Select[Any]) -> pd.DataFrame:
        import pandas as pd

        rows, names = self.rows(query), [column.name for column in query.selected_columns]
        if not rows:
            return pd.DataFrame(columns=names)
        return pd.DataFrame({name: [row[name] for row in rows] for name in names})


def _samples_inside(stretches: Stretches) -> sa.Subquery:
    """How many samples of each track lie in excluded stretches: source_id, subject and samples."""
    table = tables.observations
    count = sa.func.count(table.c.number.distinct()).label("samples")
    query = sa.select(table.c.source_id, table.c.subject, count).where(inside(table, stretches))
    return query.group_by(table.c.source_id, table.c.subject).subquery("inside")


def _sums(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns that `monitor.store.frames.counted` reads."""
    return [table.c.sums, table.c.counted, table.c.counted_sums]


def _counts(observations: sa.Table, session: Session) -> sa.ColumnElement[int]:
    """1 where an observation is in the shares of a session as it is shown, 0 outside of its quality gate."""
    if session.all_samples:
        return sa.literal(1)
    return sa.case((observations.c.counts.is_(False), 0), else_=1)


def _of_session(
    query: sa.Select[Any], table: sa.Table, session: Session, source_id: int | None = None
) -> sa.Select[Any]:
    """The rows of a table that belong to a session, or to one source of it."""
    query = query.join(tables.sources, tables.sources.c.id == table.c.source_id)
    query = query.where(tables.sources.c.session_id == session.id)
    return query if source_id is None else query.where(table.c.source_id == source_id)
