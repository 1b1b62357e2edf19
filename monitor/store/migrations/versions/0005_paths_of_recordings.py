"""Where recorded files are, so that pages can play them; older sessions do not tell."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("sources", sa.Column("path", sa.Text(), nullable=True))
