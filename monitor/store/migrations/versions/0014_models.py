"""Which model each analyzer of a session answered with; null in older sessions, where it is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("models", sa.JSON(), nullable=True))
