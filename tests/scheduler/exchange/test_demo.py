"""The demonstration cluster: its shape, its over-subscription, and that nobody real stands in it."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import func, select

from scheduler.clock import FixedClock
from scheduler.exchange.dataset import Dataset, dump_dataset, load_dataset, read_dataset
from scheduler.exchange.dataset.rows import RequestRow, ResourceRow
from scheduler.exchange.demo import DEMO_FILE, MAIN_CAMPAIGN, generate
from scheduler.exchange.demo.drafts import Draft, fit
from scheduler.exchange.demo.facts import FACTS_FILE, read_facts
from scheduler.exchange.demo.groups import Group
from scheduler.exchange.demo.workshops import WORKSHOPS
from scheduler.exchange.workload import offered_hours, requested_hours, session_count
from scheduler.persistence.engine import Database
from scheduler.persistence.tables import register, requests
from scheduler.policy import SYSTEM

CONTESTED = {"06", "07", "10"}
TWO_MB = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def demo() -> Dataset:
    return read_dataset(DEMO_FILE.read_bytes())


def main_requests(demo: Dataset) -> list[RequestRow]:
    return [request for request in demo.requests if request.campaign == MAIN_CAMPAIGN]


def of_kind(demo: Dataset, kind: str) -> list[ResourceRow]:
    return [resource for resource in demo.resources if resource.kind == kind]


def test_the_committed_file_is_made_again_byte_for_byte() -> None:
    assert dump_dataset(generate()) == DEMO_FILE.read_bytes()


def test_it_is_small_enough_to_be_committed() -> None:
    assert DEMO_FILE.stat().st_size < TWO_MB
    assert max(map(len, DEMO_FILE.read_bytes().splitlines())) < 8000


def test_its_participants(demo: Dataset) -> None:
    kinds = Counter(row.kind for row in demo.participants if row.code != "copp")
    assert kinds == {"college": 12, "employer": 14, "authority": 2, "university": 1}
    assert {row.code for row in demo.participants if row.kind == "college"} == {
        *("smolapo", "sagia", "tot", "satk", "vtt", "kmak", "dek", "rmk", "vpt", "gmk", "sitt", "yait"),
        "copp",
    }
    assert all(cluster.demo for cluster in demo.clusters)


def test_two_clusters_overlap(demo: Dataset) -> None:
    members = {
        cluster.code: {m.participant for m in demo.memberships if m.cluster == cluster.code}
        for cluster in demo.clusters
    }
    main, second = members.values()
    assert main & second
    assert second - main
    assert main - second
    assert {request.participant for request in main_requests(demo)} <= main


def test_its_resources(demo: Dataset) -> None:
    workshops, places = of_kind(demo, "workshop"), of_kind(demo, "internship")
    assert len(workshops) == 38
    assert abs(sum(row.capacity for row in workshops) - 330) <= 5
    assert {row.mode for row in workshops} == {"exclusive", "pooled"}
    assert (len(places), sum(row.capacity for row in places)) == (45, 180)
    employers = {row.code for row in demo.participants if row.kind == "employer"}
    assert {row.owner for row in places} == employers
    assert len(of_kind(demo, "trainer")) == len(demo.people) == 70
    assert all(len(row.units) == row.capacity for row in of_kind(demo, "equipment"))
    participants = {row.code for row in demo.participants}
    assert all(row.owner in participants for row in demo.resources)


def test_guests_can_use_everything_through_an_offer(demo: Dataset) -> None:
    offered = Counter(offer.resource for offer in demo.offers)
    assert offered == dict.fromkeys((row.code for row in demo.resources), 1)
    consent = Counter(offer.consent for offer in demo.offers)
    assert 0 < consent["each"] <= 6
    assert date(2027, 4, 30) in {offer.valid_until for offer in demo.offers}


def test_its_requests(demo: Dataset) -> None:
    asked = main_requests(demo)
    assert abs(len(asked) - 420) <= 10
    size = {group.code: group.size for group in demo.learner_groups}
    usual = {row.code: row.practice_subgroup for row in demo.competencies}
    sessions = sum(session_count(r, size[r.group], usual[r.competency]) for r in asked)
    assert abs(sessions - 4000) <= 200
    kinds = Counter(request.kind for request in asked)
    assert kinds["exam"] == 3
    assert set(kinds) == {"module", "free_slot", "camp", "exam", "internship", "event"}
    assert all(r.hours % 2 == 0 and r.session_hours % 2 == 0 for r in demo.requests)
    owners_of = {w.code: w.owner for w in WORKSHOPS}
    own = {row.owner for row in of_kind(demo, "workshop") if row.code in owners_of}
    colleges = {row.code for row in demo.participants if row.kind == "college"}
    assert own & colleges <= {request.participant for request in asked}


def test_it_has_beds_and_bus_seats_and_one_place_with_too_few_beds(demo: Dataset) -> None:
    hostels, buses = of_kind(demo, "hostel"), of_kind(demo, "bus")
    assert hostels
    assert buses
    assert any(request.needs_bus for request in demo.requests)
    assert any(request.odd_weeks is not None for request in demo.requests)
    town = {site.code: site.town for site in demo.sites}
    usual = {row.code: row.practice_subgroup for row in demo.competencies}
    enough = {}
    for request in demo.requests:
        if request.overnight:
            able = {
                town[row.site]
                for row in of_kind(demo, "workshop")
                if any(part.code == request.competency for part in row.competencies)
            }
            beds = max(row.capacity for row in hostels if town[row.site] in able)
            enough[request.code] = beds >= (request.subgroup_size or usual[request.competency])
    assert Counter(enough.values()) == {True: 2, False: 1}


def test_decisions_and_lists_name_their_source_and_are_marked(demo: Dataset) -> None:
    decided = {row.key: row for row in demo.settings}
    assert "протокол" in decided["priority.classes"].source
    assert "демо" in decided["priority.classes"].source
    assert set(decided["priority.lists"].value["value"]) == {"ТОП-50", "ТОП-РЕГИОН"}
    assert all("(демо)" in row.source for row in demo.infrastructure_lists)
    camps = {request.competency for request in demo.requests if request.kind in ("camp", "exam")}
    assert len(camps & {row.competency for row in demo.infrastructure_lists}) >= 8


def test_its_network_programmes(demo: Dataset) -> None:
    modules = [module for programme in demo.programmes for module in programme.modules]
    assert len(modules) == 24
    for programme in demo.programmes:
        assert len({module.provider for module in programme.modules}) >= 2
        assert all(party.agreed_at is not None for party in programme.parties)
    assert {request.module for request in demo.requests if request.module} == {m.code for m in modules}


def test_camps_end_before_the_championship(demo: Dataset) -> None:
    camps = [request for request in demo.requests if request.kind == "camp"]
    assert len(camps) >= 16
    assert max(request.until_on for request in camps) < date(2027, 3, 1)


def test_its_groups(demo: Dataset) -> None:
    kinds = {group.kind for group in demo.learner_groups}
    assert kinds == {"students", "graduates", "adults", "schoolchildren", "staff", "competitors"}
    weeks = {kind for group in demo.learner_groups for kind in group.weeks.values()}
    assert weeks >= {"study_practice", "work_practice", "exams", "final_exams", "holidays"}
    evening = [group for group in demo.learner_groups if group.kind == "adults"]
    assert evening
    assert all(row.from_min >= 17 * 60 for group in evening for row in group.availability)
    assert any(group.minors == group.size and group.kind == "students" for group in demo.learner_groups)


def test_the_semester_has_24_weeks_from_a_monday(demo: Dataset) -> None:
    for campaign in demo.campaigns:
        assert campaign.starts_on == date(2027, 1, 11)
        assert campaign.starts_on.weekday() == 0
        assert campaign.ends_on - campaign.starts_on == timedelta(weeks=24, days=-1)
    calendar = demo.settings[0].value
    assert {"2027-02-23", "2027-03-08", "2027-05-01", "2027-06-12"} <= set(calendar["statutory"])
    assert "2027-05-03" in calendar["transfer"]


@pytest.mark.parametrize(("competencies", "wanted"), [({"06", "07"}, 1.4), ({"10"}, 1.2)])
def test_contested_competencies_are_asked_for_as_often_as_wanted(
    demo: Dataset, competencies: set[str], wanted: float
) -> None:
    asked = requested_hours(demo, MAIN_CAMPAIGN, competencies)
    assert asked / offered_hours(demo, MAIN_CAMPAIGN, competencies) == pytest.approx(wanted, abs=0.02)


def test_all_others_have_room(demo: Dataset) -> None:
    for campaign in demo.campaigns:
        families = [{row.code} for row in demo.competencies] + [{"48", "L01"}, {"18", "19"}, {"21", "22"}]
        for family in families:
            if asked := 0 if family & CONTESTED else requested_hours(demo, campaign.code, family):
                assert asked / offered_hours(demo, campaign.code, family) < 0.7, family


def test_only_the_requests_meant_so_are_out_of_reach(demo: Dataset) -> None:
    """By an own reckoning: competency, seats and one-way travel, by bus for groups with minors."""
    minutes = {}
    for row in demo.distances:
        minutes[row.a, row.b] = minutes[row.b, row.a] = (row.car_min, row.bus_min)
    town = {site.code: site.town for site in demo.sites}
    minutes |= {(name, name): (0, 0) for name in town.values()}
    groups = {group.code: group for group in demo.learner_groups}
    usual = {row.code: row.practice_subgroup for row in demo.competencies}
    hopeless = set()
    for request in demo.requests:
        group = groups[request.group]
        seats = min(group.size, request.subgroup_size or usual[request.competency])
        kinds = {"work_practice": {"internship"}, "staff_internship": {"internship", "workshop"}}
        rooms = [
            resource
            for resource in demo.resources
            if resource.kind in kinds.get(request.session_kind, {"workshop"})
            and any(part.code == request.competency for part in resource.competencies)
            and resource.capacity >= seats
            and request.provider in (None, resource.owner)
            and minutes[town[group.site], town[resource.site]][bool(group.minors)] <= request.travel_limit_min
        ]
        if not rooms:
            hopeless.add(request.code)
    staying = {request.code for request in demo.requests if request.overnight}
    assert staying <= hopeless
    assert len(hopeless - staying) == 5
    assert all(code.endswith("-x") for code in hopeless - staying)


def test_travel_is_closed_under_shortest_paths(demo: Dataset) -> None:
    ways = {}
    for row in demo.distances:
        ways[row.a, row.b] = ways[row.b, row.a] = (row.road_km, row.car_min, row.bus_min)
    names = [town.code for town in demo.towns]
    for a, via, b in product(names, names, names):
        if len({a, via, b}) == 3:
            for direct, first, second in zip(ways[a, b], ways[a, via], ways[via, b], strict=True):
                assert direct <= first + second


def test_minors_travel_90_minutes_at_most(demo: Dataset) -> None:
    minors = {group.code for group in demo.learner_groups if group.minors}
    assert max(r.travel_limit_min for r in demo.requests if r.group in minors) <= 90


def test_nobody_real_stands_in_it(demo: Dataset) -> None:
    assert all("«Пример-" in row.name for row in demo.participants if row.kind == "employer")
    assert all(re.fullmatch(r"Демо (Тренер|Наставник) \d\d", row.full_name) for row in demo.people)
    real = {row.name for row in read_facts().organisations}
    assert {row.name for row in demo.participants if row.kind != "employer"} == real
    for row in of_kind(demo, "trainer"):
        assert re.fullmatch(r"(Мастер п/о|Наставник) \d\d: .+", row.name)
    assert "демонстрационные данные" in demo.about.lower()


@pytest.mark.parametrize("file", [DEMO_FILE, FACTS_FILE])
def test_no_taxpayer_number_stands_in_it(file: object) -> None:
    text = DEMO_FILE.read_text() if file == DEMO_FILE else FACTS_FILE.read_text()
    assert not re.search(r"\b(\d{10}|\d{12})\b", text)
    assert not re.search(r"инн\b", text, re.IGNORECASE)


def test_every_fact_has_a_status() -> None:
    document = json.loads(FACTS_FILE.read_bytes())
    for name in ("towns", "distances", "organisations", "competencies", "specialities", "equipment_kinds"):
        assert document[name]
        assert all(re.match(r"found|known|assumed|local code", row["status"]) for row in document[name])


def test_it_has_an_account_for_each_kind_of_user(demo: Dataset) -> None:
    roles = {account.login: {role.role for role in account.roles} for account in demo.accounts}
    assert {"college", "employer", "trainer"} <= set(roles)
    assert roles["college"] == {"college"}
    assert roles["employer"] == {"employer"}
    assert "coordinator" in roles["coordinator"]
    assert roles["trainer"] == {"trainer"}
    assert len(roles) <= 8
    assert all(account.password == f"demo-{account.login}" for account in demo.accounts)


async def test_it_is_loaded(database_url: str, demo: Dataset) -> None:
    db = Database(database_url, FixedClock(datetime(2026, 12, 20, 9, tzinfo=UTC)))
    try:
        async with db.write_tx(SYSTEM) as tx:
            # Hashing passwords is slow by design, and shown on the tiny cluster.
            await load_dataset(tx, demo.model_copy(update={"accounts": ()}))
        async with db.read_tx(SYSTEM) as tx:
            for table, rows in ((requests.Request, demo.requests), (register.Person, demo.people)):
                assert await tx.session.scalar(select(func.count()).select_from(table)) == len(rows)
    finally:
        await db.dispose()


@pytest.mark.parametrize("target", [900, 2400, 4000])
def test_hours_are_fitted_in_whole_sessions(target: int) -> None:
    drafts = [
        Draft(f"d{i}", Group(f"g{i}", "p", "G", size, 0), "06", "t", hours, 4, (1, 5), 60)
        for i, (size, hours) in enumerate([(24, 12), (22, 16), (20, 20), (25, 8), (18, 12)])
    ]
    fit(drafts, target)
    assert all(draft.hours >= 4 and draft.hours % 4 == 0 for draft in drafts)
    assert abs(sum(draft.learner_hours for draft in drafts) - target) < 4 * 25
