"""The first tables of the objects."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

Characters = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Json = sa.Text().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("tenant", Characters, nullable=False),
        sa.Column("type", Characters, nullable=False),
        sa.Column("id", Characters, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "type", "id"),
    )
    op.create_table(
        "state_object",
        sa.Column("tenant", Characters, nullable=False),
        sa.Column("type", Characters, nullable=False),
        sa.Column("id", Characters, nullable=False),
        sa.Column("name", Characters),
        sa.Column("hub", Characters),
        sa.Column("self", Characters),
        sa.Column("tenantid", Characters),
        sa.Column("entityid", Characters),
        sa.Column("channelid", Characters),
        sa.Column("entitytype", Characters),
        sa.Column("submissionid", Characters),
        sa.Column("reqid", Characters),
        sa.Column("createdservice", Characters),
        sa.Column("createdby", Characters),
        sa.Column("createddate", Characters),
        sa.Column("createddate_ms", sa.BigInteger()),
        sa.Column("modifiedservice", Characters),
        sa.Column("modifiedby", Characters),
        sa.Column("modifieddate", Characters),
        sa.Column("modifieddate_ms", sa.BigInteger()),
        sa.Column("itemstate", Characters),
        sa.Column("itemstatedate", Characters),
        sa.Column("itemstatedate_ms", sa.BigInteger()),
        sa.Column("channelstate", Characters),
        sa.Column("channelstatedate", Characters),
        sa.Column("channelstatedate_ms", sa.BigInteger()),
        sa.Column("syndicationstate", Characters),
        sa.Column("syndicationstatedate", Characters),
        sa.Column("syndicationstatedate_ms", sa.BigInteger()),
        sa.Column("validationstate", Characters),
        sa.Column("validationstatedate", Characters),
        sa.Column("validationstatedate_ms", sa.BigInteger()),
        sa.Column("introstate", Characters),
        sa.Column("introstatedate", Characters),
        sa.Column("introstatedate_ms", sa.BigInteger()),
        sa.Column("publishstate", Characters),
        sa.Column("publishstatedate", Characters),
        sa.Column("publishstatedate_ms", sa.BigInteger()),
        sa.Column("details", Json),
        sa.Column("loaded_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "type", "id"),
    )
    op.create_table(
        "validation_error",
        sa.Column("tenant", Characters, nullable=False),
        sa.Column("type", Characters, nullable=False),
        sa.Column("id", Characters, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sno", Characters),
        sa.Column("sourceattribute", Characters),
        sa.Column("targetattribute", Characters),
        sa.Column("error", Characters),
        sa.Column("details", Json),
        sa.PrimaryKeyConstraint("tenant", "type", "id", "entry"),
    )

    lower_channel, lower_type = sa.text("lower(channelid)"), sa.text("lower(entitytype)")
    op.create_index("ix_state_object_channel", "state_object", ["tenant", "type", lower_channel, lower_type])
    op.create_index("ix_state_object_entity", "state_object", ["tenant", "type", "entityid"])
    op.create_index("ix_state_object_modified", "state_object", ["tenant", "type", "modifieddate_ms"])
    op.create_index("ix_state_object_created", "state_object", ["tenant", "type", "createddate_ms"])
