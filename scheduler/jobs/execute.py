"""Executing one run: the same code in the server's own worker and on any other machine."""

import asyncio
import logging
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from scheduler.bridge import Inspection, inspect
from scheduler.config import Settings
from scheduler.domain.run import RunOptions
from scheduler.errors import Unavailable
from scheduler.jobs.child import SolverChild
from scheduler.persistence.engine import Database
from scheduler.persistence.queries.runs import problem_sha256
from scheduler.policy import SYSTEM
from scheduler.services import leases

TICK_S = 1.0
OVERTIME_S = 30.0
"""How long past its limit a solver may take to end by itself."""
EXIT_PLAN, EXIT_BAD_FILE, EXIT_NO_PLAN = 0, 2, 3

log = logging.getLogger(__name__)


async def execute_run(db: Database, run_id: int, settings: Settings) -> bool:
    """Execute a waiting run from its lease to its end.

    The run ends ``succeeded``, ``stopped`` (somebody asked; with the best plan so far, if there is one)
    or ``failed`` with the reason. A plan that breaks a rule is a failed run, never a timetable. Whoever
    loses the lease ends the child and writes nothing more.

    Returns
    -------
    bool
        False: somebody else has the run, nothing was done.
    """
    owner = uuid4().hex
    async with db.write_tx(SYSTEM) as tx:
        taken = await leases.take_lease(tx, run_id, owner, settings.lease_s)
    if taken is None:
        return False
    await _Execution(db, run_id, owner, settings, *taken).run()
    return True


class _Execution:
    """One attempt at a run."""

    def __init__(
        self, db: Database, run_id: int, owner: str, settings: Settings, problem: bytes, options: RunOptions
    ) -> None:
        self._db = db
        self._run_id = run_id
        self._owner = owner
        self._settings = settings
        self._problem = problem
        self._options = options
        self._renewed_s = time.monotonic()

    async def run(self) -> None:
        with tempfile.TemporaryDirectory(prefix="smena-run-") as folder:
            child = await SolverChild.start(self._problem, self._options, Path(folder))
            try:
                await self._watch(child)
            except asyncio.CancelledError:
                # The server ends: the child must not stay, and the run waits for whoever comes next.
                await child.kill()
                await asyncio.shield(self._give_back())
                raise
            except BaseException:
                # The attempt counts: the lease runs out, and what fails again is lost, not begun for ever.
                await child.kill()
                raise

    async def _watch(self, child: SolverChild) -> None:
        deadline_s = time.monotonic() + self._options.time_limit_s + OVERTIME_S
        while (code := await child.wait(TICK_S)) is None:
            asked = await self._tick(child.take_progress())
            if asked is None:
                log.warning("run %d: the lease is lost, its solver is ended", self._run_id)
                await child.kill()
                return
            if asked:
                await child.stop()
                await self._finish(child, "stopped", "no_plan")
                return
            if time.monotonic() > deadline_s and self._options.deterministic_units is None:
                await child.stop()
                await self._finish(child, "succeeded", "overtime")
                return
        await self._tick(child.take_progress(), final=True)
        if code == EXIT_PLAN:
            await self._finish(child, "succeeded", "unusable")
        elif code == EXIT_NO_PLAN:
            await self._end("failed", error="no_plan")
        elif code == EXIT_BAD_FILE:
            await self._end("failed", error=_with_detail("bad_problem", child.last_words))
        else:
            await self._end("failed", error=_with_detail("crashed", f"exit {code} {child.last_words}"))

    async def _tick(self, point: dict[str, Any] | None, *, final: bool = False) -> bool | None:
        """Keep progress and the lease; return whether to stop, None when the lease is lost.

        A database that is busy for a while costs a progress point, not the run: the lease outlasts it.
        """
        try:
            return await self._keep(point, final)
        except Unavailable as error:
            log.warning("run %d: its progress is not kept: %s", self._run_id, error)
            return False

    async def _keep(self, point: dict[str, Any] | None, final: bool) -> bool | None:
        due = time.monotonic() - self._renewed_s > self._settings.lease_s / 3
        if point is None and not due and not final:
            async with self._db.read_tx(SYSTEM) as tx:
                return await leases.stop_is_asked(tx, self._run_id)
        async with self._db.write_tx(SYSTEM) as tx:
            if not await leases.renew_lease(tx, self._run_id, self._owner, self._settings.lease_s):
                return None
            self._renewed_s = time.monotonic()
            if point is not None:
                await leases.add_progress(tx, self._run_id, point)
            return await leases.stop_is_asked(tx, self._run_id)

    async def _finish(self, child: SolverChild, state: str, without_plan: str) -> None:
        """End with the plan that the child wrote, if it stands the check."""
        solution = await child.read_solution()
        if solution is None:
            await self._end("stopped" if state == "stopped" else "failed", error=without_plan)
            return
        async with self._db.write_tx(SYSTEM) as tx:
            # The check of a large plan takes a second or more.
            await leases.renew_lease(tx, self._run_id, self._owner, self._settings.lease_s)
            sha256 = await problem_sha256(tx, self._run_id)
        inspection = await asyncio.to_thread(inspect, self._problem, sha256, solution)
        if inspection.fault is not None:
            words = "; ".join(breach.ru for breach in inspection.breaches)
            code = "rule_broken" if inspection.breaches else "unusable"
            await self._end("failed", error=_with_detail(code, words or inspection.fault))
            return
        await self._end(state, solution=solution, inspection=inspection)

    async def _end(
        self,
        state: str,
        *,
        solution: bytes | None = None,
        inspection: Inspection | None = None,
        error: str | None = None,
    ) -> None:
        async with self._db.write_tx(SYSTEM) as tx:
            kept = await leases.finish_run(
                tx, self._run_id, self._owner, state, solution=solution, inspection=inspection, error=error
            )
        if not kept:
            log.warning("run %d: the lease was lost before the end", self._run_id)

    async def _give_back(self) -> None:
        async with self._db.write_tx(SYSTEM) as tx:
            await leases.release_lease(tx, self._run_id, self._owner)


def _with_detail(code: str, detail: str) -> str:
    return f"{code}: {detail.strip()}" if detail.strip() else code
