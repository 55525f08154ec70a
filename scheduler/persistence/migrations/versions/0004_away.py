"""Nights away, buses, odd and even weeks, infrastructure lists."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("overnight", "needs_bus"):
        op.add_column("request", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("request", sa.Column("odd_weeks", sa.Boolean(), nullable=True))
    op.add_column("offer", sa.Column("odd_weeks", sa.Boolean(), nullable=True))
    op.create_table(
        "infrastructure_list",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("competency_id", KEY, nullable=False),
        sa.Column("season", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["competency_id"], ["competency.id"], name=op.f("fk_infrastructure_list_competency_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infrastructure_list")),
        sa.UniqueConstraint("code", name=op.f("uq_infrastructure_list_code")),
        sa.UniqueConstraint(
            "competency_id", "season", name=op.f("uq_infrastructure_list_competency_id_season")
        ),
    )
    op.create_table(
        "infrastructure_item",
        sa.Column("list_id", KEY, nullable=False),
        sa.Column("equipment_kind_id", KEY, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("workplaces", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count > 0 AND workplaces > 0", name=op.f("ck_infrastructure_item_count")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["infrastructure_list.id"], name=op.f("fk_infrastructure_item_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["equipment_kind_id"],
            ["equipment_kind.id"],
            name=op.f("fk_infrastructure_item_equipment_kind_id"),
        ),
        sa.PrimaryKeyConstraint("list_id", "equipment_kind_id", name=op.f("pk_infrastructure_item")),
    )
