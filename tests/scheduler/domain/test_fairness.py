"""Credits over terms: what is owed is remembered, fades, and never raises an entitlement beyond its limit."""

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.fairness import credit_after, raise_of

MINUTES = st.integers(0, 10**7)
PERMILLE = st.integers(0, 1000)


@given(st.integers(-(10**7), 10**7), MINUTES, MINUTES, PERMILLE)
def test_a_credit_is_what_lasts_of_the_old_one_and_what_the_term_left_owing(
    credit: int, due: int, granted: int, keep: int
) -> None:
    found = credit_after(credit, due, granted, keep)
    assert abs(found - (credit * keep / 1000 + due - granted)) < 1
    assert credit_after(-credit, granted, due, keep) == -found


@given(MINUTES, st.integers(-(10**7), 10**7), PERMILLE)
def test_a_credit_raises_by_at_most_its_share_and_never_lowers(
    entitlement: int, credit: int, most: int
) -> None:
    found = raise_of(entitlement, credit, most)
    assert 0 <= found <= entitlement * most / 1000
    assert found in (0, credit, entitlement * most // 1000)


@given(st.lists(st.integers(0, 500), min_size=30, max_size=30))
def test_who_is_paid_back_stops_being_owed(shortfalls: list[int]) -> None:
    """A term in which everybody gets what the raised entitlement says works the credit off."""
    credit = 0
    for short in shortfalls:
        credit = credit_after(credit, 1000, 1000 - short, 500)
    assert 0 <= credit <= 1000
    for _ in range(30):
        credit = credit_after(credit, 1000, 1000 + raise_of(1000, credit, 200), 500)
    assert -200 <= credit <= 1
