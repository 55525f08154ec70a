"""A second process for the same solve, and what the two sides tell each other.

It leaves as soon as the other side is gone, whatever it is doing.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

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


def begin(part: Callable[..., None], *arguments: Any) -> Peer:
    """Start a process that does its part of the work, and return it.

    `part`, a function of a module, is called there with this side as a `Peer` and with the arguments. The
    process hears no SIGINT: whoever interrupts the solve means this side, which then ends it.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, part, arguments), daemon=True)
    process.start()
    theirs.close()

    def end() -> None:
        process.kill()
        process.join()
        ours.close()

    return Peer(ours, end)


def _run(connection: Connection, part: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    peer = Peer(connection)
    threading.Thread(target=_leave_with, args=(peer,), daemon=True).start()
    part(peer, *arguments)


def _leave_with(peer: Peer) -> None:
    peer.gone.wait()
    os._exit(0)
