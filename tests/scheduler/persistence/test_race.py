"""Many at once for what only few can have: nobody gets it twice, and nobody sees a deadlock."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import DBAPIError

from scheduler.errors import ResourceTaken, Unavailable
from scheduler.persistence import errors
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.timetable import Booking, Claim
from scheduler.persistence.transaction import Tx, lock_subjects
from scheduler.policy import SYSTEM
from tests.scheduler.persistence.world import (
    HOUR_S,
    NOON_S,
    add_booking,
    add_subject,
    book,
    booking_row,
    overloads,
    plain_engine,
)

RIVALS = 24

Meet = Callable[[], object]
"""Waits until all rivals are there."""


def compete(attempt: Callable[[int, Meet], str], rivals: int = RIVALS) -> Counter[str]:
    """Run the attempts at the same time, a thread each, and count what came of them."""
    barrier = Barrier(rivals, timeout=30)
    outcomes: list[str] = []

    def run(number: int) -> None:
        try:
            outcomes.append(attempt(number, barrier.wait))
        except Exception as error:  # noqa: BLE001 — an unexpected outcome is counted, not lost with the thread
            outcomes.append(repr(error))

    threads = [Thread(target=run, args=(number,)) for number in range(rivals)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(outcomes)


def past_the_service(url: str, work: Callable[[Connection, int], object]) -> Callable[[int, Meet], str]:
    """Make an attempt of plain SQL on a connection of its own."""

    def attempt(number: int, meet: Meet) -> str:
        engine = plain_engine(url)
        try:
            with engine.connect() as connection:
                meet()
                with connection.begin():
                    work(connection, number)
        except DBAPIError as error:
            return type(errors.translate(error) or error).__name__
        return "won"

    return attempt


def through_tx(url: str, work: Callable[[Tx, int], object]) -> Callable[[int, Meet], str]:
    """Make an attempt of a service's kind, each with connections of its own."""

    async def serve(number: int, meet: Meet) -> str:
        database = Database(url)
        try:
            async with database.read_tx(SYSTEM) as tx:
                await tx.session.execute(text("SELECT 1"))
            await asyncio.to_thread(meet)
            async with database.write_tx(SYSTEM) as tx:
                await work(tx, number)  # type: ignore[misc]
        except (ResourceTaken, Unavailable) as error:
            return type(error).__name__
        finally:
            await database.dispose()
        return "won"

    return lambda number, meet: asyncio.run(serve(number, meet))


async def book_in(tx: Tx, subject_ids: list[int], amount: int = 1) -> None:
    """Insert a confirmed booking with a claim on each subject, in the order given."""
    booking_id = await tx.session.scalar(insert(Booking).values(booking_row()).returning(Booking.id))
    for subject_id in subject_ids:
        row = {"booking_id": booking_id, "subject_id": subject_id, "role": str(subject_id), "amount": amount}
        span = {"from_s": NOON_S, "until_s": NOON_S + HOUR_S, "holding": True}
        await tx.session.execute(insert(Claim).values(**row, **span))


def remove_guard(connection: Connection) -> None:
    """Take the guard of the claims out of this test's own database."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP TRIGGER guard_claim ON claim"))
    else:
        connection.execute(text("DROP TRIGGER guard_claim_insert"))
        connection.execute(text("DROP TRIGGER guard_claim_update"))


def is_free(connection: Connection, subject_id: int) -> bool:
    """Look whether anything holds the subject at noon, as a careless writer would."""
    query = "SELECT count(*) FROM claim WHERE holding AND subject_id = :id AND from_s < :u AND until_s > :f"
    span = {"id": subject_id, "f": NOON_S, "u": NOON_S + HOUR_S}
    return connection.execute(text(query), span).scalar() == 0


async def test_rivals_through_the_service_leave_one_winner(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        workshop = add_subject(connection)

    async def work(tx: Tx, _number: int) -> None:
        await lock_subjects(tx, [workshop])
        await book_in(tx, [workshop])

    outcomes = compete(through_tx(database_url, work))

    assert outcomes == {"won": 1, "ResourceTaken": RIVALS - 1}


def test_the_lock_alone_leaves_one_winner_of_those_who_look_first(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        workshop = add_subject(connection)
        remove_guard(connection)

    async def work(tx: Tx, _number: int) -> None:
        await lock_subjects(tx, [workshop])
        if not await (await tx.session.connection()).run_sync(is_free, workshop):
            raise Unavailable("busy")
        await book_in(tx, [workshop])

    outcomes = compete(through_tx(database_url, work))

    assert outcomes == {"won": 1, "Unavailable": RIVALS - 1}


def test_rivals_past_the_service_leave_one_winner(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        workshop = add_subject(connection)

    outcomes = compete(past_the_service(database_url, lambda connection, _: book(connection, workshop)))

    assert outcomes == {"won": 1, "ResourceTaken": RIVALS - 1}
    with plain.connect() as connection:
        assert overloads(connection) == []


@pytest.mark.parametrize("guarded", [True, False])
def test_who_looks_and_then_inserts_wins_once_only_because_of_the_guard(
    database_url: str, plain: Engine, guarded: bool
) -> None:
    """The control: without the guard the same rivals must overbook, else these tests could not fail."""
    with plain.begin() as connection:
        workshop = add_subject(connection)
        if not guarded:
            remove_guard(connection)

    def attempt(_number: int, meet: Meet) -> str:
        engine = plain_engine(database_url)
        with engine.begin() as connection:
            free = is_free(connection, workshop)
        meet()
        try:
            with engine.begin() as connection:
                if free:
                    book(connection, workshop)
        except DBAPIError as error:
            return type(errors.translate(error) or error).__name__
        return "won" if free else "saw it taken"

    outcomes = compete(attempt)

    with plain.connect() as connection:
        overbooked = bool(overloads(connection))
    if guarded:
        assert (outcomes, overbooked) == ({"won": 1, "ResourceTaken": RIVALS - 1}, False)
    else:
        assert outcomes["won"] > 1
        assert overbooked


@pytest.mark.parametrize("what", ["time", "subject", "state"])
def test_rivals_that_move_to_one_place_leave_one_winner(database_url: str, plain: Engine, what: str) -> None:
    with plain.begin() as connection:
        workshop = add_subject(connection)
        ids = []
        for number in range(RIVALS):
            match what:
                case "time":
                    until_s = NOON_S - number * HOUR_S
                    ids.append(book(connection, workshop, until_s - HOUR_S, until_s))
                case "subject":
                    ids.append(book(connection, add_subject(connection)))
                case "state":
                    ids.append(book(connection, workshop, state="cancelled"))
    statements = {
        "time": "UPDATE claim SET from_s = :from_s, until_s = :until_s WHERE id = :claim_id",
        "subject": "UPDATE claim SET subject_id = :workshop WHERE id = :claim_id",
        "state": "UPDATE booking SET state = 'confirmed' WHERE id = :booking_id",
    }
    common = {"from_s": NOON_S, "until_s": NOON_S + HOUR_S, "workshop": workshop}

    def work(connection: Connection, number: int) -> None:
        booking_id, claim_id = ids[number]
        connection.execute(text(statements[what]), {**common, "booking_id": booking_id, "claim_id": claim_id})

    outcomes = compete(past_the_service(database_url, work))

    assert outcomes == {"won": 1, "ResourceTaken": RIVALS - 1}


def test_rivals_fill_a_pooled_subject_and_no_more(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        places = add_subject(connection, "pooled", capacity=6)

    outcomes = compete(past_the_service(database_url, lambda connection, _: book(connection, places)))

    assert outcomes == {"won": 6, "ResourceTaken": RIVALS - 6}


def test_a_capacity_falls_while_rivals_book(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        places = add_subject(connection, "pooled", capacity=12)
    resize = text("UPDATE subject SET capacity = capacity - 1")

    def work(connection: Connection, number: int) -> None:
        if number % 2:
            connection.execute(resize)
        else:
            book(connection, places)

    outcomes = compete(past_the_service(database_url, work))

    assert set(outcomes) <= {"won", "ResourceTaken", "IntegrityError"}
    with plain.connect() as connection:
        capacity, claimed = connection.execute(
            text("SELECT capacity, (SELECT count(*) FROM claim) FROM subject")
        ).one()
    assert claimed <= capacity
    assert outcomes["won"] == (12 - capacity) + claimed


def test_a_cancellation_and_a_new_claim_meet(database_url: str, plain: Engine) -> None:
    """Whoever is first: in the end each claim holds if and only if its booking does."""
    with plain.begin() as connection:
        bookings = [add_booking(connection) for _ in range(RIVALS // 2)]
        subjects = [add_subject(connection) for _ in bookings]
    cancel = text("UPDATE booking SET state = 'cancelled' WHERE id = :id")
    claim = text(
        "INSERT INTO claim (booking_id, subject_id, role, amount, units, from_s, until_s, holding, agreed)"
        " VALUES (:booking, :subject, 'r', 1, '[]', 0, 1, TRUE, TRUE)"
    )

    def work(connection: Connection, number: int) -> None:
        index = number // 2
        if number % 2:
            connection.execute(cancel, {"id": bookings[index]})
        else:
            connection.execute(claim, {"booking": bookings[index], "subject": subjects[index]})

    outcomes = compete(past_the_service(database_url, work))

    assert set(outcomes) <= {"won", "IntegrityError"}
    assert outcomes["won"] >= RIVALS // 2
    with plain.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM claim WHERE holding")).scalar() == 0


def test_bookings_of_many_subjects_never_deadlock(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        subjects = [add_subject(connection, "pooled", capacity=8) for _ in range(6)]
    orders = [random.Random(number).sample(subjects, 4) for number in range(RIVALS)]

    async def work(tx: Tx, number: int) -> None:
        await lock_subjects(tx, orders[number])
        await book_in(tx, orders[number])

    outcomes = compete(through_tx(database_url, work))

    assert set(outcomes) == {"won", "ResourceTaken"}
    with plain.connect() as connection:
        assert overloads(connection) == []
        claimed = connection.execute(text("SELECT count(*) FROM claim")).scalar()
    assert claimed == 4 * outcomes["won"]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_deadlock_of_the_careless_is_reported_as_busy(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        subjects = [add_subject(connection) for _ in range(2)]
    both_hold_one = Barrier(2, timeout=30)

    async def work(tx: Tx, number: int) -> None:
        await lock_subjects(tx, [subjects[number]])
        await asyncio.to_thread(both_hold_one.wait)
        await lock_subjects(tx, [subjects[1 - number]])

    outcomes = compete(through_tx(database_url, work), rivals=2)

    assert outcomes == {"won": 1, "Unavailable": 1}


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_stricter_isolation_fails_rather_than_overbooks(database_url: str, plain: Engine) -> None:
    with plain.begin() as connection:
        workshop = add_subject(connection)

    def attempt(_number: int, meet: Meet) -> str:
        engine = plain_engine(database_url).execution_options(isolation_level="REPEATABLE READ")
        try:
            with engine.begin() as connection:
                free = is_free(connection, workshop)
                meet()
                assert free
                book(connection, workshop)
        except DBAPIError as error:
            return type(errors.translate(error) or error).__name__
        return "won"

    outcomes = compete(attempt)

    assert outcomes == {"won": 1, "Unavailable": RIVALS - 1}
