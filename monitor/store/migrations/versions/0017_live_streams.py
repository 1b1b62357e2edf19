"""When the time of a live stream began."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("sources", sa.Column("began_at", sa.Float(), nullable=True))
