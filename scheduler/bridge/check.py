"""Sessions against today's rows: every breach in words."""

import asyncio
from collections.abc import Iterable, Sequence

from scheduler.bridge.build import assemble
from scheduler.bridge.sessions import StoredSession, solution_of
from scheduler.bridge.snapshot import Snapshot, read_snapshot
from scheduler.errors import Breach
from scheduler.persistence.transaction import Tx
from solver.checker import check
from solver.problem import Problem
from solver.solution import Violation
from solver.words import describe

LIMIT = 200
"""Breaches told at once; a plan with so many is not one that anybody mends line by line."""


async def check_sessions(tx: Tx, campaign_id: int, sessions: Iterable[StoredSession]) -> tuple[Breach, ...]:
    """Return every rule that these sessions break against the rows of now, at most `LIMIT`.

    Raises
    ------
    NotFound
        There is no such campaign.
    """
    snapshot = await read_snapshot(tx, campaign_id)
    return await asyncio.to_thread(_check, snapshot, tuple(sessions))


def _check(snapshot: Snapshot, sessions: Sequence[StoredSession]) -> tuple[Breach, ...]:
    built = assemble(snapshot)
    solution = solution_of(
        built.problem,
        built.sha256,
        sessions,
        snapshot.horizon,
        {facts.row.id: facts.row.code for facts in snapshot.resources},
        {site.code: site.timezone for site in snapshot.sites.values()},
    )
    return tuple(breach_of(built.problem, found) for found in check(built.problem, solution, limit=LIMIT))


def breach_of(problem: Problem, violation: Violation) -> Breach:
    """Return a violation in words."""
    return Breach(
        rule=violation.kind,
        code=violation.code,
        ru=describe(problem, violation, "ru"),
        en=describe(problem, violation, "en"),
        facts=dict(violation.facts),
    )
