"""How much a dataset's requests ask for, and how much its offers hold."""

from collections.abc import Collection, Iterator
from datetime import date

from scheduler.domain.availability import open_minutes
from scheduler.domain.bells import PAIR_HOURS
from scheduler.domain.horizon import DAY_MIN, Horizon
from scheduler.domain.kinds import KIND_BY_NAME
from scheduler.domain.production_calendar import WorkCalendar
from scheduler.domain.study_weeks import in_weeks
from scheduler.exchange.dataset import Dataset
from scheduler.exchange.dataset.rows import CampaignRow, OfferRow, RequestRow, ResourceRow

WORKSHOP = KIND_BY_NAME["workshop"]


def session_count(request: RequestRow, group_size: int, practice_subgroup: int) -> int:
    """Return how many sessions (meetings) a request asks for.

    ceil(group / subgroup) chains of ceil(hours / session hours) sessions; an exam is sat by the whole group,
    its shifts fill the days.
    """
    sessions = -(-request.hours // request.session_hours)
    if request.kind == "exam":
        return sessions
    return -(-group_size // (request.subgroup_size or practice_subgroup)) * sessions


def requested_hours(dataset: Dataset, campaign: str, competencies: Collection[str]) -> int:
    """Return the workplace-hours (academic) that a campaign's requests want of workshops.

    Each learner of a request takes a workplace for all its hours; at an exam the subgroup's workplaces
    are used by turns.
    """
    sizes = {group.code: group.size for group in dataset.learner_groups}
    return sum(
        (request.subgroup_size if request.kind == "exam" and request.subgroup_size else sizes[request.group])
        * request.hours
        for request in dataset.requests
        if request.campaign == campaign
        and request.competency in competencies
        and request.state == "submitted"
        and request.session_kind in WORKSHOP.session_kinds
    )


def offered_hours(dataset: Dataset, campaign: str, competencies: Collection[str]) -> int:
    """Return the workplace-hours (academic) that open offers of workshops hold in a campaign's weeks.

    Whole pairs of the site's bells count that lie within the offer's windows and the workshop's
    availability on the owner's working days; an offer's limit of hours a week holds.
    """
    row = next(row for row in dataset.campaigns if row.code == campaign)
    return sum(
        offer.capacity * hours
        for resource, offer in workshop_offers(dataset, competencies)
        for hours in weekly_hours(dataset, row, resource, offer)
    )


def workshop_offers(
    dataset: Dataset, competencies: Collection[str]
) -> Iterator[tuple[ResourceRow, OfferRow]]:
    """Yield the open offers of workshops that serve one of the competencies."""
    resources = {resource.code: resource for resource in dataset.resources}
    for offer in dataset.offers:
        resource = resources[offer.resource]
        serves = any(part.code in competencies for part in resource.competencies)
        if offer.state == "open" and resource.kind == WORKSHOP.name and serves:
            yield resource, offer


def weekly_hours(
    dataset: Dataset, campaign: CampaignRow, resource: ResourceRow, offer: OfferRow
) -> Iterator[int]:
    """Yield, week by week, the academic hours in which an offered workshop can be used."""
    horizon = Horizon.covering(campaign.starts_on, campaign.ends_on, campaign.timezone)
    site = next(site for site in dataset.sites if site.code == resource.site)
    owner = next(row for row in dataset.participants if row.code == resource.owner)
    spans = open_minutes(
        resource.availability, horizon, calendar_of(dataset), owner.days_per_week, site.timezone
    )
    hours = [0] * horizon.weeks
    for day, on in enumerate(horizon.dates):
        if not (offer.valid_from <= on <= (offer.valid_until or date.max) and in_weeks(on, offer.odd_weeks)):
            continue
        windows = [(start, end) for weekday, start, end in offer.windows if weekday == on.weekday()]
        for start, end in site.bells:
            in_offer = any(a <= start and end <= b for a, b in windows)
            at = day * DAY_MIN
            if in_offer and any(a <= at + start and at + end <= b for a, b in spans):
                hours[day // 7] += PAIR_HOURS
    for week in hours:
        yield week if offer.hours_per_week is None else min(week, offer.hours_per_week)


def calendar_of(dataset: Dataset) -> WorkCalendar:
    """Return the dataset's production calendar."""
    values = [row.value for row in dataset.settings if row.key == "calendar"]
    return WorkCalendar.parse(values[0]) if values else WorkCalendar()
