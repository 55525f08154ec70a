"""A second process that anneals the same problem from another seed, and the plans that cross."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import NamedTuple

from solver.codec import dump_problem, load_problem
from solver.engine.local.instance import Snapshot
from solver.problem import Problem

_TELL_EVERY_S = 1.0
_MOVES = 20_000


class Found(NamedTuple):
    """A plan of the other side: breaches, cost, and the plan; the less is better."""

    worth: tuple[float, float]
    snapshot: Snapshot


class Peer:
    """The other side, seen from this one; without a connection nobody is there."""

    def __init__(self, connection: Connection | None = None, end: Callable[[], None] | None = None) -> None:
        self._connection = connection
        self._end = end
        self._lock = threading.Lock()
        self._plan: Found | None = None
        self.gone = threading.Event()
        if connection is not None:
            threading.Thread(target=self._listen, args=(connection,), daemon=True).start()

    def _listen(self, connection: Connection) -> None:
        try:
            while True:
                message = connection.recv()
                with self._lock:
                    self._plan = message
        except (EOFError, OSError):
            self.gone.set()

    def send(self, message: Found) -> None:
        """Tell the other side; one that is gone hears nothing."""
        if self._connection is not None and not self.gone.is_set():
            try:
                self._connection.send(message)
            except OSError:
                self.gone.set()

    def take(self) -> Found | None:
        """Return the newest plan that the other side told, once."""
        with self._lock:
            plan, self._plan = self._plan, None
        return plan

    def close(self) -> None:
        """End the other side."""
        if self._end is not None:
            self._end()


def start(problem: Problem, seed: int, until: float) -> Peer:
    """Start a partner that searches until a moment of `time.time`, and return it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_main, args=(theirs, dump_problem(problem), seed, until), daemon=True)
    process.start()
    theirs.close()

    def end() -> None:
        process.kill()
        process.join()
        ours.close()

    return Peer(ours, end)


def _main(connection: Connection, data: bytes, seed: int, until: float) -> None:
    # Whoever interrupts the solve means the other side, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    peer = Peer(connection)
    threading.Thread(target=_leave_with, args=(peer,), daemon=True).start()
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


def _leave_with(peer: Peer) -> None:
    peer.gone.wait()
    os._exit(0)
