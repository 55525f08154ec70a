"""Credits over terms: settled when a timetable is published, raising what is due in the next campaign."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from scheduler.bridge import build_problem
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.requests import Campaign
from scheduler.persistence.tables.timetable import FairnessCredit, Run, Version
from scheduler.policy import SYSTEM
from scheduler.services.versions import publish_version
from tests.scheduler.conftest import NOW
from tests.scheduler.services.plan import make_draft
from tests.scheduler.services.region import read_region


async def add_campaign(db: Database, starts_on: date) -> int:
    """Add another campaign of the cluster and return its id."""
    async with db.write_tx(SYSTEM) as tx:
        first = await tx.session.scalar(select(Campaign).where(Campaign.id == 1))
        assert first is not None
        campaign = Campaign(
            code=f"other-{starts_on}",
            cluster_id=first.cluster_id,
            name="Другой семестр",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=60),
            requests_until=starts_on,
            timezone=first.timezone,
        )
        tx.session.add(campaign)
        await tx.session.flush()
        return campaign.id


async def add_credit(db: Database, campaign_id: int, participant_id: int, minutes: int) -> None:
    async with db.write_tx(SYSTEM) as tx:
        tx.session.add(
            FairnessCredit(
                campaign_id=campaign_id,
                participant_id=participant_id,
                due_minutes=0,
                granted_minutes=0,
                credit_minutes=minutes,
            )
        )


async def published(db: Database, entries: list[dict[str, Any]], without: tuple[str, ...] = ()) -> None:
    """Publish a plan that came from a run with these participants in its report."""
    report = {
        "status": "feasible",
        "activities": 8,
        "placed": 8,
        "unplaced": 0,
        "requests": 3,
        "requests_whole": 3,
        "requests_none": 0,
        "asked_minutes": 0,
        "granted_minutes": 0,
        "unserved_bound": None,
        "travel_minutes": 0,
        "classes": [],
        "participants": entries,
        "jain_permille": 1000,
        "gini_permille": 0,
        "terms": [],
        "seconds": 1.0,
        "first_plan_seconds": 1.0,
    }
    async with db.write_tx(SYSTEM) as tx:
        version_id = await make_draft(tx, without=without)
        run = Run(
            campaign_id=1,
            state="succeeded",
            options={},
            problem_sha256="",
            problem=b"",
            report=report,
            created_at=NOW,
            attempts=1,
            stop_requested=False,
        )
        tx.session.add(run)
        await tx.session.flush()
        await tx.session.execute(update(Version).where(Version.id == version_id).values(run_id=run.id))
    async with db.write_tx(SYSTEM) as tx:
        await publish_version(tx, version_id, 1)


def entry(id_: int, code: str, asked: int, entitled: int, raised: int = 0) -> dict[str, Any]:
    return {
        "participant": {"id": id_, "code": code, "name": code},
        "asked_minutes": asked,
        "granted_minutes": 0,
        "entitlement_minutes": entitled,
        "raised_minutes": raised,
        "share_permille": 0,
        "travel_minutes": 0,
    }


async def kept(db: Database) -> dict[int, tuple[int, int, int]]:
    async with db.read_tx(SYSTEM) as tx:
        rows = await tx.session.scalars(select(FairnessCredit).where(FairnessCredit.campaign_id == 1))
        return {
            row.participant_id: (row.due_minutes, row.granted_minutes, row.credit_minutes) for row in rows
        }


async def test_a_publication_keeps_what_was_due_and_got_and_a_later_one_corrects_it(tiny: Database) -> None:
    region = await read_region(tiny)
    alpha, beta = region.participants["alpha"], region.participants["beta"]
    earlier = await add_campaign(tiny, date(2026, 9, 1))
    await add_credit(tiny, earlier, alpha, 400)
    # R1 is of «Альфа», 12 learners in two halves and two sessions of 180 minutes each.
    entries = [entry(alpha, "alpha", 9000, 5000, 200), entry(beta, "beta", 3000, 9000)]
    await published(tiny, entries)

    got_alpha, got_beta = 12 * 2 * 180, 8 * 2 * 180 + 8 * 180
    assert await kept(tiny) == {
        alpha: (4800, got_alpha, 200 + 4800 - got_alpha),
        beta: (3000, got_beta, 3000 - got_beta),
    }
    await published(tiny, entries, without=("R1/1/2", "R1/2/2"))
    assert await kept(tiny) == {
        alpha: (4800, got_alpha // 2, 200 + 4800 - got_alpha // 2),
        beta: (3000, got_beta, 3000 - got_beta),
    }


async def test_without_a_run_nothing_is_settled(tiny: Database) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        version_id = await make_draft(tx)
    async with tiny.write_tx(SYSTEM) as tx:
        await publish_version(tx, version_id, 1)
    assert await kept(tiny) == {}


async def test_the_newest_earlier_credit_raises_the_entitlement_within_its_limit(tiny: Database) -> None:
    region = await read_region(tiny)
    alpha, beta = region.participants["alpha"], region.participants["beta"]

    async def shares() -> dict[str, dict[str, int]]:
        async with tiny.read_tx(SYSTEM) as tx:
            built = await build_problem(tx, 1)
        rule = next(rule for rule in built.problem.rules if rule.kind == "fair_share")
        return {who: dict(share) for who, share in rule.params["participants"].items()}

    plain = await shares()
    older, newer = await add_campaign(tiny, date(2026, 2, 1)), await add_campaign(tiny, date(2026, 9, 1))
    later = await add_campaign(tiny, date(2027, 9, 1))
    await add_credit(tiny, older, alpha, 10**9)
    await add_credit(tiny, newer, alpha, 100)
    await add_credit(tiny, newer, beta, 10**9)
    await add_credit(tiny, later, alpha, 10**9)

    raised = await shares()
    fifth = plain["beta"]["entitlement"] // 5
    assert fifth > 100
    assert raised["alpha"] == plain["alpha"] | {
        "entitlement": plain["alpha"]["entitlement"] + 100,
        "raised": 100,
    }
    assert raised["beta"] == plain["beta"] | {
        "entitlement": plain["beta"]["entitlement"] + fifth,
        "raised": fifth,
    }
