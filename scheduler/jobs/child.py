"""The solver as a child process: started niced, watched, stopped politely and then not."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from scheduler.domain.run import RunOptions

COMMAND = (sys.executable, "-m", "solver")
NICENESS = 10
STOP_GRACE_S = 5.0
TERMINATE_GRACE_S = 3.0
STDERR_KEPT = 20
LINE_LIMIT_BYTES = 1 << 20


class SolverChild:
    """One ``python -m solver solve``, or ``repair``, in a process group of its own.

    The end of our side of its input tells it that we are gone, so it never outlives us for long.
    """

    def __init__(self, process: asyncio.subprocess.Process, output: Path) -> None:
        self._process = process
        self._output = output
        self._stderr: list[str] = []
        self._latest: dict[str, Any] | None = None
        self._readers = (asyncio.create_task(self._read_progress()), asyncio.create_task(self._read_stderr()))

    @classmethod
    async def start(cls, problem: bytes, options: RunOptions, folder: Path) -> Self:
        """Write the problem into a folder of this run's own and start a solver on it."""
        source, output = folder / "problem.json", folder / "solution.json"
        await asyncio.to_thread(source.write_bytes, problem)
        process = await spawn(
            *COMMAND,
            "repair" if options.repair else "solve",
            *(str(source), "-o", str(output), "--control-stdin"),
            *_arguments(options),
            niceness=NICENESS,
            limit=LINE_LIMIT_BYTES,
            stderr=asyncio.subprocess.PIPE,
        )
        return cls(process, output)

    @property
    def pid(self) -> int:
        """Process id, which is also the id of its group."""
        return self._process.pid

    def take_progress(self) -> dict[str, Any] | None:
        """Return the newest progress point that was not taken yet."""
        latest, self._latest = self._latest, None
        return latest

    async def wait(self, timeout_s: float) -> int | None:
        """Return the exit code once it has ended and said everything; None: still running."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                return await self._ended()
        return None

    async def stop(self) -> int:
        """Ask it to end with its best plan, then terminate, then kill; return the exit code."""
        stdin = self._process.stdin
        assert stdin is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            stdin.write(b"stop\n")
            await stdin.drain()
        for grace_s, then in ((STOP_GRACE_S, signal.SIGTERM), (TERMINATE_GRACE_S, signal.SIGKILL)):
            code = await self.wait(grace_s)
            if code is not None:
                return code
            signal_group(self._process, then)
        return await self._ended()

    async def kill(self) -> None:
        """End it and all that it started, at once."""
        signal_group(self._process, signal.SIGKILL)
        await self._ended()

    async def read_solution(self) -> bytes | None:
        """Return the best plan that it wrote, None without one."""
        try:
            return await asyncio.to_thread(self._output.read_bytes)
        except FileNotFoundError:
            return None

    @property
    def last_words(self) -> str:
        """The end of what it wrote to its error output."""
        return self._stderr[-1] if self._stderr else ""

    async def _ended(self) -> int:
        code = await self._process.wait()
        # Not gather: a wait that is given up must not end the readers.
        await asyncio.wait(self._readers)
        return code

    async def _read_progress(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        async for line in stdout:
            with contextlib.suppress(ValueError):
                self._latest = json.loads(line)

    async def _read_stderr(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        async for line in stderr:
            if text := line.decode(errors="replace").strip():
                self._stderr = [*self._stderr[-STDERR_KEPT:], text]


async def spawn(*command: str, niceness: int, limit: int, stderr: int) -> asyncio.subprocess.Process:
    """Start a command in a process group of its own, with pipes for its input and its lines of output."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
        env=environment(os.environ),
        limit=limit,
    )
    # It may have ended already.
    with contextlib.suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, process.pid, niceness)
    return process


def signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Signal a process and all that it started, if it is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _arguments(options: RunOptions) -> list[str]:
    if options.repair:
        arguments = ["--seconds", str(options.time_limit_s)]
        if options.freeze_until is not None:
            arguments += ["--freeze-until", options.freeze_until.isoformat()]
    else:
        arguments = [
            *("--time-limit", str(options.time_limit_s)),
            *("--workers", str(options.workers)),
            *("--seed", str(options.seed)),
        ]
    if options.deterministic_units is not None:
        arguments += ["--deterministic", str(options.deterministic_units)]
    if options.memory_limit_mb is not None:
        arguments += ["--memory-limit-mb", str(options.memory_limit_mb)]
    return arguments


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return our environment without our settings: a database's address is none of its business."""
    return {name: value for name, value in ours.items() if not name.startswith("SMENA_")}
