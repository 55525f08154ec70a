from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.intervals import Interval, inside, intersect, length, subtract, union

spans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda pair: (min(pair), max(pair))), max_size=6
)


def moments(intervals: list[Interval]) -> set[int]:
    return {moment for start, end in intervals for moment in range(start, end)}


@given(spans, spans)
def test_operations_are_those_of_sets(a: list[Interval], b: list[Interval]) -> None:
    assert moments(union([*a, *b])) == moments(a) | moments(b)
    assert moments(intersect(a, b)) == moments(a) & moments(b)
    assert moments(subtract(a, b)) == moments(a) - moments(b)
    assert length(a) == len(moments(a))


@given(spans, spans)
def test_results_are_sorted_disjoint_and_never_touch_or_are_empty(
    a: list[Interval], b: list[Interval]
) -> None:
    for found in (union(a), intersect(a, b), subtract(a, b)):
        flat = [edge for interval in found for edge in interval]
        assert flat == sorted(set(flat))


def test_an_interval_over_two_windows_is_inside_of_neither() -> None:
    assert inside((2, 4), [(0, 2), (2, 4)])
    assert not inside((1, 3), [(0, 2), (2, 4)])
