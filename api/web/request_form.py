"""The one-page request: what is typed, what it becomes, and what it means in words."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.texts import N_, clock
from api.web.forms import Form, read
from api.web.labels import named
from api.web.lists import whole
from scheduler.domain.group import GroupDetails
from scheduler.domain.programme import CampaignView
from scheduler.domain.request import RequestInput, RequestView
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
    "odd_weeks": N_("Odd or even weeks"),
    "overnight": N_("May stay overnight"),
    "needs_bus": N_("Bus seats"),
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
    "odd_weeks",
)


def wished(
    asked: RequestView, wish: Mapping[str, str], campaign: CampaignView | None
) -> dict[str, list[str]]:
    """Return the form filled in like a request, with the fields of a wish (`WishView`) in their place."""
    days = [day for day in wish.get("weekdays", "").split(",") if day.isdecimal()]
    one = {
        "kind": asked.kind,
        "group_id": asked.group.id,
        "competency_id": asked.competency.id,
        "module_id": asked.module.id if asked.module is not None else "",
        "title": asked.title,
        "hours": asked.hours,
        "session_hours": asked.session_hours,
        "subgroup_size": wish.get("subgroup_size", asked.subgroup_size or ""),
        "travel_limit_min": wish.get("travel_limit_min", asked.travel_limit_min),
        "min_gap_days": asked.min_gap_days,
        "partial": wish.get("partial", "yes" if asked.partial else ""),
        "needs_trainer": "yes" if asked.needs_trainer else "",
        "overnight": "yes" if asked.overnight else "",
        "needs_bus": "yes" if asked.needs_bus else "",
        "odd_weeks": "" if asked.odd_weeks is None or days else asked.odd_weeks,
        # Other days were found at any hour of theirs.
        "day_from": clock(asked.day_from_min) if asked.day_from_min is not None and not days else "",
        "day_until": clock(asked.day_until_min) if asked.day_until_min is not None and not days else "",
    }
    values = {name: [str(value)] for name, value in one.items()}
    values["weekdays"] = sorted({*map(str, asked.weekdays), *days})
    if campaign is not None:
        values |= _through(campaign, asked, wish)
    return values


def _through(campaign: CampaignView, asked: RequestView, wish: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the weeks of the campaign from the first wanted day through the last."""
    days = [asked.from_on, asked.until_on]
    for name in ("from_on", "until_on"):
        with contextlib.suppress(ValueError):
            days.append(date.fromisoformat(wish.get(name, "")))
    weeks = [week for week in campaign_weeks(campaign) if week[1] >= min(days) and week[0] <= max(days)]
    if not weeks:
        return {}
    return {"from_on": [weeks[0][0].isoformat()], "until_on": [weeks[-1][1].isoformat()]}


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
        "overnight": bool(form.text("overnight")),
        "needs_bus": bool(form.text("needs_bus")),
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
    places, towns = await _places(tx, lang, competency.id, max(sizes), group.participant.id)
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
    tx: Tx, lang: str, competency_id: int, learners: int, participant_id: int
) -> tuple[int, tuple[str, ...]]:
    towns: dict[int, str] = {}
    for offer in await whole(offers.list_offers, tx, competency_id=competency_id, state="open"):
        if offer.resource_kind == "workshop" and offer.capacity >= learners:
            towns[offer.resource.id] = named(lang, offer.town)
    own = {"kind": "workshop", "competency_id": competency_id, "owner_id": participant_id}
    for resource in await whole(resources.list_resources, tx, **own):
        if resource.capacity >= learners:
            towns[resource.id] = named(lang, resource.town)
    return len(towns), tuple(sorted(set(towns.values())))


def campaign_weeks(campaign: CampaignView) -> list[tuple[date, date]]:
    """Return first and last day of every week of a campaign, cut to its dates."""
    mondays = (campaign.monday_on + timedelta(weeks=week) for week in range(campaign.weeks))
    return [
        (max(monday, campaign.starts_on), min(monday + timedelta(days=6), campaign.ends_on))
        for monday in mondays
    ]
