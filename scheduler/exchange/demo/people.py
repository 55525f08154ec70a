"""Seventy people with qualifications: invented names that cannot be taken for anybody's."""

from datetime import date, timedelta
from typing import NamedTuple

from scheduler.exchange.dataset.rows import (
    AvailabilityPart,
    OfferRow,
    PersonRow,
    Qualification,
    ResourceRow,
    SiteRow,
)
from scheduler.exchange.demo.cast import STARTS_ON
from scheduler.exchange.demo.facts import Facts
from scheduler.exchange.demo.workshops import offer, orders_of

STAFF = {
    "smolapo": ("06", "06 07", "07", "07 05", "48", "04 19", "04 16", "05 45"),
    "vpt": ("06 07", "L01", "L01 48", "18", "18 19", "16", "05"),
    "sitt": ("07", "07 06", "10", "10 48", "19", "19 04", "48"),
    "yait": ("06", "06 L01", "L01"),
    "rmk": ("06", "06 L01", "10", "10", "48 L01"),
    "sagia": ("10", "10", "15", "21 22", "20 21", "L04 15"),
    "vtt": ("10", "10", "R6", "R6", "19 16"),
    "kmak": ("10", "10 48", "49", "49 33"),
    "dek": ("18", "18 19", "L02", "L02 18"),
    "tot": ("18", "18", "21 22"),
    "satk": ("33", "33", "33 49"),
    "gmk": ("48", "48 L01", "25"),
    "mpei": ("16", "16"),
    "copp": ("45", "45 05"),
}
"""Competencies of each trainer, by owner."""
MENTORS = {
    "stanko": ("06 07", "07 06"),
    "reduktor": ("06 48",),
    "dormash": ("10",),
    "vagon": ("10",),
    "avtomatika": ("19",),
    "energo": ("18 L02",),
    "pribor": ("16",),
}
SHORT = {
    "04": "мехатроника",
    "05": "CAD",
    "06": "токарные ЧПУ",
    "07": "фрезерные ЧПУ",
    "10": "сварка",
    "15": "сантехника",
    "16": "электроника",
    "18": "электромонтаж",
    "19": "автоматика",
    "20": "кладка",
    "21": "штукатурные работы",
    "22": "малярные работы",
    "25": "столярное дело",
    "33": "автомобили",
    "45": "прототипы",
    "48": "механика",
    "49": "тяжёлая техника",
    "L01": "токарные работы",
    "L02": "релейная защита",
    "L04": "газовое оборудование",
    "R6": "химический анализ",
}
EXPIRING = {"t-rmk-1": date(2027, 4, 30)}
"""A qualification that must be confirmed in the middle of the semester."""


class Trainer(NamedTuple):
    """A person and the resource that stands for them."""

    code: str
    owner: str
    number: int
    mentor: bool
    competencies: tuple[str, ...]


def trainers() -> list[Trainer]:
    """Return everybody, colleges first."""
    found: list[Trainer] = []
    for staff, mentor in ((STAFF, False), (MENTORS, True)):
        for owner, qualifications in staff.items():
            for number, codes in enumerate(qualifications, start=1):
                competencies = tuple(codes.split())
                code = f"t-{owner}-{number}"
                found.append(Trainer(code, owner, len(found) + 1, mentor, competencies))
    return found


def people_rows() -> list[PersonRow]:
    """Return the people."""
    return [
        PersonRow(
            code=f"p-{t.code}",
            participant=t.owner,
            full_name=f"Демо {'Наставник' if t.mentor else 'Тренер'} {t.number:02}",
        )
        for t in trainers()
    ]


def trainer_rows(facts: Facts, sites: dict[str, SiteRow]) -> list[ResourceRow]:
    """Return the trainers as resources; their names tell a trade, not a person."""
    rows = []
    for t in trainers():
        closed = [AvailabilityPart(kind="closed", from_on=on, note=note) for on, note in orders_of(t.owner)]
        if t.number % 9 == 0:
            monday_on = STARTS_ON + timedelta(weeks=4 + t.number % 14)
            leave = AvailabilityPart(
                kind="closed",
                from_on=monday_on,
                until_on=monday_on + timedelta(days=13),
                note="Отпуск, повышение квалификации",
            )
            closed.append(leave)
        trades = ", ".join(SHORT[code] for code in t.competencies)
        weekly = [
            AvailabilityPart(kind="weekly", weekday=day, from_min=start, until_min=end)
            for day, start, end in hours_of(t, sites)
        ]
        rows.append(
            ResourceRow(
                code=t.code,
                kind="trainer",
                owner=t.owner,
                site=f"{t.owner}-main",
                name=f"{'Наставник' if t.mentor else 'Мастер п/о'} {t.number:02}: {trades}",
                mode="exclusive",
                capacity=1,
                person=f"p-{t.code}",
                competencies=tuple(
                    Qualification(code=code, valid_until=EXPIRING.get(t.code)) for code in t.competencies
                ),
                availability=(*weekly, *closed),
            )
        )
    return rows


def hours_of(trainer: Trainer, sites: dict[str, SiteRow]) -> list[tuple[int, int, int]]:
    """Return weekday, begin and end of a trainer's working hours: one day of the six is free."""
    bells = sites[f"{trainer.owner}-main"].bells
    free_day = 5 if trainer.mentor or trainer.number % 2 else (trainer.number // 2) % 5
    return [(day, bells[0][0] - 30, bells[-1][1] + 10) for day in range(6) if day != free_day]


def trainer_offers(sites: dict[str, SiteRow]) -> list[OfferRow]:
    """Return the offers by which trainers teach the groups of others."""
    return [offer(t.code, 1, hours_of(t, sites)) for t in trainers()]
