"""A second process: first CP-SAT on everything at once, then the same search from another seed."""

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import Connection

from solver.codec import dump_problem, load_problem
from solver.engine.weekly.course import Course, Found
from solver.problem import Problem

_EXACT_SHARE = 0.35
_TELL_EVERY_S = 1.0


class Partner:
    """The other process, seen from this one."""

    def __init__(self, problem: Problem, seed: int, seconds: float) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe(duplex=False)
        arguments = (theirs, dump_problem(problem), seed, seconds, os.getpid())
        self._process = context.Process(target=_main, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def news(self) -> Found | None:
        """Return the newest plan that it found, once; None as well when it has ended."""
        found: Found | None = None
        try:
            while self._ours.poll():
                found = self._ours.recv()
        except (EOFError, OSError):
            return found
        return found

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()
        self._ours.close()


def _main(connection: Connection, data: bytes, seed: int, seconds: float, parent: int) -> None:
    # Whoever interrupts the solve means the other side, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
    until = time.monotonic() + seconds
    from solver.engine.lowering import lower
    from solver.engine.weekly.exact import whole_plan
    from solver.engine.weekly.layout import lay_out

    problem = load_problem(data)
    layout = lay_out(problem, lower(problem))
    whole = whole_plan(layout, seconds=_EXACT_SHARE * seconds, seed=seed)
    if whole is not None:
        connection.send(whole)
    course = Course(layout, seed)
    if whole is not None:
        course.take(whole)
    told_at, news = 0.0, False
    begun = time.monotonic()
    while not course.done and (now := time.monotonic()) < until:
        news = course.advance((now - begun) / max(1e-9, until - begun)) or news
        if news and now - told_at >= _TELL_EVERY_S:
            told_at, news = now, False
            connection.send(course.found())
    connection.send(course.found())
    threading.Event().wait()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)
