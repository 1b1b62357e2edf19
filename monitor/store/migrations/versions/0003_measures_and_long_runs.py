"""Measures beside labels; thumbnails in a table of their own; indices for reading the newest of a long session."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("measures", sa.JSON(), nullable=True))
    op.add_column("sessions", sa.Column("stages_ms", sa.JSON(), nullable=True))
    for table in ("observations", "windows", "totals"):
        op.add_column(table, sa.Column("measures", sa.JSON(), nullable=True))
    op.create_index("windows_by_time", "windows", ["source_id", "analyzer", "number"], unique=False)
    op.create_index("people_by_last_seen", "people", ["source_id", "last_seconds"], unique=False)
    op.create_table(
        "thumbnails",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("quality", sa.Float(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["sources.id"],
        ),
        sa.PrimaryKeyConstraint("source_id", "subject"),
    )
    op.execute(
        "insert into thumbnails (source_id, subject, quality, jpeg)"
        " select source_id, subject, 0, thumbnail from people where thumbnail is not null"
    )
    op.drop_column("people", "thumbnail")
