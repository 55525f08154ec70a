"""A second process that anneals the same problem from another seed, and the plans that cross."""

import time
from typing import NamedTuple

from solver.codec import dump_problem, load_problem
from solver.engine.local.instance import Snapshot
from solver.engine.peer import Peer, begin
from solver.problem import Problem

_TELL_EVERY_S = 1.0
_MOVES = 20_000


class Found(NamedTuple):
    """A plan of the other side: breaches, cost, and the plan; the less is better."""

    worth: tuple[float, float]
    snapshot: Snapshot


def start(problem: Problem, seed: int, until: float) -> Peer:
    """Start a partner that searches until a moment of `time.time`, and return it."""
    return begin(_anneal, dump_problem(problem), seed, until)


def _anneal(peer: Peer, data: bytes, seed: int, until: float) -> None:
    begun = time.time()
    from solver.engine.local.climb import Climb
    from solver.engine.local.instance import build
    from solver.engine.lowering import lower

    problem = load_problem(data)
    climb = Climb(build(problem, lower(problem)), seed)
    told, told_at = (float("inf"), float("inf")), 0.0
    while (now := time.time()) < until:
        climb.run(_MOVES, (now - begun) / (until - begun))
        if climb.worth < told and now - told_at >= _TELL_EVERY_S:
            told, told_at = climb.worth, now
            peer.send(Found(told, climb.best()))
    peer.send(Found(climb.worth, climb.best()))
    peer.gone.wait()
