"""The tracks of a person are found without reading those of everybody."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("track_people_by_person", "track_people", ["source_id", "person"], unique=False)
