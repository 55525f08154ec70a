"""The demonstration cluster: real towns and colleges of Smolensk oblast, everything else invented.

`generate` is a pure function of the committed facts, so that its output can be committed too and made
again byte for byte. Over-subscription is not written down anywhere: hours are stretched until it holds.
"""

from pathlib import Path

from scheduler.exchange.dataset import Dataset, dump_dataset
from scheduler.exchange.dataset.rows import CurriculumPart, RequestRow
from scheduler.exchange.demo import cast, specials
from scheduler.exchange.demo.accounts import account_rows
from scheduler.exchange.demo.cast import MAIN_CAMPAIGN, MAIN_CLUSTER
from scheduler.exchange.demo.demand import CNC, WELDING, Demand
from scheduler.exchange.demo.drafts import Draft, fit
from scheduler.exchange.demo.facts import Facts, read_facts
from scheduler.exchange.demo.groups import group_rows
from scheduler.exchange.demo.internships import internship_offers, internship_rows
from scheduler.exchange.demo.lodging import lodging_offers, lodging_rows
from scheduler.exchange.demo.people import people_rows, trainer_offers, trainer_rows
from scheduler.exchange.demo.programmes import programme_rows
from scheduler.exchange.demo.standards import decided, infrastructure_rows
from scheduler.exchange.demo.workshops import (
    movable_offers,
    movable_rows,
    workshop_offers,
    workshop_rows,
)
from scheduler.exchange.workload import offered_hours, requested_hours

DEMO_FILE = Path(__file__).parents[3] / "fixtures" / "demo.json"
ABOUT = (
    "Демонстрационные данные, не является предложением организации. Towns and colleges are real, whatever "
    "they own, offer or ask for here is invented, and so are all employers and people."
)
SUBSCRIPTION = ((CNC, 1.4), (WELDING, 1.2))
"""Requested ÷ offered workplace-hours that the demonstration is stretched to."""


def generate(facts: Facts | None = None) -> Dataset:
    """Return the demonstration cluster, always the same for the same facts."""
    facts = facts or read_facts()
    sites = {site.code: site for site in cast.sites(facts)}
    towns = {code: site.town for code, site in sites.items()}
    register = Dataset(
        about=ABOUT,
        settings=(*cast.settings(facts), *decided(facts)),
        towns=tuple(cast.towns(facts, set(towns.values()))),
        distances=tuple(cast.distances(facts, set(towns.values()))),
        clusters=tuple(cast.clusters(facts)),
        participants=tuple(cast.participants(facts)),
        memberships=tuple(cast.memberships(facts)),
        sites=tuple(sites.values()),
        people=tuple(people_rows()),
        competencies=tuple(cast.competencies(facts)),
        equipment_kinds=tuple(cast.equipment_kinds(facts)),
        infrastructure_lists=tuple(infrastructure_rows()),
        resources=(
            *workshop_rows(facts, sites),
            *movable_rows(),
            *internship_rows(),
            *trainer_rows(facts, sites),
            *lodging_rows(),
        ),
        offers=(
            *workshop_offers(sites),
            *movable_offers(),
            *internship_offers(),
            *trainer_offers(sites),
            *lodging_offers(),
        ),
        campaigns=tuple(cast.campaigns()),
        learner_groups=tuple(group_rows({})),
        programmes=tuple(programme_rows()),
        accounts=tuple(account_rows()),
    )
    drafts = all_drafts(facts, towns)
    stretch(register, drafts)
    return register.model_copy(
        update={
            "learner_groups": tuple(group_rows(curriculum(drafts))),
            "requests": request_rows(drafts),
        }
    )


def regenerate(path: Path = DEMO_FILE) -> None:
    """Write the demonstration cluster anew."""
    path.write_bytes(dump_dataset(generate()))


def all_drafts(facts: Facts, towns: dict[str, str]) -> list[Draft]:
    """Return every request before the contested ones are stretched."""
    demand = Demand(facts, towns)
    return [
        *demand.modules(),
        *demand.free_slots(),
        *specials.camps(),
        *specials.exams(),
        *specials.internships(),
        *specials.further_training(),
        *specials.events(),
        *specials.away(),
        *specials.impossible(),
    ]


def request_rows(drafts: list[Draft]) -> tuple[RequestRow, ...]:
    """Return the requests; they came in by turns, not college by college."""
    return tuple(draft.row(number * 89 % 499) for number, draft in enumerate(drafts))


def stretch(register: Dataset, drafts: list[Draft]) -> None:
    """Stretch the hours of contested competencies until they are asked for as often as wanted."""
    for competencies, wanted in SUBSCRIPTION:
        scaled = [d for d in drafts if d.scaled and d.competency in competencies]
        fixed = register.model_copy(update={"requests": request_rows([d for d in drafts if not d.scaled])})
        target = wanted * offered_hours(register, MAIN_CAMPAIGN, competencies)
        fit(scaled, round(target) - requested_hours(fixed, MAIN_CAMPAIGN, competencies))


def curriculum(drafts: list[Draft]) -> dict[str, list[CurriculumPart]]:
    """Return what each group's curriculum holds in workshops: its requests but for what is above need."""
    hours: dict[tuple[str, str, str], float] = {}
    for draft in drafts:
        if draft.kind == "internship":
            continue
        key = (draft.group.code, draft.competency, draft.campaign)
        hours[key] = hours.get(key, 0) + draft.hours / draft.inflation
    found: dict[str, list[CurriculumPart]] = {}
    for (group, competency, campaign), total in hours.items():
        part = CurriculumPart(competency=competency, campaign=campaign, hours=max(1, round(total)))
        found.setdefault(group, []).append(part)
    return found


__all__ = ["DEMO_FILE", "MAIN_CAMPAIGN", "MAIN_CLUSTER", "Facts", "generate", "read_facts", "regenerate"]
