"""Learner groups: sizes, minors and the calendar of their weeks; no learner has a name here."""

from typing import Any

from sqlalchemy import delete, select, update

from scheduler import policy
from scheduler.domain.group import CurriculumInput, GroupDetails, GroupInput, GroupView, GroupWeekInput
from scheduler.domain.model import Page
from scheduler.errors import FieldError, Invalid
from scheduler.ids import new_code
from scheduler.persistence.queries.claims import peak_claimed
from scheduler.persistence.queries.pages import fetch_page
from scheduler.persistence.queries.refs import get_row, refs, sites_with_towns
from scheduler.persistence.tables.register import (
    Competency,
    CurriculumHours,
    GroupWeek,
    LearnerGroup,
    Participant,
    Site,
    Subject,
)
from scheduler.persistence.tables.requests import Campaign
from scheduler.persistence.transaction import Tx, lock_subjects
from scheduler.services.audit import record
from scheduler.services.feeds import mark_renamed
from scheduler.services.revisions import change_row
from scheduler.services.scope import own_participants, target_of


async def list_groups(
    tx: Tx,
    *,
    participant_id: int | None = None,
    kind: str | None = None,
    mine: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Page[GroupView]:
    """Return a page of learner groups by name; `mine`: of the actor's participants."""
    policy.require(tx.actor, "register.read")
    statement = select(LearnerGroup, Subject.capacity).join(Subject, Subject.id == LearnerGroup.id)
    if participant_id is not None:
        statement = statement.where(LearnerGroup.participant_id == participant_id)
    if kind is not None:
        statement = statement.where(LearnerGroup.kind == kind)
    if mine:
        statement = statement.where(LearnerGroup.participant_id.in_(own_participants(tx.actor)))
    rows, following = await fetch_page(tx, statement, (LearnerGroup.name, LearnerGroup.id), limit, after)
    return Page(items=await _views(tx, [(row[0], row[1]) for row in rows]), next=following)


async def get_group(tx: Tx, group_id: int) -> GroupDetails:
    """Return one group with its weeks and curriculum."""
    policy.require(tx.actor, "register.read")
    row: LearnerGroup = await get_row(tx, LearnerGroup, group_id)
    subject: Subject = await get_row(tx, Subject, group_id)
    (view,) = await _views(tx, [(row, subject.capacity)])
    weeks = await tx.session.scalars(
        select(GroupWeek).where(GroupWeek.group_id == group_id).order_by(GroupWeek.monday_on)
    )
    curriculum = await tx.session.scalars(
        select(CurriculumHours)
        .where(CurriculumHours.group_id == group_id)
        .order_by(CurriculumHours.campaign_id, CurriculumHours.competency_id)
    )
    return GroupDetails(
        **dict(view),
        weeks=tuple(
            GroupWeekInput.model_validate({"monday_on": week.monday_on, "kind": week.kind}) for week in weeks
        ),
        curriculum=tuple(
            CurriculumInput(competency_id=c.competency_id, campaign_id=c.campaign_id, hours=c.hours)
            for c in curriculum
        ),
    )


async def create_group(tx: Tx, group: GroupInput) -> GroupDetails:
    """Add a learner group.

    Raises
    ------
    Invalid
        Every fault of the input.
    """
    policy.require(tx.actor, "group.write", await target_of(tx, [group.participant_id]))
    await _check(tx, group, [])
    subject = Subject(kind="learner_group", mode="pooled", capacity=group.size)
    tx.session.add(subject)
    await tx.session.flush()
    tx.session.add(LearnerGroup(id=subject.id, code=new_code("group"), **_columns(group)))
    await tx.session.flush()
    _add_parts(tx, subject.id, group)
    await tx.session.flush()
    record(tx, "group.create", "learner_group", subject.id, after=group.model_dump(mode="json"))
    return await get_group(tx, subject.id)


async def update_group(tx: Tx, group_id: int, group: GroupInput, revision: int) -> GroupDetails:
    """Change a group; its participant stays.

    Raises
    ------
    Invalid
        Every fault of the input, also a size below what is already booked.
    StaleRevision
        Somebody else changed it.
    """
    row: LearnerGroup = await get_row(tx, LearnerGroup, group_id)
    policy.require(tx.actor, "group.write", await target_of(tx, [row.participant_id]))
    name = row.name
    await lock_subjects(tx, [group_id])
    faults = []
    if group.participant_id != row.participant_id:
        faults.append(FieldError("participant_id", "unchangeable"))
    claimed = await peak_claimed(tx, group_id, tx.clock.now())
    if group.size < claimed:
        faults.append(FieldError("size", "below_claimed", {"claimed": claimed}))
    await _check(tx, group, faults)
    await change_row(tx, LearnerGroup, group_id, revision, **_columns(group))
    await tx.session.execute(update(Subject).where(Subject.id == group_id).values(capacity=group.size))
    for table in (GroupWeek, CurriculumHours):
        await tx.session.execute(delete(table).where(table.group_id == group_id))
    tx.session.expire_all()
    _add_parts(tx, group_id, group)
    await tx.session.flush()
    if group.name != name:
        await mark_renamed(tx, subject_id=group_id)
    record(tx, "group.update", "learner_group", group_id, after=group.model_dump(mode="json"))
    return await get_group(tx, group_id)


async def _check(tx: Tx, group: GroupInput, faults: list[FieldError]) -> None:
    if await tx.session.get(Participant, group.participant_id) is None:
        faults.append(FieldError("participant_id", "not_found"))
    site = await tx.session.get(Site, group.site_id)
    if site is None:
        faults.append(FieldError("site_id", "not_found"))
    elif site.participant_id != group.participant_id:
        faults.append(FieldError("site_id", "no_site_of_owner"))
    if group.minors > group.size:
        faults.append(FieldError("minors", "too_many", {"limit": group.size}))
    mondays = [week.monday_on for week in group.weeks]
    if len(set(mondays)) != len(mondays):
        faults.append(FieldError("weeks", "repeated"))
    for number, monday_on in enumerate(mondays):
        if monday_on.weekday() != 0:
            faults.append(FieldError(f"weeks.{number}.monday_on", "not_monday"))
    pairs = [(entry.competency_id, entry.campaign_id) for entry in group.curriculum]
    if len(set(pairs)) != len(pairs):
        faults.append(FieldError("curriculum", "repeated"))
    competencies = await refs(tx, Competency, [competency for competency, _ in pairs])
    campaigns = await refs(tx, Campaign, [campaign for _, campaign in pairs])
    for number, (competency_id, campaign_id) in enumerate(pairs):
        if competency_id not in competencies:
            faults.append(FieldError(f"curriculum.{number}.competency_id", "not_found"))
        if campaign_id not in campaigns:
            faults.append(FieldError(f"curriculum.{number}.campaign_id", "not_found"))
    if faults:
        raise Invalid(faults)


def _columns(group: GroupInput) -> dict[str, Any]:
    return group.model_dump(exclude={"size", "weeks", "curriculum"})


def _add_parts(tx: Tx, group_id: int, group: GroupInput) -> None:
    tx.session.add_all(GroupWeek(group_id=group_id, **week.model_dump()) for week in group.weeks)
    tx.session.add_all(CurriculumHours(group_id=group_id, **entry.model_dump()) for entry in group.curriculum)


async def _views(tx: Tx, rows: list[tuple[LearnerGroup, int]]) -> tuple[GroupView, ...]:
    participants = await refs(tx, Participant, [row.participant_id for row, _ in rows])
    sites = await sites_with_towns(tx, [row.site_id for row, _ in rows])
    return tuple(
        GroupView.model_validate(
            {
                "id": row.id,
                "code": row.code,
                "participant": participants[row.participant_id],
                "kind": row.kind,
                "name": row.name,
                "size": size,
                "minors": row.minors,
                "under_16": row.under_16,
                "site": sites[row.site_id][0],
                "town": sites[row.site_id][1],
                "speciality": row.speciality,
                "revision": row.revision,
            }
        )
        for row, size in rows
    )
