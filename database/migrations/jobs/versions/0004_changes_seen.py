"""Which changes of the objects an export has seen."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("export_job", sa.Column("seen", sa.Text().with_variant(sa.Text(collation="C"), "postgresql")))
