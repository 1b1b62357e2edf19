"""The tables of the store.

Boxes are fractions of the frame, times are seconds of stream time unless their name says `at` (Unix time, UTC).
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
OPTIONAL = sa.JSON(none_as_null=True)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # running, finished, stopped, failed
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("alive_at", sa.Float, nullable=False),  # renewed about once a second while the engine runs
    sa.Column("ended_at", sa.Float),
    sa.Column("host", sa.String(200), nullable=False),
    sa.Column("process", sa.Integer, nullable=False),
    sa.Column("picture_url", sa.String(200)),  # where the engine serves live pictures while it runs
    sa.Column("every_seconds", sa.Float, nullable=False),
    sa.Column("window_seconds", sa.Float, nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),  # analyzer -> its labels, in the order of `scores` and `sums`
    sa.Column("error", sa.Text),
    sa.Column("half_life_seconds", sa.Float),  # of what is shown; 0, or null in older sessions: not smoothed
    sa.Column("calibrate_seconds", sa.Float),  # of what is shown; 0, or null in older sessions: not calibrated
    sa.Column("measures", OPTIONAL),  # analyzer -> its measures, in the order of other columns of this name
    sa.Column("quality", OPTIONAL),  # limits of the quality gate, as in monitor.quality.Gate; null: everything counts
    sa.Column("all_samples", sa.Boolean),  # of what is shown; true: what is outside of the gate counts too
    sa.Column("models", OPTIONAL),  # analyzer -> name, version and digest of its model; null in older sessions
    sa.Column("stages_ms", sa.JSON),  # stage -> mean milliseconds per sample, of the last seconds
    sa.Column("batches", sa.Integer),  # how many transactions the engine has written; null in older sessions
    sqlite_autoincrement=True,  # links and the index of moments name sessions; a deleted number is never another
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),  # as given, without credentials
    sa.Column("path", sa.Text),  # of a recorded file, absolute; null for other sources and in older sessions
    sa.Column("kind", sa.String(20), nullable=False),  # file, pictures, live
    sa.Column("state", sa.String(20), nullable=False),  # waiting, running, reconnecting, finished, stopped, failed
    sa.Column("frames_decoded", sa.Integer, nullable=False, default=0),
    sa.Column("frames_sampled", sa.Integer, nullable=False, default=0),
    sa.Column("frames_dropped", sa.JSON, nullable=False),  # reason -> count
    sa.Column("seconds", sa.Float, nullable=False, default=0.0),  # stream time of the newest sample
    sa.Column("duration_seconds", sa.Float),  # of the whole file, where known
    sa.Column("samples_per_second", sa.Float, nullable=False, default=0.0),  # of wall clock, over the whole run
    sa.Column("lag_seconds", sa.Float, nullable=False, default=0.0),  # live streams: age of the newest sample
    sa.Column("realtime_factor", sa.Float, nullable=False, default=0.0),  # stream seconds per wall-clock second
    sa.Column("error", sa.Text),
    sa.Column("began_at", sa.Float),  # live streams: when stream time was 0; null for others and in older sessions
    sqlite_autoincrement=True,  # links name sources, too
)

samples = sa.Table(
    "samples",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_id", sa.ForeignKey("sources.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # within the source, from 0
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("file", sa.Text),  # of a picture folder
    sa.Column("faces", sa.Integer),  # how many were found; null where no analyzer asked for faces
    sa.UniqueConstraint("source_id", "number"),
)

observations = sa.Table(
    "observations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_id", sa.ForeignKey("sources.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # of the sample
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("analyzer", sa.String(100), nullable=False),
    sa.Column("subject", sa.Integer),  # face track, null for the whole frame
    sa.Column("left", sa.Float),
    sa.Column("top", sa.Float),
    sa.Column("right", sa.Float),
    sa.Column("bottom", sa.Float),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("scores", sa.JSON, nullable=False),  # probabilities in label order
    sa.Column("facts", sa.JSON),  # only in sessions from before there were measures
    sa.Column("measures", OPTIONAL),  # values in the session's order, null where there is none; null without measures
    sa.Column("counts", sa.Boolean),  # false: outside of the quality gate; null counts too
    sa.Index("observations_by_time", "source_id", "seconds"),
)

windows = sa.Table(
    "windows",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
    sa.Column("analyzer", sa.String(100), primary_key=True),
    sa.Column("subject", sa.Integer, primary_key=True),  # face track, 0 for the whole frame
    sa.Column("number", sa.Integer, primary_key=True),  # covers [number, number + 1) * window_seconds
    sa.Column("samples", sa.Integer, nullable=False),
    sa.Column("sums", sa.JSON, nullable=False),  # sum of probabilities, in label order
    sa.Column("counted", sa.Integer),  # samples that the quality gate lets in; null: all
    sa.Column("counted_sums", OPTIONAL),  # of these; null: as sums
    sa.Column("measures", OPTIONAL),  # as in totals
    sa.Index("windows_by_time", "source_id", "analyzer", "number"),
)

totals = sa.Table(
    "totals",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
    sa.Column("analyzer", sa.String(100), primary_key=True),
    sa.Column("subject", sa.Integer, primary_key=True),  # face track, 0 for the whole frame
    sa.Column("samples", sa.Integer, nullable=False),
    sa.Column("sums", sa.JSON, nullable=False),  # sum of probabilities, in label order
    sa.Column("counted", sa.Integer),  # samples that the quality gate lets in; null: all
    sa.Column("counted_sums", OPTIONAL),  # of these; null: as sums
    sa.Column(
        "measures", OPTIONAL
    ),  # of each: count, mean, sum of squared deviations from it, least, greatest; or null
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
    sa.Column("subject", sa.Integer, primary_key=True),
    sa.Column("first_seconds", sa.Float, nullable=False),
    sa.Column("last_seconds", sa.Float, nullable=False),
    sa.Column("samples", sa.Integer, nullable=False),
    sa.Index("people_by_last_seen", "source_id", "last_seconds"),
)

thumbnails = sa.Table(
    "thumbnails",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
    sa.Column("subject", sa.Integer, primary_key=True),
    sa.Column("quality", sa.Float, nullable=False),  # in [0, 1]; 0 for those of older sessions, where it is not known
    sa.Column("jpeg", sa.LargeBinary, nullable=False),
)

gaps = sa.Table(
    "gaps",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_id", sa.ForeignKey("sources.id"), nullable=False, index=True),
    sa.Column("start_seconds", sa.Float, nullable=False),
    sa.Column("end_seconds", sa.Float),  # null while it lasts
    sa.Column("reason", sa.Text, nullable=False),
)

faults = sa.Table(
    "faults",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_id", sa.ForeignKey("sources.id"), nullable=False, index=True),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("analyzer", sa.String(100), nullable=False),
    sa.Column("samples", sa.Integer, nullable=False),  # how many were lost
    sa.Column("message", sa.Text, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("scope", sa.String(20), nullable=False),  # read, control
    sa.Column("name", sa.String(200), nullable=False),  # what it is for
    sa.Column("digest", sa.String(64), nullable=False, unique=True),  # SHA-256 of the token, hexadecimal
    sa.Column("made_at", sa.Float, nullable=False),
    sqlite_autoincrement=True,  # a removed token's number never becomes another's
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False, index=True),
    sa.Column("source_id", sa.ForeignKey("sources.id")),  # null: all of the session
    sa.Column("tier", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),  # moment, interval, exclude
    sa.Column("start_seconds", sa.Float, nullable=False),
    sa.Column("end_seconds", sa.Float),  # null for moments
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("colour", sa.String(50)),
    sa.Column("author", sa.String(20), nullable=False),  # human, machine, program
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", sa.Float, nullable=False),
    sqlite_autoincrement=True,  # undoing brings deleted events back under their numbers, so none is given twice
)

event_edits = sa.Table(
    "event_edits",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("batch", sa.Integer, nullable=False),  # what one undo takes back
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False, index=True),
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("before", sa.JSON(none_as_null=True)),  # the event as it was; null where it was added
    sa.Column("after", sa.JSON(none_as_null=True)),  # as it is since; null where it was deleted
)

track_people = sa.Table(
    "track_people",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
    sa.Column("subject", sa.Integer, primary_key=True),  # face track
    sa.Column("person", sa.Integer, nullable=False),  # a track without a row is a person of its own, of its number
    sa.Column("by_hand", sa.Boolean, nullable=False),
    sa.Index("track_people_by_person", "source_id", "person"),
)

person_names = sa.Table(
    "person_names",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
    sa.Column("person", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(200)),
    sa.Column("ignored", sa.Boolean, nullable=False),  # taken out of all shares
)

people_edits = sa.Table(
    "people_edits",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False, index=True),
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("what", sa.Text, nullable=False),  # in words
    sa.Column("before", sa.JSON, nullable=False),  # rows of track_people and person_names as they were
)

track_vectors = sa.Table(
    "track_vectors",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
    sa.Column("subject", sa.Integer, primary_key=True),
    sa.Column("model", sa.String(100), nullable=False),  # name, version and digest of the network
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, of length 1
)

remembered_people = sa.Table(
    "remembered_people",
    metadata,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("model", sa.String(100), primary_key=True),  # as in track_vectors
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, of length 1
    sa.Column("made_at", sa.Float, nullable=False),
)

queue = sa.Table(
    "queue",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("path", sa.Text, nullable=False),  # of a recording, absolute, where it was last seen
    sa.Column("size", sa.BigInteger, nullable=False),  # in bytes
    sa.Column("digest", sa.String(64), nullable=False),  # of the file's content, hexadecimal; made up for pieces
    sa.Column("recipe", sa.String(64), nullable=False),  # digest of the settings and models that it is analysed with
    sa.Column("state", sa.String(20), nullable=False),  # waiting, running, done, failed
    sa.Column("session_id", sa.ForeignKey("sessions.id")),  # null until somebody has begun
    sa.Column("worker", sa.String(200)),  # who analyses it: host and process
    sa.Column("lease_until", sa.Float),  # its recording is given to another after that
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("queued_at", sa.Float, nullable=False),
    sa.Column("ended_at", sa.Float),
    sa.Column("piece_of", sa.Integer, index=True),  # number of the whole; null for whole recordings
    sa.Column("start_seconds", sa.Float),  # of a piece
    sa.Column("until_seconds", sa.Float),  # null for the last piece, which ends with the recording
    sa.UniqueConstraint("digest", "recipe"),
    sa.Index("queue_by_state", "recipe", "state", "id"),
)

findings = sa.Table(
    "findings",
    metadata,
    sa.Column("piece_id", sa.ForeignKey("queue.id"), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),  # lines of monitor.engine.findings, compressed by zlib
)

change_log = sa.Table(
    "change_log",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),  # person, event
    sa.Column("source_id", sa.ForeignKey("sources.id")),  # of a person; null for events
    sa.Column("number", sa.Integer, nullable=False),  # face track, or number of the event, which may be gone
    sa.Index("change_log_by_session", "session_id", "kind", "id"),
    sqlite_autoincrement=True,  # followers remember numbers
)
