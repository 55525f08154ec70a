"""A second process: what any plan costs, then CP-SAT on everything, then the search from another seed."""

import time

from solver.codec import dump_problem, load_problem
from solver.engine.peer import Peer, begin
from solver.engine.weekly.course import Course, Found
from solver.problem import Problem

_EXACT_SHARE, _EXACT_MOST = 0.35, 0.6
"""CP-SAT gets this share of the time, the greater one where nobody has a whole plan by then."""
_TELL_EVERY_S = 1.0


def start(problem: Problem, seed: int, seconds: float) -> Peer:
    """Start a partner that searches for this many seconds, and return it."""
    return begin(_search, dump_problem(problem), seed, seconds)


def _search(peer: Peer, data: bytes, seed: int, seconds: float) -> None:
    begun = time.monotonic()
    until = begun + seconds
    from solver.engine.lowering import lower
    from solver.engine.structure_bound import prove
    from solver.engine.weekly.exact import whole_plan
    from solver.engine.weekly.laying import lay_out

    problem = load_problem(data)
    lowered = lower(problem)
    prove(problem, lowered, peer, seconds)
    layout = lay_out(problem, lowered)
    least, most = begun + _EXACT_SHARE * seconds, begun + _EXACT_MOST * seconds
    met = False

    def over() -> bool:
        nonlocal met
        met = met or peer.take(Found) is not None
        return time.monotonic() > (least if met else most)

    whole = whole_plan(layout, seed=seed, over=over)
    if whole is not None:
        peer.send(whole)
    course = Course(layout, seed)
    if whole is not None:
        course.take(whole)
    told_at, news = 0.0, False
    begun = time.monotonic()
    while not course.done and (now := time.monotonic()) < until:
        news = course.advance((now - begun) / max(1e-9, until - begun)) or news
        if news and now - told_at >= _TELL_EVERY_S:
            told_at, news = now, False
            peer.send(course.found())
    peer.send(course.found())
    peer.gone.wait()
