"""The number of a deleted session, or of its source, is not given to another one; PostgreSQL never did that."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in ("sessions", "sources"):
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
                pass
