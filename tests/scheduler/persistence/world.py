"""The least rows that a claim needs, and plain connections beside the code under test."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, insert, make_url, select, text

from scheduler.persistence.tables.register import Participant, Site, Subject, Town
from scheduler.persistence.tables.timetable import HOLDING_STATES, Booking, Claim

NOON_S = int(datetime(2027, 3, 1, 12, tzinfo=UTC).timestamp())
HOUR_S = 3600
WHEN = datetime(2027, 3, 1, tzinfo=UTC)


def plain_engine(url: str) -> Engine:
    """Return an engine of a writer that knows nothing of the service: no lock, no queue."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return create_engine(address, poolclass=NullPool)
    engine = create_engine(
        address.set(drivername="sqlite"),
        poolclass=NullPool,
        connect_args={"timeout": 30, "isolation_level": None},
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def found_register(connection: Connection) -> None:
    """Insert one town, one participant and one site into an empty database: each gets the id 1."""
    connection.execute(insert(Town).values(code="t", name="Т", name_en="T", timezone="Europe/Moscow"))
    participant = {"kind": "college", "state": "active", "name": "К", "short_name": "К", "town_id": 1}
    connection.execute(insert(Participant).values(code="p", **participant))
    site = {"participant_id": 1, "town_id": 1, "name": "С", "timezone": "Europe/Moscow"}
    connection.execute(insert(Site).values(code="s", **site))


def add_subject(connection: Connection, mode: str = "exclusive", capacity: int = 1) -> int:
    """Insert a subject and return its id."""
    row = insert(Subject).values(kind="resource", mode=mode, capacity=capacity)
    return connection.execute(row.returning(Subject.id)).scalar_one()


def booking_row(state: str = "confirmed") -> dict[str, object]:
    """Return the columns of a new booking."""
    return {
        "uid": str(uuid4()),
        "state": state,
        "participant_id": 1,
        "site_id": 1,
        "title": "б",
        "contact_minutes": 45,
        "starts_local": "2027-03-01T15:00",
        "ends_local": "2027-03-01T16:00",
        "timezone": "Europe/Moscow",
        "starts_at": WHEN,
        "ends_at": WHEN.replace(hour=1),
        "hold_until": WHEN if state == "held" else None,
        "created_at": WHEN,
        "updated_at": WHEN,
    }


def add_booking(connection: Connection, state: str = "confirmed") -> int:
    """Insert a booking without claims and return its id."""
    return connection.execute(insert(Booking).values(booking_row(state)).returning(Booking.id)).scalar_one()


def add_claim(
    connection: Connection,
    booking_id: int,
    subject_id: int,
    from_s: int = NOON_S,
    until_s: int = NOON_S + HOUR_S,
    amount: int = 1,
    holding: bool = True,
) -> int:
    """Insert a claim and return its id."""
    row = {"booking_id": booking_id, "subject_id": subject_id, "role": str(uuid4()), "amount": amount}
    span = {"from_s": from_s, "until_s": until_s, "holding": holding}
    return connection.execute(insert(Claim).values(**row, **span).returning(Claim.id)).scalar_one()


def book(
    connection: Connection,
    subject_id: int,
    from_s: int = NOON_S,
    until_s: int = NOON_S + HOUR_S,
    amount: int = 1,
    state: str = "confirmed",
) -> tuple[int, int]:
    """Insert a booking with one claim; return both ids."""
    booking_id = add_booking(connection, state)
    holding = state in HOLDING_STATES
    return booking_id, add_claim(connection, booking_id, subject_id, from_s, until_s, amount, holding)


def overloads(connection: Connection) -> list[tuple[int, int]]:
    """Return (subject, second) of every overload, found without the guard's SQL."""
    subjects = {row.id: row for row in connection.execute(select(Subject.__table__))}
    claims = connection.execute(text("SELECT subject_id, amount, from_s, until_s FROM claim WHERE holding"))
    uses: dict[int, list[tuple[int, int, int]]] = {}
    for subject_id, amount, from_s, until_s in claims:
        uses.setdefault(subject_id, []).append((from_s, until_s, amount))
    found = []
    for subject_id, spans in uses.items():
        subject = subjects[subject_id]
        for moment in sorted({from_s for from_s, _, _ in spans}):
            amounts = [amount for from_s, until_s, amount in spans if from_s <= moment < until_s]
            crowded = subject.mode == "exclusive" and len(amounts) > 1
            if crowded or sum(amounts) > subject.capacity:
                found.append((subject_id, moment))
    return found
