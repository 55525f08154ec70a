"""A second process: it proves what plans cost at least, then anneals from another seed; plans cross."""

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
    from solver.engine.local.climb import Climb
    from solver.engine.local.instance import build
    from solver.engine.lowering import lower
    from solver.engine.structure_bound import prove

    problem = load_problem(data)
    lowered = lower(problem)
    prove(problem, lowered, peer, until - time.time())
    begun = time.time()
    climb = Climb(build(problem, lowered), seed)
    told, told_at = (float("inf"), float("inf")), 0.0
    while (now := time.time()) < until:
        climb.run(_MOVES, (now - begun) / (until - begun))
        if climb.worth < told and now - told_at >= _TELL_EVERY_S:
            told, told_at = climb.worth, now
            peer.send(Found(told, climb.best()))
    peer.send(Found(climb.worth, climb.best()))
    peer.gone.wait()
