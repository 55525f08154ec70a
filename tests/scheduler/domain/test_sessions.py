"""Bells and subgroups: how a request is cut into sessions."""

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.bells import plain_grid, session_times
from scheduler.domain.subgroups import refine, split

GRID = [(510, 605), (615, 710), (740, 835), (845, 940)]


def test_pairs_last_from_the_first_bell_to_the_last() -> None:
    assert session_times(GRID, 4) == [(510, 710), (615, 835), (740, 940)]
    assert session_times(GRID, 8) == [(510, 940)]
    assert session_times(GRID, 10) == []


def test_an_odd_hour_is_the_first_half_of_a_pair() -> None:
    assert session_times(GRID, 1) == [(510, 555), (615, 660), (740, 785), (845, 890)]
    assert session_times(GRID, 5) == [(510, 785), (615, 890)]


def test_a_plain_grid_has_pairs_of_ninety_minutes() -> None:
    assert plain_grid(510, 3, 10) == [(510, 600), (610, 700), (710, 800)]


@given(st.integers(1, 200), st.integers(1, 200))
def test_subgroups_are_even_small_enough_and_as_few_as_can_be(size: int, subgroup: int) -> None:
    slices = split(size, subgroup)
    lengths = [end - start for start, end in slices]

    assert [edge for slice_ in slices for edge in slice_][1:-1:2] == [start for start, _ in slices[1:]]
    assert (slices[0][0], slices[-1][1]) == (0, size)
    assert max(lengths) <= subgroup
    assert max(lengths) - min(lengths) <= 1
    assert len(slices) == -(-size // min(size, subgroup))


@given(st.integers(1, 60), st.lists(st.integers(1, 60), min_size=1, max_size=4))
def test_parts_are_cut_by_no_split_and_every_cut_is_needed(size: int, subgroups: list[int]) -> None:
    splits = [split(size, subgroup) for subgroup in subgroups]
    parts = refine(splits)

    for slices in splits:
        for start, end in slices:
            inside = [part for part in parts if start <= part[0] and part[1] <= end]
            assert sum(b - a for a, b in inside) == end - start
    assert {edge for part in parts for edge in part} == {e for s in splits for slice_ in s for e in slice_}
