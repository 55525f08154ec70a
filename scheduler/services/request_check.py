"""What a request must be, and what it takes when its author leaves things open."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from scheduler.domain.bells import ACADEMIC_HOUR_MIN
from scheduler.domain.request import RequestInput
from scheduler.errors import FieldError, Invalid
from scheduler.persistence.queries.refs import get_row
from scheduler.persistence.tables.register import (
    Competency,
    EquipmentKind,
    LearnerGroup,
    Membership,
    Participant,
    Subject,
)
from scheduler.persistence.tables.requests import Campaign, Module, Programme, ProgrammeParty
from scheduler.persistence.transaction import Tx
from scheduler.services.programmes import REQUESTABLE

USUAL_SESSION_KIND = {
    "module": "study_practice",
    "free_slot": "study_practice",
    "camp": "camp",
    "exam": "final_exam",
    "internship": "work_practice",
    "event": "event",
}
PARTIAL = ("module", "free_slot")
"""Kinds that are worth something in part."""


async def request_columns(
    tx: Tx, request: RequestInput, faults: list[FieldError] | None = None
) -> dict[str, Any]:
    """Return the columns of a faultless request, what it leaves open filled with the usual values.

    Parameters
    ----------
    faults
        Those already found.

    Raises
    ------
    Invalid
        Every fault.
    """
    check = _Check(tx, request, list(faults or ()))
    columns = await check.columns()
    if check.faults:
        raise Invalid(check.faults)
    return columns


class _Check:
    """One look at an input: gathers every fault and the usual values on the way."""

    def __init__(self, tx: Tx, request: RequestInput, faults: list[FieldError]) -> None:
        self.tx = tx
        self.request = request
        self.faults = faults

    def fault(self, field: str, code: str, **params: Any) -> None:
        self.faults.append(FieldError(field, code, params))

    async def columns(self) -> dict[str, Any]:
        request = self.request
        await self._campaign()
        size = await self._group()
        module = await self._module()
        competency_id = module.competency_id if module is not None else request.competency_id
        competency = None
        if competency_id is None:
            self.fault("competency_id", "required")
        else:
            competency = await self.tx.session.get(Competency, competency_id)
            if competency is None:
                self.fault("competency_id", "not_found")
        hours = request.hours or (module.hours if module is not None else None)
        session_hours = request.session_hours or (module.session_hours if module is not None else None)
        if hours is None:
            self.fault("hours", "required")
        if session_hours is None:
            self.fault("session_hours", "required")
        if hours is not None and session_hours is not None and session_hours > hours:
            self.fault("session_hours", "hours_order")
        weekdays = await self._days(session_hours)
        if request.subgroup_size is not None and size is not None and request.subgroup_size > size:
            self.fault("subgroup_size", "too_many", limit=size)
        equipment_kind_id = request.equipment_kind_id or (
            module.equipment_kind_id if module is not None else None
        )
        await self._equipment(equipment_kind_id)
        provider_id = request.provider_id or (module.provider_id if module is not None else None)
        if provider_id is not None and await self.tx.session.get(Participant, provider_id) is None:
            self.fault("provider_id", "not_found")
        self._exam()
        needs_trainer = request.needs_trainer
        if needs_trainer is None:
            needs_trainer = module.needs_trainer if module is not None else True
        title = request.title or (module.name if module is not None else competency and competency.name)
        partial = request.partial if request.partial is not None else request.kind in PARTIAL
        return {
            "kind": request.kind,
            "session_kind": request.session_kind or USUAL_SESSION_KIND[request.kind],
            "form": request.form or ("single" if module is None else "network"),
            "funding": request.funding,
            "tags": list(request.tags),
            "group_id": request.group_id,
            "competency_id": competency_id,
            "module_id": request.module_id,
            "title": title,
            "hours": hours,
            "session_hours": session_hours,
            "subgroup_size": request.subgroup_size,
            "partial": partial,
            "from_on": request.from_on,
            "until_on": request.until_on,
            "weekdays": weekdays,
            "day_from_min": request.day_from_min,
            "day_until_min": request.day_until_min,
            "travel_limit_min": request.travel_limit_min,
            "min_gap_days": request.min_gap_days,
            "needs_trainer": needs_trainer,
            "equipment_kind_id": equipment_kind_id,
            "equipment_count": request.equipment_count,
            "provider_id": provider_id,
            "exam_days": request.exam_days,
            "overnight": request.overnight,
            "needs_bus": request.needs_bus,
            "odd_weeks": request.odd_weeks,
            "state": request.state,
        }

    async def _campaign(self) -> None:
        request = self.request
        campaign = await self.tx.session.get(Campaign, request.campaign_id)
        if campaign is None:
            self.fault("campaign_id", "not_found")
            return
        if campaign.state != "open":
            self.fault("campaign_id", "campaign_closed")
        span = {"starts_on": campaign.starts_on.isoformat(), "ends_on": campaign.ends_on.isoformat()}
        if not campaign.starts_on <= request.from_on <= campaign.ends_on:
            self.fault("from_on", "outside_campaign", **span)
        if not campaign.starts_on <= request.until_on <= campaign.ends_on:
            self.fault("until_on", "outside_campaign", **span)
        if request.until_on < request.from_on:
            self.fault("until_on", "order")
        participant = await self.tx.session.get(Participant, request.participant_id)
        if participant is None:
            self.fault("participant_id", "not_found")
            return
        if participant.state != "active":
            self.fault("participant_id", "not_active")
        member = await self.tx.session.scalar(
            select(Membership.id).where(
                Membership.participant_id == participant.id,
                Membership.cluster_id == campaign.cluster_id,
                Membership.left_on.is_(None) | (Membership.left_on > request.from_on),
            )
        )
        if member is None:
            self.fault("participant_id", "not_in_cluster")

    async def _group(self) -> int | None:
        group = await self.tx.session.get(LearnerGroup, self.request.group_id)
        if group is None:
            self.fault("group_id", "not_found")
            return None
        if group.participant_id != self.request.participant_id:
            self.fault("group_id", "not_own")
        subject: Subject = await get_row(self.tx, Subject, group.id)
        return subject.capacity

    async def _module(self) -> Module | None:
        request = self.request
        if request.module_id is None:
            if request.kind == "module":
                self.fault("module_id", "module_needed")
            return None
        if request.kind != "module":
            self.fault("module_id", "only_module")
        module = await self.tx.session.get(Module, request.module_id)
        if module is None:
            self.fault("module_id", "not_found")
            return None
        if request.competency_id not in (None, module.competency_id):
            self.fault("competency_id", "competency_of_module")
        programme: Programme = await get_row(self.tx, Programme, module.programme_id)
        if programme.state not in REQUESTABLE:
            self.fault("module_id", "programme_not_approved")
        party = await self.tx.session.get(ProgrammeParty, (programme.id, request.participant_id))
        if party is None:
            self.fault("module_id", "not_a_party")
        return module

    async def _days(self, session_hours: int | None) -> list[int]:
        request = self.request
        participant = await self.tx.session.get(Participant, request.participant_id)
        usual = range(participant.days_per_week if participant is not None else 6)
        weekdays = sorted(set(usual if request.weekdays is None else request.weekdays))
        if not weekdays:
            self.fault("weekdays", "required")
        elif weekdays[0] < 0 or weekdays[-1] > 6:
            self.fault("weekdays", "weekday")
        else:
            days = min(7, (request.until_on - request.from_on).days + 1)
            inside = {(request.from_on + timedelta(days=day)).weekday() for day in range(days)}
            if days > 0 and not inside.intersection(weekdays):
                self.fault("weekdays", "no_day")
        if request.day_from_min is not None or request.day_until_min is not None:
            start, end = request.day_from_min or 0, request.day_until_min or 1440
            needed = (session_hours or 0) * ACADEMIC_HOUR_MIN
            if end <= start:
                self.fault("day_until_min", "order")
            elif end - start < needed:
                self.fault("day_until_min", "window_short", needed_min=needed, window_min=end - start)
        return weekdays

    async def _equipment(self, kind_id: int | None) -> None:
        if kind_id is None:
            if self.request.equipment_count:
                self.fault("equipment_kind_id", "equipment_kind_needed")
        elif await self.tx.session.get(EquipmentKind, kind_id) is None:
            self.fault("equipment_kind_id", "not_found")

    def _exam(self) -> None:
        if self.request.kind == "exam" and self.request.exam_days is None:
            self.fault("exam_days", "exam_days_needed")
        if self.request.kind != "exam" and self.request.exam_days is not None:
            self.fault("exam_days", "only_exam")
