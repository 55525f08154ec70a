"""Runs as people see them: started by coordinators, read by all, accepted once, checked again."""

import gzip
from typing import Any

import pytest
from sqlalchemy import select, update

from scheduler.bridge import build_problem
from scheduler.domain.run import RunOptions
from scheduler.errors import Forbidden, Invalid, NotFound, RuleViolated, WrongState
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.requests import Request
from scheduler.persistence.tables.resources import Offer, Resource
from scheduler.persistence.tables.timetable import Run
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.services import leases
from scheduler.services.runs import accept_run, get_run, list_runs, run_in_force, start_run, unplaced_of
from scheduler.services.versions import publish_version, sessions_of_version
from solver.codec import dump_solution
from solver.solution import Placement, Reason, Solution, Unplaced
from tests.scheduler.services.plan import PLAN
from tests.scheduler.services.region import Region, read_region

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
async def region(tiny: Database) -> Region:
    return await read_region(tiny)


async def finished(region: Region, **changes: Any) -> int:
    """Store a run that found the plan of the tests, and return its id."""
    async with region.db.write_tx(region.coordinator) as tx:
        run = await start_run(tx, 1, RunOptions())
        built = await build_problem(tx, 1)
    problem = built.problem
    meetings = {}
    for name, planned in PLAN.items():
        options = problem.option_sets[problem.activity_by_id[name].times]
        day = int(planned.starts[8:10]) - 11
        start = day * 288 + (int(planned.starts[11:13]) * 60 + int(planned.starts[14:])) // 5
        meetings[name] = next(o.meetings for o in options if o.meetings[0][0] == start)
    placements = tuple(
        Placement(
            activity=name,
            meetings=meetings[name],
            resources={"room": planned.room, "trainer": planned.trainer}
            | {
                r.role: r.candidates
                for r in problem.activity_by_id[name].requirements
                if r.role.startswith("learners")
            },
        )
        for name, planned in PLAN.items()
    )
    reason = Reason(rule="search", code="not_found")
    solution = Solution(
        problem_sha256=built.sha256,
        placements=placements,
        unplaced=(Unplaced(activity="R4/1/1", reasons=(reason,)),),
    )
    async with region.db.write_tx(SYSTEM) as tx:
        values = {"state": "succeeded", "solution": gzip.compress(dump_solution(solution)), **changes}
        await tx.session.execute(update(Run).where(Run.id == run.id).values(values))
    return run.id


async def test_a_run_keeps_the_problem_that_it_began_with(region: Region) -> None:
    async with region.db.write_tx(region.coordinator) as tx:
        run = await start_run(tx, 1, RunOptions(seed=7))
        built = await build_problem(tx, 1)
    assert (run.state, run.options.seed, run.problem_sha256) == ("queued", 7, built.sha256)
    async with region.db.write_tx(SYSTEM) as tx:
        taken = await leases.take_lease(tx, run.id, "me", 30)
        assert await leases.take_lease(tx, run.id, "you", 30) is None
        assert await leases.renew_lease(tx, run.id, "me", 30)
        assert not await leases.renew_lease(tx, run.id, "you", 30)
    assert taken == (built.content, RunOptions(seed=7))
    async with region.db.read_tx(region.member("beta")) as tx:
        assert [found.id for found in (await list_runs(tx, campaign_id=1, state="running")).items] == [run.id]
        assert (await unplaced_of(tx)).items == ()


@on_sqlite
async def test_only_the_clusters_coordinator_starts_and_nobody_signs_out_to_read(region: Region) -> None:
    for actor in (region.member("alpha"), region.member("gamma", "employer")):
        async with region.db.write_tx(actor) as tx:
            with pytest.raises(Forbidden):
                await start_run(tx, 1, RunOptions())
    async with region.db.read_tx(ANONYMOUS) as tx:
        with pytest.raises(Forbidden):
            await list_runs(tx)
    async with region.db.write_tx(SYSTEM) as tx:
        with pytest.raises(NotFound):
            await start_run(tx, 99, RunOptions())


@on_sqlite
async def test_a_campaign_without_requests_has_nothing_to_allocate(region: Region) -> None:
    async with region.db.write_tx(SYSTEM) as tx:
        await tx.session.execute(update(Request).values(state="withdrawn"))
        with pytest.raises(Invalid) as caught:
            await start_run(tx, 1, RunOptions())
    assert caught.value.errors[0].code == "no_requests"


async def test_accepting_makes_one_draft_of_the_plan(region: Region) -> None:
    run_id = await finished(region)
    async with region.db.write_tx(region.coordinator) as tx:
        version = await accept_run(tx, run_id)
        assert (await accept_run(tx, run_id)).id == version.id
        assert (await get_run(tx, run_id)).version_id == version.id
        sessions = (await sessions_of_version(tx, version.id)).items
    assert (version.number, version.state, version.sessions) == (1, "draft", 8)
    found = {session.key.rpartition("/")[0]: session for session in sessions}
    for name, planned in PLAN.items():
        session = found[name]
        assert (session.starts_local, session.ends_local) == (planned.starts, planned.ends)
        assert (session.learners_from, session.learners_until) == planned.learners


@on_sqlite
async def test_a_further_draft_says_nothing_of_the_timetable(region: Region) -> None:
    run_id = await finished(region)
    async with region.db.write_tx(region.coordinator) as tx:
        first = await accept_run(tx, run_id)
        assert await run_in_force(tx) == first.run_id
        await publish_version(tx, first.id, first.revision)
    second = await finished(region)
    async with region.db.write_tx(region.coordinator) as tx:
        await accept_run(tx, second)
        assert await run_in_force(tx) == first.run_id


@on_sqlite
@pytest.mark.parametrize("change", ["closed offer", "retired", "withdrawn"])
async def test_what_changed_since_the_run_began_is_told_in_words(region: Region, change: str) -> None:
    run_id = await finished(region)
    async with region.db.write_tx(SYSTEM) as tx:
        if change == "closed offer":
            await tx.session.execute(update(Offer).where(Offer.code == "o-gamma-cnc").values(state="closed"))
        elif change == "retired":
            trainer = await tx.session.scalar(select(Resource).where(Resource.code == "beta-t2"))
            assert trainer is not None
            trainer.retired_on = (await get_run(tx, run_id)).created_at.date()
        else:
            await tx.session.execute(update(Request).where(Request.code == "R2").values(state="withdrawn"))
    with pytest.raises(RuleViolated) as caught:
        async with region.db.write_tx(region.coordinator) as tx:
            await accept_run(tx, run_id)
    expected = {"closed offer": "R3/1/1", "retired": "R2/1/1", "withdrawn": "R2/1/1"}[change]
    assert expected in {breach.facts.get("activity_id") for breach in caught.value.violations}


@on_sqlite
@pytest.mark.parametrize(
    "changes",
    [{"state": "failed"}, {"solution": None}, {"state": "running"}],
    ids=["failed", "none", "running"],
)
async def test_a_run_without_a_plan_cannot_be_accepted(region: Region, changes: dict[str, Any]) -> None:
    run_id = await finished(region, **changes)
    async with region.db.write_tx(region.coordinator) as tx:
        with pytest.raises(WrongState):
            await accept_run(tx, run_id)
        with pytest.raises(NotFound):
            await accept_run(tx, 99)
