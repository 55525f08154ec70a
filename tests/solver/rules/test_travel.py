from collections.abc import Callable

from solver.rules import kind


def test_every_learner_and_every_meeting_counts(terms: Callable[..., dict[str, int]]) -> None:
    problem = kind("travel").example()  # 4 learners of the north, 5 of the west; b is in the south
    both = {"learners:1": "g", "learners:2": "h"}
    assert terms(problem) == {"learners": 0}
    assert terms(problem, x=((8, 10), {"room": "b", **both})) == {"learners": (4 * 2 + 5 * 1) * 60}
    assert terms(problem, x=((8, 10), {"room": "a", **both})) == {"learners": 5 * 3 * 60}
    twice = ((8, 9), (32, 33))
    assert terms(problem, y=(twice, {"room": "b", "learners:1": "g"})) == {"learners": 2 * 4 * 2 * 60}
