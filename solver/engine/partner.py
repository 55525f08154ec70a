"""A second process that searches the same problem: it finds the bound, then better plans from another seed.

Both sides number activities, options and choices alike, so a plan crosses as plain numbers. The partner
leaves as soon as the other side is gone, whatever it is doing.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import TypeVar

from solver.codec import dump_problem, load_problem
from solver.engine.model import Choice, Model
from solver.engine.objective import Worth
from solver.options import SolveOptions
from solver.problem import Problem

Snapshot = list[tuple[int, Choice] | None]
M = TypeVar("M")


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


Message = Found | Proved | Turned | WorstOff


class Peer:
    """The other side, seen from this one; without a connection nobody is there."""

    def __init__(self, connection: Connection | None = None, end: Callable[[], None] | None = None) -> None:
        self._connection = connection
        self._end = end
        self._lock = threading.Lock()
        self._newest: dict[type, Message] = {}
        self.gone = threading.Event()
        if connection is not None:
            threading.Thread(target=self._listen, args=(connection,), daemon=True).start()

    def _listen(self, connection: Connection) -> None:
        try:
            while True:
                message = connection.recv()
                with self._lock:
                    self._newest[type(message)] = message
        except (EOFError, OSError):
            self.gone.set()

    @property
    def there(self) -> bool:
        """Whether there is another side."""
        return self._connection is not None and not self.gone.is_set()

    def send(self, message: Message) -> None:
        """Tell the other side; one that is gone hears nothing."""
        if self._connection is not None and not self.gone.is_set():
            try:
                self._connection.send(message)
            except OSError:
                self.gone.set()

    def take(self, kind: type[M]) -> M | None:
        """Return the newest message of a kind that the other side told, once."""
        with self._lock:
            message = self._newest.pop(kind, None)
        return message if isinstance(message, kind) else None

    def close(self) -> None:
        """End the other side."""
        if self._end is not None:
            self._end()


def start(problem: Problem, options: SolveOptions, seconds: float) -> Peer:
    """Start a partner for this many seconds and return it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    deadline = time.time() + seconds
    process = context.Process(
        target=_main, args=(theirs, dump_problem(problem), options, deadline), daemon=True
    )
    process.start()
    theirs.close()

    def end() -> None:
        process.kill()
        process.join()
        ours.close()

    return Peer(ours, end)


def _main(connection: Connection, data: bytes, options: SolveOptions, deadline: float) -> None:
    # Whoever interrupts the solve means the other side, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    peer = Peer(connection)
    threading.Thread(target=_leave_with, args=(peer,), daemon=True).start()
    from solver.engine.search import assist

    problem = load_problem(data)
    left = max(0.001, deadline - time.time())
    assist(problem, replace(options, time_limit_s=left, seed=options.seed + 1), peer)


def _leave_with(peer: Peer) -> None:
    peer.gone.wait()
    os._exit(0)


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
