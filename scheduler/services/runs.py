"""Allocation runs: started on a copy of the rows, watched, stopped, accepted into a draft."""

import asyncio
import gzip
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, cast, func, insert, select, update
from sqlalchemy.orm import undefer

from scheduler import policy
from scheduler.bridge import Keep, build_problem, check_sessions, read_problem, read_solution, sessions_of
from scheduler.domain.horizon import Horizon
from scheduler.domain.model import Page
from scheduler.domain.run import ProgressView, ReasonView, RunOptions, RunView, UnplacedView
from scheduler.domain.version import VersionView
from scheduler.errors import FieldError, Invalid, NotFound, RuleViolated, WrongState
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row, refs
from scheduler.persistence.tables.register import Competency, LearnerGroup, Participant, Site
from scheduler.persistence.tables.requests import Campaign, Request
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.tables.timetable import Run, RunProgress, RunUnplaced, Version, VersionSession
from scheduler.persistence.transaction import Tx
from scheduler.policy import Target
from scheduler.services.audit import record
from scheduler.services.region_settings import region_settings
from scheduler.services.versions import get_version

UNDER_WAY = ("queued", "running")
FINISHED = ("succeeded", "stopped")


async def start_run(tx: Tx, campaign_id: int, options: RunOptions) -> RunView:
    """Queue an allocation of a campaign as its rows are now.

    Raises
    ------
    Invalid
        The campaign has no submitted requests, or nothing that a repair could keep.
    WrongState
        Another run of it is under way.
    """
    await _require(tx, "run.start", campaign_id)
    other = await tx.session.scalar(
        select(Run.state).where(Run.campaign_id == campaign_id, Run.state.in_(UNDER_WAY)).limit(1)
    )
    if other is not None:
        raise WrongState("run", other, FINISHED)
    if options.repair and options.freeze_until is None:
        options = options.model_copy(update={"freeze_until": await _frozen_until(tx, campaign_id)})
    keep = Keep(published=options.keep_published, freeze_until=options.freeze_until, repair=options.repair)
    built = await build_problem(tx, campaign_id, keep)
    if not built.problem.activities:
        raise Invalid([FieldError("campaign_id", "no_requests")])
    if options.repair and not built.keeps:
        raise Invalid([FieldError("repair", "nothing_published")])
    run = Run(
        campaign_id=campaign_id,
        state="queued",
        options=options.model_dump(mode="json"),
        problem_sha256=built.sha256,
        problem=await asyncio.to_thread(gzip.compress, built.content, 6),
        created_by_id=tx.actor.account_id,
        created_at=tx.clock.now(),
        attempts=0,
        stop_requested=False,
    )
    tx.session.add(run)
    await tx.session.flush()
    record(tx, "run.start", "run", run.id, campaign_id=campaign_id, sha256=built.sha256)
    return await get_run(tx, run.id)


async def list_runs(
    tx: Tx,
    *,
    campaign_id: int | None = None,
    state: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[RunView]:
    """Return a page of runs, newest first."""
    policy.require(tx.actor, "run.read")
    statement = select(Run)
    if campaign_id is not None:
        statement = statement.where(Run.campaign_id == campaign_id)
    if state is not None:
        statement = statement.where(Run.state == state)
    rows, following = await fetch_page(tx, statement, (Run.id,), limit, after, descending=True)
    return Page(items=await _views(tx, [row[0] for row in rows]), next=following)


async def get_run(tx: Tx, run_id: int) -> RunView:
    """Return one run."""
    policy.require(tx.actor, "run.read")
    return (await _views(tx, [await get_row(tx, Run, run_id)]))[0]


async def progress_since(tx: Tx, run_id: int, seq: int = 0, limit: int = 1000) -> tuple[ProgressView, ...]:
    """Return the progress points of a run after a sequence number, in order."""
    policy.require(tx.actor, "run.read")
    rows = await tx.session.scalars(
        select(RunProgress)
        .where(RunProgress.run_id == run_id, RunProgress.seq > seq)
        .order_by(RunProgress.seq)
        .limit(limit)
    )
    return tuple(
        ProgressView(
            seq=row.seq,
            at=row.at,
            stage=row.stage,
            objective=row.objective,
            bound=row.bound,
            gap_permille=row.gap_permille,
            unplaced=row.unplaced,
            seconds=row.seconds,
        )
        for row in rows
    )


async def stop_run(tx: Tx, run_id: int) -> RunView:
    """Ask a run to end with the best plan it has; one that waits ends at once without a plan.

    Raises
    ------
    WrongState
        It is not under way.
    """
    run: Run = await get_row(tx, Run, run_id)
    await _require(tx, "run.stop", run.campaign_id)
    if run.state not in UNDER_WAY:
        raise WrongState("run", run.state, UNDER_WAY)
    # Whoever executes it may take it this very moment: the state decides in one statement.
    ended = await tx.session.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == "queued")
        .values(state="stopped", stop_requested=True, finished_at=tx.clock.now(), error="no_plan")
        .returning(Run.id)
    )
    if ended.first() is None:
        await tx.session.execute(
            update(Run).where(Run.id == run_id, Run.state == "running").values(stop_requested=True)
        )
    record(tx, "run.stop", "run", run_id)
    return await get_run(tx, run_id)


async def run_in_force(tx: Tx, campaign_id: int | None = None) -> int | None:
    """Return the run that the timetable came from, else that of the newest draft; of a campaign or of any."""
    policy.require(tx.actor, "run.read")
    newest = (Version.published_at.is_(None), Version.published_at.desc(), Version.id.desc())
    statement = select(Version.run_id).where(Version.run_id.is_not(None)).order_by(*newest).limit(1)
    if campaign_id is not None:
        statement = statement.where(Version.campaign_id == campaign_id)
    return await tx.session.scalar(statement)


async def unplaced_of(
    tx: Tx,
    run_id: int | None = None,
    *,
    campaign_id: int | None = None,
    participant_id: int | None = None,
    competency_id: int | None = None,
    request_id: int | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[UnplacedView]:
    """Return a page of what a run left unplaced, largest loss first.

    Parameters
    ----------
    run_id
        None: the run that the timetable, else the newest draft, came from; without one the page is empty.
    """
    policy.require(tx.actor, "run.read")
    if run_id is None:
        run_id = await run_in_force(tx, campaign_id)
    if run_id is None:
        return Page(items=())
    statement = (
        select(RunUnplaced, Request)
        .join(Request, Request.id == RunUnplaced.request_id)
        .where(RunUnplaced.run_id == run_id)
    )
    for column, value in (
        (Request.campaign_id, campaign_id),
        (Request.participant_id, participant_id),
        (Request.competency_id, competency_id),
        (Request.id, request_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    keys = (RunUnplaced.learner_minutes, RunUnplaced.activity)
    rows, following = await fetch_page(tx, statement, keys, limit, after, descending=True)
    requests = [row[1] for row in rows]
    named = await refs(tx, Request, [request.id for request in requests])
    participants = await refs(tx, Participant, [request.participant_id for request in requests])
    groups = await refs(tx, LearnerGroup, [request.group_id for request in requests])
    competencies = await refs(tx, Competency, [request.competency_id for request in requests])
    items = tuple(
        UnplacedView(
            run_id=run_id,
            activity=row[0].activity,
            request=named[row[1].id],
            participant=participants[row[1].participant_id],
            group=groups[row[1].group_id],
            competency=competencies[row[1].competency_id],
            learner_minutes=row[0].learner_minutes,
            reasons=tuple(ReasonView.model_validate(reason) for reason in row[0].reasons),
        )
        for row in rows
    )
    return Page(items=items, next=following)


async def accept_run(tx: Tx, run_id: int) -> VersionView:
    """Make a draft version of a run's plan, checked again against the rows of now.

    A second call returns the draft that the first one made.

    Raises
    ------
    RuleViolated
        The rows changed since the run began, and the plan breaks rules now: every breach in words.
    WrongState
        The run has no plan.
    """
    run = await tx.session.scalar(
        select(Run).where(Run.id == run_id).options(undefer(Run.problem), undefer(Run.solution))
    )
    if run is None:
        raise NotFound("run", run_id)
    await _require(tx, "run.accept", run.campaign_id)
    known = await tx.session.scalar(select(Version.id).where(Version.run_id == run_id).limit(1))
    if known is not None:
        return await get_version(tx, known)
    if run.state not in FINISHED or run.solution is None:
        raise WrongState("run", run.state, FINISHED)
    rows = await _session_rows(tx, run)
    breaches = await check_sessions(tx, run.campaign_id, [VersionSession(**row) for row in rows])
    if breaches:
        raise RuleViolated(breaches)
    number = await tx.session.scalar(
        select(cast(func.coalesce(func.max(Version.number), 0), Integer)).where(
            Version.campaign_id == run.campaign_id
        )
    )
    version = Version(
        campaign_id=run.campaign_id,
        number=(number or 0) + 1,
        state="draft",
        run_id=run_id,
        note="",
        created_by_id=tx.actor.account_id,
        created_at=tx.clock.now(),
        summary={},
    )
    tx.session.add(version)
    await tx.session.flush()
    if rows:
        await tx.session.execute(insert(VersionSession), [{**row, "version_id": version.id} for row in rows])
    record(tx, "run.accept", "run", run_id, version_id=version.id, sessions=len(rows))
    return await get_version(tx, version.id)


async def _session_rows(tx: Tx, run: Run) -> list[dict[str, Any]]:
    """Return the sessions of a run's plan as rows of a version; they keep today's ids."""
    campaign: Campaign = await get_row(tx, Campaign, run.campaign_id)
    horizon = Horizon.covering(campaign.starts_on, campaign.ends_on, campaign.timezone)
    zones = {row.code: row.timezone for row in await tx.session.execute(select(Site.code, Site.timezone))}
    content, plan = run.problem, run.solution
    assert plan is not None
    sessions = await asyncio.to_thread(
        lambda: sessions_of(
            read_problem(gzip.decompress(content)), read_solution(gzip.decompress(plan)), horizon, zones
        )
    )
    resources = {row.code: row.id for row in await tx.session.execute(select(Resource.code, Resource.id))}
    requests = {
        row.code: row.id
        for row in await tx.session.execute(
            select(Request.code, Request.id).where(Request.campaign_id == run.campaign_id)
        )
    }
    return [
        {
            "key": session.key,
            "request_id": requests[session.request],
            "starts_local": session.starts_local,
            "ends_local": session.ends_local,
            "learners_from": session.learners_from,
            "learners_until": session.learners_until,
            "contact_minutes": session.contact_minutes,
            "uses": [
                {
                    "role": use.role,
                    "resource_id": resources[use.resource],
                    "amount": use.amount,
                    "units": list(use.units),
                }
                for use in session.uses
            ],
        }
        for session in sessions
    ]


async def _frozen_until(tx: Tx, campaign_id: int) -> date:
    """Return the day before which a repair that is started now moves nothing."""
    campaign: Campaign = await get_row(tx, Campaign, campaign_id)
    today = tx.clock.now().astimezone(ZoneInfo(campaign.timezone)).date()
    settings = await region_settings(tx, today)
    return today + timedelta(days=settings.number("repair.freeze_days"))


async def _require(tx: Tx, action: str, campaign_id: int) -> None:
    """Check the policy; from then on nobody else starts, stops or accepts a run of the campaign."""
    await tx.session.execute(select(Campaign.id).where(Campaign.id == campaign_id).with_for_update())
    campaign: Campaign = await get_row(tx, Campaign, campaign_id)
    policy.require(tx.actor, action, Target(cluster_ids=frozenset({campaign.cluster_id})))


async def _views(tx: Tx, rows: list[Run]) -> tuple[RunView, ...]:
    campaigns = await refs(tx, Campaign, [row.campaign_id for row in rows])
    found = await tx.session.execute(
        select(Version.run_id, func.min(Version.id))
        .where(Version.run_id.in_([row.id for row in rows]))
        .group_by(Version.run_id)
    )
    versions = dict(found.all())
    return tuple(
        RunView.model_validate(
            {
                "id": row.id,
                "campaign": campaigns[row.campaign_id],
                "state": row.state,
                "options": RunOptions.model_validate(row.options),
                "problem_sha256": row.problem_sha256,
                "report": row.report,
                "error": row.error,
                "created_at": row.created_at,
                "started_at": row.started_at,
                "finished_at": row.finished_at,
                "attempts": row.attempts,
                "stop_requested": row.stop_requested,
                "version_id": versions.get(row.id),
            }
        )
        for row in rows
    )
