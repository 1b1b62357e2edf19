"""Which samples count in shares, and the sums of those; null in older sessions, where all do."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("quality", sa.JSON(), nullable=True))
    op.add_column("sessions", sa.Column("all_samples", sa.Boolean(), nullable=True))
    op.add_column("observations", sa.Column("counts", sa.Boolean(), nullable=True))
    for table in ("windows", "totals"):
        op.add_column(table, sa.Column("counted", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("counted_sums", sa.JSON(), nullable=True))
