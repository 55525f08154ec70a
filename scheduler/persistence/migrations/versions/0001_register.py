"""Tables of the register, resources and accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cluster",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster")),
        sa.UniqueConstraint("code", name=op.f("uq_cluster_code")),
    )
    op.create_table(
        "competency",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("practice_subgroup", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competency")),
        sa.UniqueConstraint("code", name=op.f("uq_competency_code")),
    )
    op.create_table(
        "equipment_kind",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("hazard", sa.String(), nullable=False),
        sa.Column("setup_min", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_equipment_kind_code")),
    )
    op.create_table(
        "feed",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("dirty", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("body_gzip", sa.LargeBinary(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('trainer', 'group', 'resource', 'site', 'participant')", name=op.f("ck_feed_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("kind", "target_id", name=op.f("uq_feed_kind_target_id")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_feed_token_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_feed_dirty"), "feed", ["dirty"], unique=False)
    op.create_table(
        "setting",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("key", "valid_from", name=op.f("uq_setting_key_valid_from")),
    )
    op.create_table(
        "subject",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("history_until_s", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('resource', 'learner_group')", name=op.f("ck_subject_kind")),
        sa.CheckConstraint("mode IN ('exclusive', 'pooled')", name=op.f("ck_subject_mode")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_subject_capacity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
    )
    op.create_table(
        "town",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town")),
        sa.UniqueConstraint("code", name=op.f("uq_town_code")),
    )
    op.create_table(
        "availability",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("weekday", sa.BigInteger(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("from_min", sa.BigInteger(), nullable=False),
        sa.Column("until_min", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('weekly', 'date', 'closed')", name=op.f("ck_availability_kind")),
        sa.CheckConstraint("from_min < until_min", name=op.f("ck_availability_order")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_availability_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability")),
    )
    op.create_index(op.f("ix_availability_subject_id"), "availability", ["subject_id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("town_id", KEY, nullable=False),
        sa.Column("days_per_week", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('college', 'university', 'employer', 'authority')", name=op.f("ck_participant_kind")
        ),
        sa.CheckConstraint(
            "state IN ('applied', 'active', 'left', 'excluded')", name=op.f("ck_participant_state")
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.id"], name=op.f("fk_participant_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("code", name=op.f("uq_participant_code")),
    )
    op.create_table(
        "town_distance",
        sa.Column("a_id", KEY, nullable=False),
        sa.Column("b_id", KEY, nullable=False),
        sa.Column("road_km", sa.BigInteger(), nullable=False),
        sa.Column("car_min", sa.BigInteger(), nullable=False),
        sa.Column("bus_min", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_town_distance_order")),
        sa.ForeignKeyConstraint(["a_id"], ["town.id"], name=op.f("fk_town_distance_a_id")),
        sa.ForeignKeyConstraint(["b_id"], ["town.id"], name=op.f("fk_town_distance_b_id")),
        sa.PrimaryKeyConstraint("a_id", "b_id", name=op.f("pk_town_distance")),
    )
    op.create_table(
        "membership",
        sa.Column("id", KEY, nullable=False),
        sa.Column("participant_id", KEY, nullable=False),
        sa.Column("cluster_id", KEY, nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name=op.f("fk_membership_cluster_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_membership_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "participant_id",
            "cluster_id",
            "joined_on",
            name=op.f("uq_membership_participant_id_cluster_id_joined_on"),
        ),
    )
    op.create_table(
        "person",
        sa.Column("id", KEY, nullable=False),
        sa.Column("participant_id", KEY, nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_person_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "site",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("participant_id", KEY, nullable=False),
        sa.Column("town_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("latest_end_min", sa.BigInteger(), nullable=True),
        sa.Column("bells", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_site_participant_id")),
        sa.ForeignKeyConstraint(["town_id"], ["town.id"], name=op.f("fk_site_town_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
    )
    op.create_table(
        "account",
        sa.Column("id", KEY, nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("participant_id", KEY, nullable=True),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'blocked')", name=op.f("ck_account_state")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_account_participant_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_table(
        "learner_group",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("participant_id", KEY, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("minors", sa.BigInteger(), nullable=False),
        sa.Column("under_16", sa.Boolean(), nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("speciality", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('students', 'graduates', 'adults', 'schoolchildren', 'staff', 'competitors')",
            name=op.f("ck_learner_group_kind"),
        ),
        sa.CheckConstraint("minors >= 0", name=op.f("ck_learner_group_minors")),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_learner_group_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_learner_group_participant_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_learner_group_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_group")),
        sa.UniqueConstraint("code", name=op.f("uq_learner_group_code")),
    )
    op.create_table(
        "resource",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("site_id", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hazard", sa.String(), nullable=False),
        sa.Column("setup_min", sa.BigInteger(), nullable=False),
        sa.Column("cleanup_min", sa.BigInteger(), nullable=False),
        sa.Column("lead_days", sa.BigInteger(), nullable=False),
        sa.Column("min_age", sa.BigInteger(), nullable=True),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("hazard IN ('none', 'medium', 'high')", name=op.f("ck_resource_hazard")),
        sa.ForeignKeyConstraint(["id"], ["subject.id"], name=op.f("fk_resource_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["participant.id"], name=op.f("fk_resource_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_resource_person_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_resource_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("code", name=op.f("uq_resource_code")),
    )
    op.create_table(
        "group_week",
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("monday_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('theory', 'study_practice', 'work_practice', 'exams', 'final_exams', 'holidays')",
            name=op.f("ck_group_week_kind"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["learner_group.id"], name=op.f("fk_group_week_group_id")),
        sa.PrimaryKeyConstraint("group_id", "monday_on", name=op.f("pk_group_week")),
    )
    op.create_table(
        "login",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_login_token_sha256")),
    )
    op.create_index(op.f("ix_login_account_id"), "login", ["account_id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("resource_id", KEY, nullable=False),
        sa.Column("consent", sa.String(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("windows", sa.JSON(), nullable=False),
        sa.Column("hours_per_week", sa.BigInteger(), nullable=True),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("consent IN ('standing', 'each')", name=op.f("ck_offer_consent")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_offer_state")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_offer_capacity")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_offer_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("code", name=op.f("uq_offer_code")),
    )
    op.create_index(op.f("ix_offer_resource_id"), "offer", ["resource_id"], unique=False)
    op.create_table(
        "resource_competency",
        sa.Column("resource_id", KEY, nullable=False),
        sa.Column("competency_id", KEY, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["competency_id"], ["competency.id"], name=op.f("fk_resource_competency_competency_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_competency_resource_id")
        ),
        sa.PrimaryKeyConstraint("resource_id", "competency_id", name=op.f("pk_resource_competency")),
    )
    op.create_table(
        "resource_feature",
        sa.Column("resource_id", KEY, nullable=False),
        sa.Column("equipment_kind_id", KEY, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["equipment_kind_id"], ["equipment_kind.id"], name=op.f("fk_resource_feature_equipment_kind_id")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_feature_resource_id")
        ),
        sa.PrimaryKeyConstraint("resource_id", "equipment_kind_id", name=op.f("pk_resource_feature")),
    )
    op.create_table(
        "resource_unit",
        sa.Column("id", KEY, nullable=False),
        sa.Column("resource_id", KEY, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_resource_unit_resource_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_unit")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("cluster_id", KEY, nullable=True),
        sa.Column("participant_id", KEY, nullable=True),
        sa.CheckConstraint(
            "role IN ('college', 'employer', 'coordinator', 'trainer', 'observer')",
            name=op.f("ck_role_grant_role"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name=op.f("fk_role_grant_cluster_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_role_grant_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_account_id"), "role_grant", ["account_id"], unique=False)
