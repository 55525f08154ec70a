"""A second process for the same solve, and what the two sides tell each other.

It leaves as soon as the other side is gone, whatever it is doing.
"""

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from solver.child import collect_seldom

M = TypeVar("M")


class Peer:
    """The other side, seen from this one; without a connection nobody is there.

    Attributes
    ----------
    gone
        Set when the other side has ended; never where there was none.
    """

    def __init__(self, connection: Connection | None = None, end: Callable[[], None] | None = None) -> None:
        self._connection = connection
        self._end = end
        self._lock = threading.Lock()
        self._newest: dict[type, object] = {}
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

    def send(self, message: object) -> None:
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


def begin(part: Callable[..., None], *arguments: Any, forked: bool = False) -> Peer:
    """Start a process that does its part of the work, and return it.

    `part`, a function of a module, is called there with this side as a `Peer` and with the arguments. The
    process hears no SIGINT: whoever interrupts the solve means this side, which then ends it. `forked`: it
    sees all that this side has laid out, as it is now; nobody is there where processes cannot be forked.
    """
    if forked and "fork" not in multiprocessing.get_all_start_methods():
        return Peer()
    context = multiprocessing.get_context("fork" if forked else "spawn")
    ours, theirs = context.Pipe()
    # What is inherited would keep the connection open after this side has gone.
    inherited = ours if forked else None
    handed = arguments if forked else None
    process: Any = context.Process(target=_run, args=(theirs, inherited, part, handed), daemon=True)  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        # A fork has none of the other threads: the part uses nothing that these could hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    theirs.close()
    if not forked:
        # What is large is not handed over at the start: should the process end before it has read that, as in
        # a script that solves whenever it is imported, this one would wait for it without end.
        with suppress(OSError):
            ours.send(arguments)

    def end() -> None:
        process.kill()
        process.join()
        ours.close()

    return Peer(ours, end)


def _run(
    connection: Connection,
    inherited: Connection | None,
    part: Callable[..., None],
    handed: tuple[Any, ...] | None,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if inherited is not None:
        inherited.close()
    collect_seldom()
    with closing(connection):
        try:
            arguments = connection.recv() if handed is None else handed
        except EOFError:
            return
        peer = Peer(connection)
        threading.Thread(target=_leave_with, args=(peer,), daemon=True).start()
        part(peer, *arguments)


def _leave_with(peer: Peer) -> None:
    peer.gone.wait()
    os._exit(0)
