"""A second process that searches the same problem: it finds the bound, then better plans from another seed.

Both sides number activities, options and choices alike, so a plan crosses as plain numbers.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from solver.codec import dump_problem, load_problem
from solver.engine.lowering import TermKey
from solver.engine.model import Choice, Model
from solver.engine.objective import Worth
from solver.engine.peer import Peer, begin
from solver.options import SolveOptions
from solver.problem import Problem

Snapshot = list[tuple[int, Choice] | None]


@dataclass(frozen=True, slots=True)
class Found:
    """A plan of the other side."""

    worth: Worth
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Proved:
    """Lower bounds of unserved learner-minutes: over all classes, and of single ones by position."""

    unserved: int
    of_class: dict[int, int]


@dataclass(frozen=True, slots=True)
class Turned:
    """The other side turned to fair shares: learner-minutes that every class has to keep."""

    floors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WorstOff:
    """No plan that keeps the floors gives the worst-off more than so many thousandths."""

    permille: int


@dataclass(frozen=True, slots=True)
class RestAtLeast:
    """No plan that keeps the floors, of a timetable no whole plan, has less of these terms, by name."""

    bounds: dict[TermKey, int]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The compiled search is ready for use."""


def start(problem: Problem, options: SolveOptions, seconds: float) -> Peer:
    """Start a partner for this many seconds and return it."""
    return begin(_assist, dump_problem(problem), options, time.time() + seconds)


def _assist(peer: Peer, data: bytes, options: SolveOptions, deadline: float) -> None:
    from solver.engine.search import assist

    problem = load_problem(data)
    left = max(0.001, deadline - time.time())
    assist(problem, replace(options, time_limit_s=left, seed=options.seed + 1), peer)


def prove(
    model: Model, tell: Callable[[Proved], None], seconds: float | None, over: Callable[[], bool]
) -> None:
    """Find the bounds of a model, that over all classes first; each is told as soon as it is known."""
    # The linear solver takes its time to import, and one without a bound does without it.
    from solver.engine.bound import Bound

    bound = Bound(model)
    asked = [position for position, worth in enumerate(model.worth_of_class) if worth]
    total = bound.unserved(asked, seconds)
    of_class: dict[int, int] = {}
    tell(Proved(total, dict(of_class)))
    for position in asked:
        if over():
            return
        of_class[position] = total if asked == [position] else bound.unserved([position], seconds)
        tell(Proved(max(total, sum(of_class.values())), dict(of_class)))


__all__ = [
    "Compiled",
    "Found",
    "Peer",
    "Proved",
    "RestAtLeast",
    "Snapshot",
    "Turned",
    "WorstOff",
    "prove",
    "start",
]
