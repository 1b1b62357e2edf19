"""Recordings of the queue in pieces of time."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("queue", sa.Column("piece_of", sa.Integer(), nullable=True))
    op.add_column("queue", sa.Column("start_seconds", sa.Float(), nullable=True))
    op.add_column("queue", sa.Column("until_seconds", sa.Float(), nullable=True))
    op.create_index("ix_queue_piece_of", "queue", ["piece_of"])
    op.create_table(
        "findings",
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["piece_id"], ["queue.id"]),
        sa.PrimaryKeyConstraint("piece_id"),
    )
