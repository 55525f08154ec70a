"""Advice on demand: from a child process, one at a time, and kept as long as its run is the latest."""

import asyncio
import signal
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Self

from scheduler.bridge import advice_of
from scheduler.domain.advice import AdviceView
from scheduler.errors import Unavailable
from scheduler.jobs.child import signal_group, spawn
from scheduler.persistence.engine import Database
from scheduler.policy import Actor
from scheduler.services.advising import AdviceSource, advice_source, run_files

COMMAND = (sys.executable, "-m", "solver", "explain")
SEARCH_S = 5.0
"""Processor time for an answer; the first one pays for reading and compiling the problem, too."""
NICENESS = 5
"""Somebody waits: behind the pages, before an allocation."""
GIVE_UP_S = 30.0
KEPT = 200
KEPT_OPEN_S = 120.0
"""How long after its last answer a process with a compiled plan is kept."""
ANSWER_LIMIT_BYTES = 1 << 26


class AdviceDesk:
    """Answers for advice on requests; a question that is being answered is not asked twice."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: OrderedDict[AdviceSource, AdviceView] = OrderedDict()
        self._asked: dict[AdviceSource, asyncio.Task[AdviceView]] = {}
        self._one = asyncio.Semaphore(1)
        self._child: AdviserChild | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def advice(self, actor: Actor, request_id: int) -> AdviceView:
        """Return advice on a request, for its owner and the coordinator.

        Raises
        ------
        Forbidden, NotFound
            See `scheduler.services.advising.advice_source`.
        Unavailable
            The computation failed or took too long.
        """
        async with self._db.read_tx(actor) as tx:
            source = await advice_source(tx, request_id)
        if source in self._known:
            self._known.move_to_end(source)
            return self._known[source]
        task = self._asked.get(source)
        if task is None:
            task = self._asked[source] = asyncio.create_task(self._compute(actor, source))
            task.add_done_callback(lambda _: self._asked.pop(source, None))
        # Whoever gives up waiting does not take the answer from the others.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End what is computed; whoever waits for it gets no answer."""
        tasks = list(self._asked.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._end()

    async def _end(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
        child, self._child = self._child, None
        if child is not None:
            await child.end()

    async def _compute(self, actor: Actor, source: AdviceSource) -> AdviceView:
        async with self._one:
            content = await self._explained(actor, source)
            found = await asyncio.to_thread(advice_of, content, source.run_id, source.request_id)
        self._known[source] = found
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found

    async def _explained(self, actor: Actor, source: AdviceSource) -> bytes:
        if self._leaving is not None:
            self._leaving.cancel()
        child = self._child
        if child is None or child.run_id != source.run_id:
            await self._end()
            async with self._db.read_tx(actor) as tx:
                files = await run_files(tx, source.run_id)
            child = self._child = await AdviserChild.start(source.run_id, *files)
        try:
            content = await child.ask(source.request_code)
        except BaseException:
            await self._end()
            raise
        self._leaving = asyncio.create_task(self._leave())
        return content

    async def _leave(self) -> None:
        await asyncio.sleep(KEPT_OPEN_S)
        self._leaving = None
        await self._end()


class AdviserChild:
    """One ``python -m solver explain``, which has read and compiled the plan of a run.

    The end of our side of its input ends it, so it never outlives us.
    """

    def __init__(
        self, run_id: int, process: asyncio.subprocess.Process, folder: tempfile.TemporaryDirectory[str]
    ) -> None:
        self.run_id = run_id
        self._process = process
        self._folder = folder

    @classmethod
    async def start(cls, run_id: int, problem: bytes, solution: bytes) -> Self:
        """Start a process that reads these files."""
        folder = tempfile.TemporaryDirectory(prefix="smena-advice-", ignore_cleanup_errors=True)
        try:
            files = [Path(folder.name, name) for name in ("problem.json", "solution.json")]
            for file, content in zip(files, (problem, solution), strict=True):
                await asyncio.to_thread(file.write_bytes, content)
            process = await spawn(
                *COMMAND,
                *map(str, files),
                *("--requests-stdin", "--seconds", str(SEARCH_S)),
                niceness=NICENESS,
                limit=ANSWER_LIMIT_BYTES,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except BaseException:
            folder.cleanup()
            raise
        return cls(run_id, process, folder)

    async def ask(self, request: str) -> bytes:
        """Return the advice on a request as JSON.

        Raises
        ------
        Unavailable
            The process failed or takes too long; it is of no use any more.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        answer = b""
        try:
            async with asyncio.timeout(GIVE_UP_S):
                self._process.stdin.write(f"{request}\n".encode())
                await self._process.stdin.drain()
                answer = await self._process.stdout.readline()
        except TimeoutError:
            raise Unavailable("advice_overtime") from None
        except ConnectionError:
            pass
        if not answer.endswith(b"\n"):
            raise Unavailable("advice_failed")
        # It has read its files by now.
        await asyncio.to_thread(self._folder.cleanup)
        return answer

    async def end(self) -> None:
        """End the process, whatever it does."""
        if self._process.returncode is None:
            signal_group(self._process, signal.SIGKILL)
            await self._process.wait()
        await asyncio.to_thread(self._folder.cleanup)
