"""The tables of the store.

Boxes are fractions of the frame, times are seconds of stream time unless their name says `at` (Unix time, UTC).
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

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
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("session_id", sa.ForeignKey("sessions.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),  # as given, without credentials
    sa.Column("kind", sa.String(20), nullable=False),  # file, pictures, live
    sa.Column("state", sa.String(20), nullable=False),  # waiting, running, reconnecting, finished, stopped, failed
    sa.Column("frames_decoded", sa.Integer, nullable=False, default=0),
    sa.Column("frames_sampled", sa.Integer, nullable=False, default=0),
    sa.Column("frames_dropped", sa.JSON, nullable=False),  # reason -> count
    sa.Column("seconds", sa.Float, nullable=False, default=0.0),  # stream time of the newest sample
    sa.Column("duration_seconds", sa.Float),  # of the whole file, where known
    sa.Column("samples_per_second", sa.Float, nullable=False, default=0.0),  # of wall clock, lately
    sa.Column("lag_seconds", sa.Float, nullable=False, default=0.0),  # live streams: age of the newest sample
    sa.Column("realtime_factor", sa.Float, nullable=False, default=0.0),  # stream seconds per wall-clock second
    sa.Column("error", sa.Text),
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
    sa.Column("facts", sa.JSON),
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
)

totals = sa.Table(
    "totals",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
    sa.Column("analyzer", sa.String(100), primary_key=True),
    sa.Column("subject", sa.Integer, primary_key=True),  # face track, 0 for the whole frame
    sa.Column("samples", sa.Integer, nullable=False),
    sa.Column("sums", sa.JSON, nullable=False),  # sum of probabilities, in label order
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("source_id", sa.ForeignKey("sources.id"), primary_key=True),
    sa.Column("subject", sa.Integer, primary_key=True),
    sa.Column("first_seconds", sa.Float, nullable=False),
    sa.Column("last_seconds", sa.Float, nullable=False),
    sa.Column("samples", sa.Integer, nullable=False),
    sa.Column("thumbnail", sa.LargeBinary),  # JPEG
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
