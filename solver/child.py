"""A solve as a process of its own: told what to do on stdin, tells how far it is on stdout, leaves a file.

Whatever happens to the process, the output file holds the best plan that was written, or does not exist.
"""

import contextlib
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from solver.codec import dump_solution
from solver.errors import InvalidProblem
from solver.solution import ProgressPoint, Solution
from solver.words_of_faults import fault

EXIT_PLAN = 0
EXIT_BROKEN = 1
EXIT_BAD_FILE = 2
EXIT_NO_PLAN = 3

_LEAVE_AFTER_S = 1.5
_LOOK_EVERY_S = 0.25
_OBJECTS_BETWEEN, _TIMES_BETWEEN = 100_000, 50


class Output:
    """The solution file; replaced as a whole by every better plan."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.written = False

    def prepare(self) -> None:
        """Make sure that a plan can be written, before anything is computed for it.

        Raises
        ------
        InvalidProblem
            The folder is not there, or something that is no file stands in the place of the file.
        OSError
            The system lets nobody write there; names the file.
        """
        if not self._path.parent.is_dir():
            raise InvalidProblem([fault("output", "no_folder", path=str(self._path.parent))])
        if self._path.exists() and not self._path.is_file():
            code = "is_folder" if self._path.is_dir() else "is_device"
            raise InvalidProblem([fault(str(self._path), code)])
        with self._partial() as partial:
            partial.touch()

    def write(self, solution: Solution) -> None:
        """Replace the file by this plan; a reader sees the old one or the new one."""
        data = dump_solution(solution)
        with self._lock:
            with self._partial() as partial:
                with partial.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                partial.replace(self._path)
            self.written = True

    @contextlib.contextmanager
    def _partial(self) -> Iterator[Path]:
        """Lend a name beside the file, which is free again afterwards; errors name the file itself."""
        partial = self._beside()
        try:
            yield partial
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from error
        finally:
            partial.unlink(missing_ok=True)

    def _beside(self) -> Path:
        return self._path.with_name(f".{self._path.name}.{os.getpid()}")

    def leave(self) -> None:
        """End the process at once, between two writes."""
        with self._lock:
            self._beside().unlink(missing_ok=True)
            os._exit(EXIT_PLAN if self.written else EXIT_NO_PLAN)


class Stop:
    """Whether the solve should end; once it should, the process does so within two seconds."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._asked = threading.Event()

    def ask(self) -> None:
        """End the solve with the best plan; may be called from a signal handler or any thread."""
        if not self._asked.is_set():
            self._asked.set()
            threading.Thread(target=self._leave, daemon=True).start()

    def __call__(self) -> bool:
        """Tell whether the solve should end."""
        return self._asked.is_set()

    def _leave(self) -> None:
        # Foreign code may not return for minutes, whatever it is told.
        time.sleep(_LEAVE_AFTER_S)
        self._output.leave()

    def on_signals(self) -> None:
        """Take SIGINT and SIGTERM as the wish to end with the best plan."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.ask())

    def on_control(self, control: IO[bytes]) -> None:
        """Take a line ``stop``, or the end of the parent's pipe, as the wish to end."""

        def listen() -> None:
            for line in control:
                if line.strip() == b"stop":
                    break
            self.ask()

        threading.Thread(target=listen, daemon=True).start()

    def on_memory(self, limit_mb: int) -> None:
        """End when this process and its children together reach the limit."""

        def look() -> None:
            while resident_mb(os.getpid()) < limit_mb:
                time.sleep(_LOOK_EVERY_S)
            self.ask()

        threading.Thread(target=look, daemon=True).start()


def tell(point: ProgressPoint) -> None:
    """Write one progress point as a line of JSON."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(point.model_dump_json() + "\n")
        sys.stdout.flush()


def collect_seldom() -> None:
    """Look for garbage seldom: a problem is millions of objects that live as long as the process."""
    gc.set_threshold(_OBJECTS_BETWEEN, _TIMES_BETWEEN, _TIMES_BETWEEN)


def resident_mb(pid: int) -> int:
    """Resident size of a process and its children, in MiB; 0 where it cannot be read."""
    total = 0
    for each in _family(pid):
        with contextlib.suppress(OSError):
            pages = Path(f"/proc/{each}/statm").read_text().split()[1]
            total += int(pages) * os.sysconf("SC_PAGE_SIZE")
    return total >> 20


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


@contextlib.contextmanager
def memory_capped(limit_mb: int | None) -> Iterator[None]:
    """Let the system itself hold the limit, where this process may make a control group for itself."""
    group = None if limit_mb is None else _make_group(limit_mb)
    try:
        yield
    finally:
        if group is not None:
            with contextlib.suppress(OSError):
                (group.parent / "cgroup.procs").write_text(str(os.getpid()))
                group.rmdir()


def _make_group(limit_mb: int) -> Path | None:
    try:
        own = Path("/proc/self/cgroup").read_text().strip().rpartition("::")[2]
        group = Path("/sys/fs/cgroup") / own.lstrip("/") / f"smena-{os.getpid()}"
        group.mkdir()
    except OSError:
        return None
    try:
        (group / "memory.max").write_text(str(limit_mb << 20))
        (group / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        with contextlib.suppress(OSError):
            group.rmdir()
        return None
    return group


def read_problem(path: str, control: bool, stdin: IO[bytes]) -> bytes:
    """Bytes of a problem file; ``-`` is stdin, of which only the first line belongs to it under control."""
    if path != "-":
        return Path(path).read_bytes()
    return stdin.readline() if control else stdin.read()
