"""Tables of requests, runs, versions and the live timetable."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("cluster_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("requests_until", sa.Date(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name=op.f("fk_campaign_cluster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_table(
        "programme",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("cluster_id", KEY, nullable=False),
        sa.Column("base_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'agreed', 'approved', 'running', 'closed')", name=op.f("ck_programme_state")
        ),
        sa.ForeignKeyConstraint(["base_id"], ["participant.id"], name=op.f("fk_programme_base_id")),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name=op.f("fk_programme_cluster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("code", name=op.f("uq_programme_code")),
    )
    op.create_table(
        "module",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("programme_id", KEY, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("session_hours", sa.BigInteger(), nullable=False),
        sa.Column("competency_id", KEY, nullable=False),
        sa.Column("provider_id", KEY, nullable=True),
        sa.Column("needs_trainer", sa.Boolean(), nullable=False),
        sa.Column("equipment_kind_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["competency_id"], ["competency.id"], name=op.f("fk_module_competency_id")),
        sa.ForeignKeyConstraint(
            ["equipment_kind_id"], ["equipment_kind.id"], name=op.f("fk_module_equipment_kind_id")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_module_programme_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["participant.id"], name=op.f("fk_module_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module")),
        sa.UniqueConstraint("code", name=op.f("uq_module_code")),
        sa.UniqueConstraint("programme_id", "position", name=op.f("uq_module_programme_id_position")),
    )
    op.create_table(
        "programme_party",
        sa.Column("programme_id", KEY, nullable=False),
        sa.Column("participant_id", KEY, nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_programme_party_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_party_programme_id")
        ),
        sa.PrimaryKeyConstraint("programme_id", "participant_id", name=op.f("pk_programme_party")),
    )
    op.create_table(
        "curriculum_hours",
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("competency_id", KEY, nullable=False),
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_curriculum_hours_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["competency_id"], ["competency.id"], name=op.f("fk_curriculum_hours_competency_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["learner_group.id"], name=op.f("fk_curriculum_hours_group_id")
        ),
        sa.PrimaryKeyConstraint("group_id", "competency_id", "campaign_id", name=op.f("pk_curriculum_hours")),
    )
    op.create_table(
        "request",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("participant_id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("session_kind", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("funding", sa.String(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("competency_id", KEY, nullable=False),
        sa.Column("module_id", KEY, nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("session_hours", sa.BigInteger(), nullable=False),
        sa.Column("subgroup_size", sa.BigInteger(), nullable=True),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("day_from_min", sa.BigInteger(), nullable=True),
        sa.Column("day_until_min", sa.BigInteger(), nullable=True),
        sa.Column("travel_limit_min", sa.BigInteger(), nullable=False),
        sa.Column("min_gap_days", sa.BigInteger(), nullable=False),
        sa.Column("needs_trainer", sa.Boolean(), nullable=False),
        sa.Column("equipment_kind_id", KEY, nullable=True),
        sa.Column("equipment_count", sa.BigInteger(), nullable=False),
        sa.Column("provider_id", KEY, nullable=True),
        sa.Column("exam_days", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("form IN ('network', 'single')", name=op.f("ck_request_form")),
        sa.CheckConstraint("funding IN ('state', 'paid')", name=op.f("ck_request_funding")),
        sa.CheckConstraint(
            "kind IN ('module', 'free_slot', 'camp', 'exam', 'internship', 'event')",
            name=op.f("ck_request_kind"),
        ),
        sa.CheckConstraint(
            "session_kind IN ('final_exam', 'study_practice', 'work_practice', 'camp', "
            "'staff_internship', 'further_training', 'event')",
            name=op.f("ck_request_session_kind"),
        ),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'withdrawn')", name=op.f("ck_request_state")),
        sa.CheckConstraint("hours > 0 AND session_hours > 0", name=op.f("ck_request_hours")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_request_campaign_id")),
        sa.ForeignKeyConstraint(["competency_id"], ["competency.id"], name=op.f("fk_request_competency_id")),
        sa.ForeignKeyConstraint(
            ["equipment_kind_id"], ["equipment_kind.id"], name=op.f("fk_request_equipment_kind_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["learner_group.id"], name=op.f("fk_request_group_id")),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name=op.f("fk_request_module_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_request_participant_id")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["participant.id"], name=op.f("fk_request_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("code", name=op.f("uq_request_code")),
    )
    op.create_index(op.f("ix_request_campaign_id"), "request", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_request_participant_id"), "request", ["participant_id"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", KEY, nullable=False),
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("problem_sha256", sa.String(), nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=False),
        sa.Column("solution", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_by_id", KEY, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'stopped', 'failed', 'lost')",
            name=op.f("ck_run_state"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_run_campaign_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name=op.f("fk_run_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_table(
        "run_progress",
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("objective", sa.BigInteger(), nullable=False),
        sa.Column("bound", sa.BigInteger(), nullable=True),
        sa.Column("gap_permille", sa.BigInteger(), nullable=True),
        sa.Column("unplaced", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_progress_run_id")),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_run_progress")),
    )
    op.create_table(
        "run_unplaced",
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("learner_minutes", sa.BigInteger(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_run_unplaced_request_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_unplaced_run_id")),
        sa.PrimaryKeyConstraint("run_id", "activity", name=op.f("pk_run_unplaced")),
    )
    op.create_index(op.f("ix_run_unplaced_request_id"), "run_unplaced", ["request_id"], unique=False)
    op.create_table(
        "version",
        sa.Column("id", KEY, nullable=False),
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("run_id", KEY, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_by_id", KEY, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'proposed', 'approved', 'published', 'superseded')",
            name=op.f("ck_version_state"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_version_campaign_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name=op.f("fk_version_created_by_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_version_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_version_campaign_id_number")),
    )
    op.create_table(
        "booking",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("request_id", KEY, nullable=True),
        sa.Column("version_id", KEY, nullable=True),
        sa.Column("participant_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=True),
        sa.Column("learners_from", sa.BigInteger(), nullable=False),
        sa.Column("learners_until", sa.BigInteger(), nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("contact_minutes", sa.BigInteger(), nullable=False),
        sa.Column("starts_local", sa.String(), nullable=False),
        sa.Column("ends_local", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'held') = (hold_until IS NOT NULL)", name=op.f("ck_booking_hold")),
        sa.CheckConstraint(
            "state IN ('held', 'proposed', 'confirmed', 'rejected', 'cancelled', 'released', "
            "'needs_reallocation')",
            name=op.f("ck_booking_state"),
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_booking_order")),
        sa.ForeignKeyConstraint(["group_id"], ["learner_group.id"], name=op.f("fk_booking_group_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_booking_participant_id")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_booking_request_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_booking_site_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_booking_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("key", name=op.f("uq_booking_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_uid")),
    )
    op.create_index(op.f("ix_booking_request_id"), "booking", ["request_id"], unique=False)
    op.create_index("ix_booking_starts_at", "booking", ["starts_at"], unique=False)
    op.create_table(
        "change",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("version_id", KEY, nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_change_account_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_change_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_table(
        "version_session",
        sa.Column("version_id", KEY, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("starts_local", sa.String(), nullable=False),
        sa.Column("ends_local", sa.String(), nullable=False),
        sa.Column("learners_from", sa.BigInteger(), nullable=False),
        sa.Column("learners_until", sa.BigInteger(), nullable=False),
        sa.Column("contact_minutes", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_version_session_request_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_version_session_version_id")),
        sa.PrimaryKeyConstraint("version_id", "key", name=op.f("pk_version_session")),
    )
    op.create_table(
        "claim",
        sa.Column("id", KEY, nullable=False),
        sa.Column("booking_id", KEY, nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("from_s", sa.BigInteger(), nullable=False),
        sa.Column("until_s", sa.BigInteger(), nullable=False),
        sa.Column("holding", sa.Boolean(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_claim_amount")),
        sa.CheckConstraint("from_s < until_s", name=op.f("ck_claim_order")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_claim_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_claim_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("booking_id", "role", name=op.f("uq_claim_booking_id_role")),
    )
    op.create_index(
        "ix_claim_subject_until",
        "claim",
        ["subject_id", "until_s", "from_s", "holding", "amount"],
        unique=False,
    )
    # ### end Alembic commands ###
