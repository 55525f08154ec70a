"""Advice on demand: computed by a child process, one at a time, and kept as long as its run is the latest."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path

from scheduler.bridge import advice_of
from scheduler.domain.advice import AdviceView
from scheduler.errors import Unavailable
from scheduler.jobs.child import NICENESS, environment
from scheduler.persistence.engine import Database
from scheduler.policy import Actor
from scheduler.services.advising import AdviceSource, advice_source, run_files

COMMAND = (sys.executable, "-m", "solver", "explain")
SEARCH_S = 5.0
"""Processor time for all answers, with what it takes to read and to compile the problem."""
GIVE_UP_S = 30.0
KEPT = 200


class AdviceDesk:
    """Answers for advice on requests; a question that is being answered is not asked twice."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: OrderedDict[AdviceSource, AdviceView] = OrderedDict()
        self._asked: dict[AdviceSource, asyncio.Task[AdviceView]] = {}
        self._one = asyncio.Semaphore(1)

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

    async def _compute(self, actor: Actor, source: AdviceSource) -> AdviceView:
        async with self._one:
            async with self._db.read_tx(actor) as tx:
                problem, solution = await run_files(tx, source.run_id)
            content = await _explained(problem, solution, source.request_code)
            found = await asyncio.to_thread(advice_of, content, source.run_id, source.request_id)
        self._known[source] = found
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found


async def _explained(problem: bytes, solution: bytes, request: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="smena-advice-") as name:
        folder = Path(name)
        files = {"problem.json": problem, "solution.json": solution}
        for file, content in files.items():
            await asyncio.to_thread((folder / file).write_bytes, content)
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *(str(folder / file) for file in files),
            *("--request", request, "--json", "--seconds", str(SEARCH_S)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env=environment(os.environ),
        )
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        try:
            async with asyncio.timeout(GIVE_UP_S):
                output, _ = await process.communicate()
        except TimeoutError:
            raise Unavailable("advice_overtime") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            raise Unavailable("advice_failed")
        return output
