"""The guard of the claims: no overlap, no overload, whoever writes and however."""

# ruff: noqa: S608 — all parts of these statements stand in this file

from alembic import op

revision = "0003"
down_revision = "0002"

HOLDING = "('held', 'proposed', 'confirmed')"

# The first moment at which the claims on a subject ask for more than it has. Claims that end by `since`
# do not count. Use can only rise where a claim begins, so those moments are enough. A claim on an
# exclusive subject counts as all of it.
PEAK = """
    SELECT point.from_s, point.until_s
    FROM claim AS point JOIN subject ON subject.id = point.subject_id
    WHERE point.subject_id = {subject} AND point.holding AND point.until_s > {since} AND {within}
      AND subject.capacity < (
        SELECT sum(
          CASE
            WHEN subject.mode = 'exclusive' AND other.amount < subject.capacity THEN subject.capacity
            ELSE other.amount
          END)
        FROM claim AS other
        WHERE other.subject_id = point.subject_id AND other.holding AND other.until_s > {since}
          AND other.from_s <= point.from_s AND other.until_s > point.from_s)
    ORDER BY point.from_s LIMIT 1
"""
CLAIM_PEAK = PEAK.format(
    subject="NEW.subject_id",
    since="NEW.from_s",
    within="NEW.holding AND point.from_s >= NEW.from_s AND point.from_s < NEW.until_s",
)
SUBJECT_PEAK = PEAK.format(subject="NEW.id", since="NEW.history_until_s", within="TRUE")

# Read by scheduler.persistence.errors.
CLAIM_MESSAGE = "'smena:taken:' || NEW.subject_id || ':' || NEW.from_s || ':' || NEW.until_s"
SUBJECT_MESSAGE = "'smena:taken:' || NEW.id || ':' || peak.from_s || ':' || peak.until_s"

# A claim holds if and only if its booking does.
CLAIM_FOLLOWS = f"SELECT 1 FROM booking WHERE id = NEW.booking_id AND (state IN {HOLDING}) = NEW.holding"
BOOKING_LEADS = f"""
    UPDATE claim SET holding = NEW.state IN {HOLDING}
    WHERE booking_id = NEW.id AND holding <> (NEW.state IN {HOLDING})
"""

CLAIM_COLUMNS = "booking_id, subject_id, amount, from_s, until_s, holding"
TIGHTENED = "NEW.capacity < OLD.capacity OR NEW.mode <> OLD.mode"

# A message must be a literal in RAISE before SQLite 3.47. The error of a malformed JSON path quotes the
# path, so that one carries ours; RAISE is there should a later version not complain of it.
SQLITE_REFUSAL = """
    SELECT coalesce(json_extract('{{}}', {message}), RAISE(ABORT, 'smena:taken')) FROM ({peak}) AS peak;
"""
SQLITE_CLAIM = f"""
    BEGIN
      SELECT RAISE(ABORT, 'smena:holding') WHERE NOT EXISTS ({CLAIM_FOLLOWS});
      {SQLITE_REFUSAL.format(message=CLAIM_MESSAGE, peak=CLAIM_PEAK)}
    END
"""
SQLITE = (
    f"CREATE TRIGGER guard_claim_insert AFTER INSERT ON claim {SQLITE_CLAIM}",
    f"CREATE TRIGGER guard_claim_update AFTER UPDATE OF {CLAIM_COLUMNS} ON claim {SQLITE_CLAIM}",
    f"CREATE TRIGGER guard_booking AFTER UPDATE OF state ON booking BEGIN {BOOKING_LEADS}; END",
    f"""
    CREATE TRIGGER guard_subject AFTER UPDATE OF capacity, mode ON subject WHEN {TIGHTENED}
    BEGIN {SQLITE_REFUSAL.format(message=SUBJECT_MESSAGE, peak=SUBJECT_PEAK)} END
    """,
)

# Under READ COMMITTED every statement of a function sees what was committed before that statement began.
# So once the subject's row is ours, the peak sees all that its earlier holders did; the row is written,
# not only locked, so that a stricter isolation fails instead of looking at an old state. The booking is
# locked against a change of its state meanwhile. The search path is fixed: one database may hold several
# regions, and a writer may name the table with its schema.
POSTGRESQL_FUNCTION = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE refusal text;
    BEGIN {body} RETURN NULL; END
    $$
"""
POSTGRESQL_REFUSAL = """
    SELECT {message} INTO refusal FROM ({peak}) AS peak;
    IF FOUND THEN RAISE exclusion_violation USING MESSAGE = refusal; END IF;
"""
POSTGRESQL_CLAIM = f"""
    PERFORM 1 FROM ({CLAIM_FOLLOWS} FOR SHARE) AS booking;
    IF NOT FOUND THEN RAISE check_violation USING MESSAGE = 'smena:holding'; END IF;
    IF NEW.holding THEN
      UPDATE subject SET seq = seq + 1 WHERE id = NEW.subject_id;
      {POSTGRESQL_REFUSAL.format(message=CLAIM_MESSAGE, peak=CLAIM_PEAK)}
    END IF;
"""
POSTGRESQL = (
    POSTGRESQL_FUNCTION.format(name="guard_claim", body=POSTGRESQL_CLAIM),
    POSTGRESQL_FUNCTION.format(name="guard_booking", body=BOOKING_LEADS + ";"),
    POSTGRESQL_FUNCTION.format(
        name="guard_subject", body=POSTGRESQL_REFUSAL.format(message=SUBJECT_MESSAGE, peak=SUBJECT_PEAK)
    ),
    f"""
    CREATE TRIGGER guard_claim AFTER INSERT OR UPDATE OF {CLAIM_COLUMNS} ON claim
    FOR EACH ROW EXECUTE FUNCTION guard_claim()
    """,
    """
    CREATE TRIGGER guard_booking AFTER UPDATE OF state ON booking
    FOR EACH ROW EXECUTE FUNCTION guard_booking()
    """,
    f"""
    CREATE TRIGGER guard_subject AFTER UPDATE OF capacity, mode ON subject
    FOR EACH ROW WHEN ({TIGHTENED}) EXECUTE FUNCTION guard_subject()
    """,
)


def upgrade() -> None:
    bind = op.get_bind()
    for statement in SQLITE if bind.dialect.name == "sqlite" else POSTGRESQL:
        bind.exec_driver_sql(statement)
