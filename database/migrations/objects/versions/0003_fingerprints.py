"""The fingerprint of each object's document, by which an edited workbook tells which version it was made of."""

import sqlalchemy as sa
from alembic import op

from contract.objects import fingerprint

revision = "0003"
down_revision = "0002"

_KEY = ("tenant", "type", "id")
_ROWS = 2_000
Characters = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("state_object", sa.Column("fingerprint", Characters))
    states = sa.table("state_object", *_key_columns(), sa.column("fingerprint", Characters))
    documents = sa.table("document", *_key_columns(), sa.column("document", sa.Text()))
    same = [states.c[name] == sa.bindparam(f"own_{name}") for name in _KEY]
    update = sa.update(states).where(*same).values(fingerprint=sa.bindparam("made"))
    connection = op.get_bind()
    key = sa.tuple_(*(documents.c[name] for name in _KEY))
    last: tuple[str, ...] | None = None
    while True:
        found = sa.select(documents).order_by(*(documents.c[name] for name in _KEY)).limit(_ROWS)
        rows = connection.execute(found if last is None else found.where(key > last)).all()
        if not rows:
            return
        made = [{"made": fingerprint(row.document), **{f"own_{name}": getattr(row, name) for name in _KEY}} for row in rows]
        connection.execute(update, made)
        last = tuple(getattr(rows[-1], name) for name in _KEY)


def _key_columns() -> list[sa.ColumnClause[str]]:
    return [sa.column(name, Characters) for name in _KEY]
