"""Who takes part: real organisations of the facts, invented employers, their sites, clusters and terms."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from scheduler.exchange.dataset.rows import (
    CampaignRow,
    ClusterRow,
    CompetencyRow,
    DistanceRow,
    EquipmentKindRow,
    MembershipRow,
    ParticipantRow,
    SettingRow,
    SiteRow,
    TownRow,
)
from scheduler.exchange.demo.facts import Facts

TIMEZONE = "Europe/Moscow"
MAIN_CLUSTER, SECOND_CLUSTER = "mash", "stroi"
MAIN_CAMPAIGN, SECOND_CAMPAIGN = "mash-2027-1", "stroi-2027-1"
STARTS_ON = date(2027, 1, 11)
ENDS_ON = date(2027, 6, 27)
COORDINATOR = "copp"


class Employer(NamedTuple):
    """An invented employer: code, name, short name, town, what it does, in the second cluster too."""

    code: str
    name: str
    short_name: str
    town: str
    profile: str
    builds: bool = False


EMPLOYERS = (
    Employer("stanko", "Завод «Пример-Станко», Вязьма", "Пример-Станко", "vyazma", "станки, мехобработка"),
    Employer("pribor", "Завод «Пример-Прибор», Смоленск", "Пример-Прибор", "smolensk", "приборы"),
    Employer("reduktor", "Завод «Пример-Редуктор», Смоленск", "Пример-Редуктор", "smolensk", "редукторы"),
    Employer(
        "dormash", "Завод «Пример-Дормаш», Смоленск", "Пример-Дормаш", "smolensk", "дорожные машины", True
    ),
    Employer("vagon", "Депо «Пример-Вагон», Рославль", "Пример-Вагон", "roslavl", "ремонт вагонов"),
    Employer("gidro", "Завод «Пример-Гидравлика», Рославль", "Пример-Гидравлика", "roslavl", "гидравлика"),
    Employer("kompozit", "Завод «Пример-Композит», Сафоново", "Пример-Композит", "safonovo", "композиты"),
    Employer("avtomatika", "Завод «Пример-Автоматика», Сафоново", "Пример-Автоматика", "safonovo", "КИП и А"),
    Employer("lityo", "Завод «Пример-Литьё», Ярцево", "Пример-Литьё", "yartsevo", "литьё, металлургия"),
    Employer("him", "Комбинат «Пример-Хим», Верхнеднепровский", "Пример-Хим", "verkhnedneprovsky", "химия"),
    Employer("drev", "Фабрика «Пример-Древ», Гагарин", "Пример-Древ", "gagarin", "деревообработка", True),
    Employer(
        "energo", "Предприятие «Пример-Энерго», Десногорск", "Пример-Энерго", "desnogorsk", "энергетика"
    ),
    Employer("agro", "Сервис «Пример-Агро», Починок", "Пример-Агро", "pochinok", "сельхозтехника"),
    Employer("stroy", "Компания «Пример-Строй», Смоленск", "Пример-Строй", "smolensk", "строительство", True),
)

GRIDS = {
    "smolensk": "smolensk",
    "vyazma": "east",
    "gagarin": "east",
    "roslavl": "south",
    "kozlovka": "south",
    "pochinok": "south",
    "desnogorsk": "south",
    "safonovo": "axis",
    "yartsevo": "axis",
    "verkhnedneprovsky": "axis",
}
EXTRA_SITES = {"kmak-pochinok": ("kmak", "pochinok", "Починковская площадка")}
LATEST_END = {"kmak-main": 1080, "kmak-pochinok": 1080}
"""The last bus leaves Козловка and Починок early."""
BUILDERS = ("sagia", "tot", "gmk", "copp", "minobr")
"""Members of the second cluster beside its employers; all but «Пример-Строй» are in the first one too."""
COLLEGE_ORDERS = {
    "vpt": (date(2027, 5, 3), "Приказ колледжа: выходной день"),
    "yait": (date(2027, 2, 22), "Приказ колледжа: выходной день"),
    "dek": (date(2027, 5, 10), "Приказ колледжа: выходной день"),
}
"""The third layer of the calendar."""


def settings(facts: Facts) -> list[SettingRow]:
    """Return the region's settings that differ from the defaults."""
    calendar = facts.calendar
    layers = {
        name: list(getattr(calendar, name)) for name in ("statutory", "transfer", "working", "shortened")
    }
    source = f"{calendar.statutory_source}; {calendar.transfer_source}"
    return [SettingRow(key="calendar", value=layers, source=source, valid_from=date(2027, 1, 1))]


def towns(facts: Facts, used: set[str]) -> list[TownRow]:
    """Return the towns that the demonstration uses."""
    return [
        TownRow(code=t.code, name=t.name, name_en=t.name_en, timezone=t.timezone)
        for t in facts.towns
        if t.code in used
    ]


def distances(facts: Facts, used: set[str]) -> list[DistanceRow]:
    """Return travel between them, closed under shortest paths."""
    rows = []
    for road in facts.distances:
        if {road.a, road.b} <= used:
            km, car, bus = facts.minutes[road.a, road.b]
            detour = (km, car, bus) != (road.road_km, road.car_min, road.bus_min)
            status = "assumed: shortest path" if detour else road.status
            rows.append(DistanceRow(a=road.a, b=road.b, road_km=km, car_min=car, bus_min=bus, status=status))
    return rows


def clusters(facts: Facts) -> list[ClusterRow]:
    """Return the two clusters, the one of the main campaign first."""
    found = {row.code: row for row in facts.clusters}
    return [
        ClusterRow(
            code=code,
            name=f"Кластер «{found[code].name}» (демо)",
            name_en=f"{found[code].name_en} cluster (demo)",
            demo=True,
        )
        for code in (MAIN_CLUSTER, SECOND_CLUSTER)
    ]


def participants(facts: Facts) -> list[ParticipantRow]:
    """Return colleges, the centre (a college by its kind), the university, authorities and employers."""
    rows = [
        ParticipantRow.model_validate(
            {
                "code": o.code,
                "kind": "college" if o.kind == "centre" else o.kind,
                "name": o.name,
                "short_name": o.short_name,
                "town": o.town,
                "days_per_week": 5 if o.kind == "authority" else 6,
            }
        )
        for o in facts.organisations
    ]
    rows += [
        ParticipantRow(
            code=e.code, kind="employer", name=e.name, short_name=e.short_name, town=e.town, days_per_week=5
        )
        for e in EMPLOYERS
    ]
    return rows


def memberships(facts: Facts) -> list[MembershipRow]:
    """Return who is in which cluster; the two overlap."""
    profiles = {o.code: o.profile for o in facts.organisations} | {e.code: e.profile for e in EMPLOYERS}
    builders = {*BUILDERS, *(e.code for e in EMPLOYERS if e.builds)}
    rows = []
    for code, profile in profiles.items():
        if code != "stroy":
            rows.append(membership(code, MAIN_CLUSTER, profile, date(2024, 9, 2)))
        if code in builders:
            rows.append(membership(code, SECOND_CLUSTER, profile, date(2023, 9, 1)))
    return rows


def membership(code: str, cluster: str, profile: str, joined_on: date) -> MembershipRow:
    """Return an open-ended membership."""
    return MembershipRow(participant=code, cluster=cluster, profile=profile, joined_on=joined_on)


def sites(facts: Facts) -> list[SiteRow]:
    """Return a main site for everyone who has resources or learners, and the extra ones."""
    places = [(o.code, o.town, "Учебный корпус") for o in facts.organisations if o.kind != "authority"]
    places += [(e.code, e.town, "Производственная площадка") for e in EMPLOYERS]
    named = [(f"{code}-main", code, town, name) for code, town, name in places]
    named += [(code, *rest) for code, rest in EXTRA_SITES.items()]
    plants = {e.code for e in EMPLOYERS}
    return [
        SiteRow(
            code=code,
            participant=owner,
            town=town,
            name=name,
            timezone=TIMEZONE,
            latest_end_min=LATEST_END.get(code),
            bells=facts.grid("plant" if owner in plants else GRIDS[town]),
        )
        for code, owner, town, name in named
    ]


def competencies(facts: Facts) -> list[CompetencyRow]:
    """Return the competencies."""
    return [
        CompetencyRow(code=c.code, name=c.name, name_en=c.name_en, practice_subgroup=c.practice_subgroup)
        for c in facts.competencies
    ]


def equipment_kinds(facts: Facts) -> list[EquipmentKindRow]:
    """Return the kinds of equipment."""
    return [
        EquipmentKindRow(code=k.code, name=k.name, name_en=k.name_en, hazard=k.hazard, setup_min=k.setup_min)
        for k in facts.equipment_kinds
    ]


def campaigns() -> Iterable[CampaignRow]:
    """Return the campaigns of the spring semester: 24 weeks from Monday, 11 January 2027."""
    terms = (
        (MAIN_CAMPAIGN, MAIN_CLUSTER, "Весенний семестр 2027, машиностроение"),
        (SECOND_CAMPAIGN, SECOND_CLUSTER, "Весенний семестр 2027, строительство"),
    )
    for code, cluster, name in terms:
        yield CampaignRow(
            code=code,
            cluster=cluster,
            name=name,
            starts_on=STARTS_ON,
            ends_on=ENDS_ON,
            requests_until=date(2026, 12, 15),
            timezone=TIMEZONE,
        )
