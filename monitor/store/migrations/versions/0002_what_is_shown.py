"""Smoothing and calibration of what is shown of a session; older sessions have none."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("half_life_seconds", sa.Float(), nullable=True))
    op.add_column("sessions", sa.Column("calibrate_seconds", sa.Float(), nullable=True))
