"""The one-page request: what is typed, what it becomes, and what it means in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.texts import N_
from api.web.forms import Form, read
from api.web.lists import whole
from scheduler.domain.group import GroupDetails
from scheduler.domain.programme import CampaignView
from scheduler.domain.request import RequestInput
from scheduler.domain.subgroups import split
from scheduler.errors import Invalid, NotFound
from scheduler.persistence.transaction import Tx
from scheduler.services import groups, offers, participants, programmes, resources

LABELS: Mapping[str, str] = {
    "kind": N_("What for"),
    "group_id": N_("Group"),
    "module_id": N_("Module"),
    "competency_id": N_("Competency"),
    "title": N_("Name of the session"),
    "hours": N_("Academic hours"),
    "session_hours": N_("Hours of a session"),
    "subgroup_size": N_("Learners in a subgroup"),
    "from_on": N_("From the week"),
    "until_on": N_("Through the week"),
    "weekdays": N_("Days"),
    "day_from": N_("Not before"),
    "day_until": N_("Not after"),
    "travel_limit_min": N_("Travel limit, minutes one way"),
    "min_gap_days": N_("Days between sessions"),
    "partial": N_("A part is better than nothing"),
    "needs_trainer": N_("Trainer"),
}
_FIELD_OF_PATH = {
    "participant_id": "group_id",
    "campaign_id": "from_on",
    "day_from_min": "day_from",
    "day_until_min": "day_until",
    "session_kind": "kind",
}
_PLAIN = (
    "campaign_id",
    "kind",
    "group_id",
    "title",
    "hours",
    "session_hours",
    "subgroup_size",
    "from_on",
    "until_on",
    "travel_limit_min",
    "min_gap_days",
)


async def request_input(tx: Tx, form: Form) -> RequestInput:
    """Return the service's input; the participant is the group's.

    Raises
    ------
    Invalid
        The form cannot be a request yet; faults that the form itself found are noted in it.
    """
    group = await chosen_group(tx, form)
    by_kind = "module_id" if form.text("kind") == "module" else "competency_id"
    values: dict[str, Any] = {name: form.optional(name) for name in _PLAIN}
    values |= {
        by_kind: form.optional(by_kind),
        "participant_id": group.participant.id if group else None,
        "weekdays": tuple(form.all("weekdays")) or None,
        "day_from_min": form.minutes("day_from"),
        "day_until_min": form.minutes("day_until"),
        "partial": bool(form.text("partial")),
        "needs_trainer": bool(form.text("needs_trainer")),
    }
    try:
        request = read(RequestInput, values)
    except Invalid as error:
        # Without a group there is no participant either: one fault, not two.
        raise Invalid(fault for fault in error.errors if fault.field != "participant_id") from None
    if form.faults:
        raise Invalid(())
    return request


def field_of(path: str) -> str:
    """Return the form's field for a path of the model."""
    noun = path.partition(".")[0]
    return _FIELD_OF_PATH.get(noun, noun)


async def chosen_group(tx: Tx, form: Form) -> GroupDetails | None:
    """Return the group that is chosen in the form, None: none yet."""
    text = form.text("group_id")
    if not (text.isascii() and text.isdecimal()):
        return None
    try:
        return await groups.get_group(tx, int(text))
    except NotFound:
        return None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a request asks for, counted out; hours are academic hours."""

    competency: str
    subgroups: tuple[int, ...]
    """Learners of each."""
    sessions: int
    """Of each subgroup."""
    session_hours: int
    last_hours: int
    """Of the last session, shorter where the hours do not divide."""
    weeks: int
    places: int
    """Resources that hold a subgroup: own ones and those with an open offer."""
    towns: tuple[str, ...]


async def meaning_of(tx: Tx, lang: str, request: RequestInput, group: GroupDetails) -> Meaning | None:
    """Count a request out; None: hours or competency are still missing."""
    hours, session_hours, competency_id = request.hours, request.session_hours, request.competency_id
    if request.module_id is not None:
        modules = await whole(programmes.list_modules, tx, participant_id=group.participant.id)
        for module in modules:
            if module.id == request.module_id:
                hours, competency_id = hours or module.hours, module.competency.id
                session_hours = session_hours or module.session_hours
    known = {one.id: one for one in await participants.list_competencies(tx)}
    competency = known.get(competency_id or 0)
    if competency is None or hours is None or session_hours is None:
        return None
    sizes = tuple(
        end - start for start, end in split(group.size, request.subgroup_size or competency.practice_subgroup)
    )
    sessions = -(-hours // session_hours)
    places, towns = await _places(tx, competency.id, max(sizes), group.participant.id)
    return Meaning(
        competency=competency.name if lang == "ru" else competency.name_en,
        subgroups=sizes,
        sessions=sessions,
        session_hours=session_hours,
        last_hours=hours - session_hours * (sessions - 1),
        weeks=max(0, ((request.until_on - request.from_on).days + 6) // 7),
        places=places,
        towns=towns,
    )


async def _places(
    tx: Tx, competency_id: int, learners: int, participant_id: int
) -> tuple[int, tuple[str, ...]]:
    towns: dict[int, str] = {}
    for offer in await whole(offers.list_offers, tx, competency_id=competency_id, state="open"):
        if offer.resource_kind == "workshop" and offer.capacity >= learners:
            towns[offer.resource.id] = offer.town.name
    own = {"kind": "workshop", "competency_id": competency_id, "owner_id": participant_id}
    for resource in await whole(resources.list_resources, tx, **own):
        if resource.capacity >= learners:
            towns[resource.id] = resource.town.name
    return len(towns), tuple(sorted(set(towns.values())))


def campaign_weeks(campaign: CampaignView) -> list[tuple[date, date]]:
    """Return first and last day of every week of a campaign, cut to its dates."""
    mondays = (campaign.monday_on + timedelta(weeks=week) for week in range(campaign.weeks))
    return [
        (max(monday, campaign.starts_on), min(monday + timedelta(days=6), campaign.ends_on))
        for monday in mondays
    ]
