from collections.abc import Callable

from solver.rules import kind


def test_classes_in_their_order_with_what_is_unserved(terms: Callable[..., dict[str, int]]) -> None:
    problem = kind("coverage").example()
    at = ((8, 10), {"room": "a"})
    assert list(terms(problem).items()) == [("exam", 4 * 45), ("module", 4 * 90 + 8 * 90)]
    assert terms(problem, y=at) == {"exam": 180, "module": 360}
    assert terms(problem, x=at, y=at, z=at) == {"exam": 0, "module": 0}
