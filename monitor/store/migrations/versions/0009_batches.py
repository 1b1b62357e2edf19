"""How many transactions the engine has written of a session."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("batches", sa.Integer(), nullable=True))
