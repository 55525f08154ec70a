"""What participants were due and got in a campaign, and the credit that they go on with."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "fairness_credit",
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("participant_id", KEY, nullable=False),
        sa.Column("due_minutes", sa.BigInteger(), nullable=False),
        sa.Column("granted_minutes", sa.BigInteger(), nullable=False),
        sa.Column("credit_minutes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_fairness_credit_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_fairness_credit_participant_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "participant_id", name=op.f("pk_fairness_credit")),
    )
