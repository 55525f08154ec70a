"""What the database itself refuses, whoever writes."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from scheduler.persistence.errors import TAKEN
from tests.scheduler.persistence.world import HOUR_S, NOON_S, add_booking, add_claim, add_subject, book


@pytest.fixture
def connection(plain: Engine) -> Iterator[Connection]:
    """Connection in an open transaction."""
    with plain.connect() as connection:
        yield connection


def attempt(connection: Connection, work: Callable[[], object]) -> str | None:
    """Do it, and return the database's complaint; None: it was accepted."""
    try:
        with connection.begin_nested():
            work()
    except DBAPIError as error:
        return str(error.orig)
    return None


def refused(connection: Connection, statement: str, **parameters: object) -> tuple[int, int, int] | None:
    """Execute, and return subject, from and until of the guard's refusal; None: it was accepted."""
    complaint = attempt(connection, lambda: connection.execute(text(statement), parameters))
    if complaint is None:
        return None
    found = TAKEN.search(complaint)
    assert found, complaint
    return int(found[1]), int(found[2]), int(found[3])


def taken(connection: Connection, subject_id: int, from_s: int, until_s: int, amount: int = 1) -> bool:
    """Tell whether a new confirmed booking is refused."""
    complaint = attempt(connection, lambda: book(connection, subject_id, from_s, until_s, amount))
    assert complaint is None or f"smena:taken:{subject_id}:{from_s}:{until_s}" in complaint
    return complaint is not None


def test_an_exclusive_subject_takes_one_claim_at_a_time(connection: Connection) -> None:
    workshop = add_subject(connection, "exclusive", capacity=12)
    book(connection, workshop, 100, 200, amount=3)

    spans = [(0, 100), (0, 101), (120, 130), (199, 300), (200, 300)]
    answers = [taken(connection, workshop, *span) for span in spans]

    assert answers == [False, True, True, True, False]


def test_the_amount_on_an_exclusive_subject_stays_within_its_capacity(connection: Connection) -> None:
    workshop = add_subject(connection, "exclusive", capacity=12)

    assert taken(connection, workshop, 0, 10, amount=13)
    assert not taken(connection, workshop, 0, 10, amount=12)


def test_a_pooled_subject_adds_amounts_up(connection: Connection) -> None:
    places = add_subject(connection, "pooled", capacity=6)
    book(connection, places, 0, 100, amount=4)
    book(connection, places, 100, 200, amount=3)

    # Over both, 2 are left: the claims before and after do not add up to 7.
    assert taken(connection, places, 50, 150, amount=3)
    assert not taken(connection, places, 50, 150, amount=2)
    assert taken(connection, places, 99, 100, amount=1)
    assert not taken(connection, places, 150, 160, amount=1)


@pytest.mark.parametrize("state", ["rejected", "cancelled", "released", "needs_reallocation"])
def test_a_booking_that_does_not_hold_takes_nothing(connection: Connection, state: str) -> None:
    workshop = add_subject(connection)
    book(connection, workshop, state=state)

    assert not taken(connection, workshop, NOON_S, NOON_S + HOUR_S)


@pytest.mark.parametrize("state", ["held", "proposed", "confirmed"])
def test_a_booking_that_holds_takes_its_time(connection: Connection, state: str) -> None:
    workshop = add_subject(connection)
    book(connection, workshop, state=state)

    assert taken(connection, workshop, NOON_S, NOON_S + HOUR_S)


@pytest.mark.parametrize(("state", "holding"), [("confirmed", False), ("cancelled", True)])
def test_a_claim_cannot_differ_from_its_booking(connection: Connection, state: str, holding: bool) -> None:
    subject_id, booking_id = add_subject(connection), add_booking(connection, state)

    with pytest.raises(IntegrityError, match="smena:holding"):
        add_claim(connection, booking_id, subject_id, holding=holding)


def test_a_claim_cannot_be_let_go_while_its_booking_holds(connection: Connection) -> None:
    _, claim_id = book(connection, add_subject(connection))

    with pytest.raises(IntegrityError, match="smena:holding"):
        connection.execute(text("UPDATE claim SET holding = NOT holding WHERE id = :id"), {"id": claim_id})


def test_claims_follow_the_state_of_their_booking(connection: Connection) -> None:
    workshop, trainer = add_subject(connection), add_subject(connection)
    booking_id, _ = book(connection, workshop)
    add_claim(connection, booking_id, trainer)
    state = "UPDATE booking SET state = :state WHERE id = :id"

    connection.execute(text(state), {"state": "cancelled", "id": booking_id})
    other_id, _ = book(connection, trainer)

    answer = refused(connection, state, state="confirmed", id=booking_id)
    assert answer == (trainer, NOON_S, NOON_S + HOUR_S)
    connection.execute(text(state), {"state": "released", "id": other_id})
    assert refused(connection, state, state="proposed", id=booking_id) is None
    assert taken(connection, workshop, NOON_S, NOON_S + 1)


def test_a_move_is_checked_like_a_new_claim(connection: Connection) -> None:
    here, there = add_subject(connection), add_subject(connection)
    book(connection, here, 0, 100)
    _, later = book(connection, here, 100, 200)
    _, elsewhere = book(connection, there, 0, 100)
    shift = "UPDATE claim SET from_s = from_s + :by, until_s = until_s + :by WHERE id = :id"

    assert refused(connection, shift, by=-1, id=later) == (here, 99, 199)
    assert refused(connection, shift, by=50, id=later) is None
    assert refused(connection, "UPDATE claim SET until_s = 151 WHERE id = :id", id=elsewhere) is None
    change = "UPDATE claim SET subject_id = :here WHERE id = :id"
    assert refused(connection, change, here=here, id=elsewhere) == (here, 0, 151)


def test_bookings_change_places_once_both_have_let_go(connection: Connection) -> None:
    workshop = add_subject(connection)
    (first, _), (second, _) = book(connection, workshop, 0, 10), book(connection, workshop, 10, 20)
    move = "UPDATE claim SET from_s = :from_s, until_s = :until_s WHERE booking_id = :id"
    assert refused(connection, move, from_s=10, until_s=20, id=first) == (workshop, 10, 20)

    connection.execute(text("DELETE FROM claim"))
    add_claim(connection, first, workshop, 10, 20)
    add_claim(connection, second, workshop, 0, 10)

    assert taken(connection, workshop, 9, 11)


def test_a_larger_amount_is_checked(connection: Connection) -> None:
    places = add_subject(connection, "pooled", capacity=6)
    book(connection, places, 0, 100, amount=4)
    _, claim_id = book(connection, places, 50, 150, amount=1)
    grow = "UPDATE claim SET amount = :amount WHERE id = :id"

    assert refused(connection, grow, amount=3, id=claim_id) == (places, 50, 150)
    assert refused(connection, grow, amount=2, id=claim_id) is None


def test_a_statement_is_refused_as_a_whole(connection: Connection) -> None:
    workshop = add_subject(connection)
    bookings = [add_booking(connection) for _ in range(3)]
    rows = ", ".join(
        f"({booking_id}, {workshop}, 'r', 1, '[]', {from_s}, {from_s + 10}, TRUE, TRUE)"
        for booking_id, from_s in zip(bookings, (0, 10, 15), strict=True)
    )
    columns = "booking_id, subject_id, role, amount, units, from_s, until_s, holding, agreed"

    answer = refused(connection, f"INSERT INTO claim ({columns}) VALUES {rows}")

    assert answer is not None
    assert connection.execute(text("SELECT count(*) FROM claim")).scalar() == 0


def test_a_capacity_goes_up_freely_and_down_to_what_is_claimed(connection: Connection) -> None:
    places = add_subject(connection, "pooled", capacity=6)
    book(connection, places, 0, 100, amount=3)
    book(connection, places, 50, 150, amount=2)
    resize = "UPDATE subject SET capacity = :capacity WHERE id = :id"

    assert refused(connection, resize, capacity=4, id=places) == (places, 50, 150)
    assert refused(connection, resize, capacity=5, id=places) is None
    assert refused(connection, resize, capacity=7, id=places) is None
    assert taken(connection, places, 90, 95, amount=3)
    assert not taken(connection, places, 90, 95, amount=2)


def test_a_mode_becomes_exclusive_only_without_overlaps(connection: Connection) -> None:
    places = add_subject(connection, "pooled", capacity=6)
    book(connection, places, 0, 100)
    _, second = book(connection, places, 50, 150)
    change = "UPDATE subject SET mode = :mode WHERE id = :id"

    assert refused(connection, change, mode="exclusive", id=places) == (places, 50, 150)
    connection.execute(text("DELETE FROM claim WHERE id = :id"), {"id": second})
    assert refused(connection, change, mode="exclusive", id=places) is None
    assert taken(connection, places, 50, 150)
    assert refused(connection, change, mode="pooled", id=places) is None
    assert not taken(connection, places, 50, 150)


def test_what_has_ended_does_not_hinder_a_lower_capacity(connection: Connection) -> None:
    places = add_subject(connection, "pooled", capacity=6)
    book(connection, places, 0, 100, amount=3)
    book(connection, places, 90, 200, amount=3)
    resize = "UPDATE subject SET capacity = 5, history_until_s = :now WHERE id = :id"

    assert refused(connection, resize, now=99, id=places) == (places, 90, 200)
    assert refused(connection, resize, now=100, id=places) is None


def test_a_deleted_claim_frees_its_time(connection: Connection) -> None:
    workshop = add_subject(connection)
    book(connection, workshop)

    connection.execute(text("DELETE FROM claim"))

    assert not taken(connection, workshop, NOON_S, NOON_S + HOUR_S)


# --- against a reading of the rules second by second ------------------------------------------------

# Small numbers: overlaps, touching ends and full subjects must be common.
MOMENTS = st.integers(0, 6)
SPANS = st.tuples(MOMENTS, MOMENTS).filter(lambda span: span[0] < span[1])
AMOUNTS = st.integers(1, 2)
CAPACITIES = st.integers(1, 4)
MODES = st.sampled_from(["exclusive", "pooled", "pooled"])
BOOKINGS = st.tuples(st.just("book"), SPANS, AMOUNTS, st.sampled_from([True, True, True, False]))
STEPS = st.one_of(
    BOOKINGS,
    st.tuples(st.just("move"), st.integers(0, 9), SPANS),
    st.tuples(st.just("grow"), st.integers(0, 9), CAPACITIES),
    st.tuples(st.just("turn"), st.integers(0, 9)),
    st.tuples(st.just("resize"), MODES, CAPACITIES, MOMENTS),
)


class Model:
    """Claims on one subject, second by second."""

    def __init__(self, mode: str, capacity: int) -> None:
        self.mode, self.capacity = mode, capacity
        self.claims: dict[int, tuple[int, int, int, bool]] = {}

    def fits(self, moments: range) -> bool:
        """Tell whether the claims that hold fit at each of these seconds."""
        for moment in moments:
            amounts = [n for start, end, n, holds in self.claims.values() if holds and start <= moment < end]
            if sum(amounts) > self.capacity or (self.mode == "exclusive" and len(amounts) > 1):
                return False
        return True


def apply(connection: Connection, subject_id: int, model: Model, step: tuple[object, ...]) -> None:
    """Do one step in the database and in the model, and compare the answers."""
    claims, mode, capacity = dict(model.claims), model.mode, model.capacity
    ids = list(claims)
    checked = range(0)
    match step:
        case ("book", (int(from_s), int(until_s)), int(amount), bool(holds)):
            state = "confirmed" if holds else "cancelled"
            booking_id = add_booking(connection, state)
            key = booking_id
            model.claims[key] = (from_s, until_s, amount, holds)
            checked = range(from_s, until_s) if holds else checked
            values = f"({booking_id}, {subject_id}, 'r', {amount}, '[]', {from_s}, {until_s}, {holds}, TRUE)"
            columns = "booking_id, subject_id, role, amount, units, from_s, until_s, holding, agreed"
            statement = f"INSERT INTO claim ({columns}) VALUES {values}"
        case ("move", int(index), (int(from_s), int(until_s))) if ids:
            key = ids[index % len(ids)]
            _, _, amount, holds = claims[key]
            model.claims[key] = (from_s, until_s, amount, holds)
            checked = range(from_s, until_s) if holds else checked
            statement = f"UPDATE claim SET from_s = {from_s}, until_s = {until_s} WHERE booking_id = {key}"
        case ("grow", int(index), int(amount)) if ids:
            key = ids[index % len(ids)]
            from_s, until_s, _, holds = claims[key]
            model.claims[key] = (from_s, until_s, amount, holds)
            checked = range(from_s, until_s) if holds else checked
            statement = f"UPDATE claim SET amount = {amount} WHERE booking_id = {key}"
        case ("turn", int(index)) if ids:
            key = ids[index % len(ids)]
            from_s, until_s, amount, holds = claims[key]
            model.claims[key] = (from_s, until_s, amount, not holds)
            checked = checked if holds else range(from_s, until_s)
            state = "cancelled" if holds else "confirmed"
            statement = f"UPDATE booking SET state = '{state}' WHERE id = {key}"
        case ("resize", str(new_mode), int(new_capacity), int(history)):
            model.mode, model.capacity = new_mode, new_capacity
            if new_capacity < capacity or new_mode != mode:
                checked = range(history, 20)
            statement = (
                f"UPDATE subject SET mode = '{new_mode}', capacity = {new_capacity},"
                f" history_until_s = {history} WHERE id = {subject_id}"
            )
        case _:
            return
    expected = model.fits(checked)
    complaint = attempt(connection, lambda: connection.exec_driver_sql(statement))
    assert complaint is None or "smena:taken" in complaint
    assert (complaint is None) == expected, (step, mode, capacity, claims)
    if complaint is not None:
        model.claims, model.mode, model.capacity = claims, mode, capacity


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    mode=MODES,
    capacity=CAPACITIES,
    bookings=st.lists(BOOKINGS, min_size=2, max_size=6),
    steps=st.lists(STEPS, max_size=8),
)
def test_the_guard_agrees_with_a_reading_second_by_second(
    plain: Engine,
    mode: str,
    capacity: int,
    bookings: list[tuple[object, ...]],
    steps: list[tuple[object, ...]],
) -> None:
    with plain.connect() as connection:
        subject_id = add_subject(connection, mode, capacity)
        model = Model(mode, capacity)
        for step in (*bookings, *steps):
            apply(connection, subject_id, model, step)
        connection.rollback()
