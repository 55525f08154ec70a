"""Learner groups: study groups with their week masks, adults, graduates, staff, pupils, competitors."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from scheduler.domain.group import GroupKind, WeekKind
from scheduler.exchange.dataset.rows import AvailabilityPart, CurriculumPart, GroupRow
from scheduler.exchange.demo.cast import STARTS_ON
from scheduler.exchange.demo.workshops import orders_of

EVENING_MIN = 1020


class Group(NamedTuple):
    """A group; `course` 0: not a study group. `placement` is the first week of its work placement."""

    code: str
    participant: str
    name: str
    size: int
    minors: int
    speciality: str = ""
    course: int = 0
    placement: tuple[int, str] | None = None
    """First of four weeks, competency."""
    graduates: bool = False
    kind: GroupKind = "students"
    under_16: bool = False
    evening: bool = False


def study(
    participant: str,
    letters: str,
    code: str,
    course: int,
    size: int,
    speciality: str,
    *,
    placement: tuple[int, str] | None = None,
    adults_only: bool = False,
    graduates: bool = False,
) -> Group:
    """Return a study group; how many are under 18 follows from the course."""
    minors = {1: size, 2: size // 2, 3: 2, 4: 0}[course]
    return Group(
        f"{participant}-{code}",
        participant,
        letters,
        size,
        0 if adults_only else minors,
        speciality,
        course,
        placement,
        graduates or course == 4,
    )


STUDY_GROUPS = (
    study("smolapo", "ОН-11", "on-11", 1, 25, "15.01.38"),
    study("smolapo", "ОН-21", "on-21", 2, 24, "15.01.38", placement=(17, "06")),
    study("smolapo", "ТМ-21", "tm-21", 2, 24, "15.02.16"),
    study("smolapo", "ТМ-31", "tm-31", 3, 22, "15.02.16"),
    study("smolapo", "ТМ-41", "tm-41", 4, 20, "15.02.16", placement=(9, "06")),
    study("smolapo", "МР-31", "mr-31", 3, 18, "15.02.10"),
    study("smolapo", "АД-31", "ad-31", 3, 16, "15.02.09"),
    study("smolapo", "ЭП-31", "ep-31", 3, 20, "11.02.16", placement=(13, "16")),
    study("sagia", "СВ-21", "sv-21", 2, 24, "15.01.05", placement=(13, "10")),
    study("sagia", "ГС-31", "gs-31", 3, 24, "08.02.08"),
    study("sagia", "СЗ-31", "sz-31", 3, 24, "08.02.01"),
    study("sagia", "ОТ-21", "ot-21", 2, 24, "08.01.28"),
    study("sagia", "ЖК-21", "zhk-21", 2, 22, "08.01.29"),
    study("sagia", "ЭМ-21", "em-21", 2, 24, "08.01.31"),
    study("tot", "ЭЛ-21", "el-21", 2, 24, "13.01.10"),
    study("tot", "СВ-21", "sv-21", 2, 22, "15.01.05"),
    study("tot", "ЖК-11", "zhk-11", 1, 24, "08.01.29"),
    study("tot", "ОТ-21", "ot-21", 2, 20, "08.01.28"),
    study("satk", "АМ-21", "am-21", 2, 24, "23.01.17"),
    study("satk", "ТО-31", "to-31", 3, 24, "23.02.07"),
    study("satk", "ТО-41", "to-41", 4, 20, "23.02.07"),
    study("satk", "ДМ-31", "dm-31", 3, 22, "23.02.04", adults_only=True),
    study("vtt", "СВ-21", "sv-21", 2, 22, "15.01.05"),
    study("vtt", "АК-31", "ak-31", 3, 20, "18.02.12", placement=(15, "R6")),
    study("vtt", "ЛК-21", "lk-21", 2, 20, "18.01.34"),
    study("vtt", "КИ-31", "ki-31", 3, 20, "15.01.31", adults_only=True),
    study("vtt", "МП-31", "mp-31", 3, 20, "15.02.17", placement=(18, "48")),
    study("kmak", "СХ-21", "sh-21", 2, 22, "35.01.27"),
    study("kmak", "МС-31", "ms-31", 3, 24, "35.02.16", adults_only=True),
    study("kmak", "МС-41", "ms-41", 4, 20, "35.02.16", placement=(9, "49")),
    study("kmak", "СВ-21", "sv-21", 2, 18, "15.01.05"),
    study("dek", "ЭС-31", "es-31", 3, 22, "13.02.12", adults_only=True),
    study("dek", "ЭС-41", "es-41", 4, 20, "13.02.12", placement=(9, "18")),
    study("dek", "ЭО-21", "eo-21", 2, 24, "13.02.13"),
    study("dek", "АЭ-31", "ae-31", 3, 24, "14.02.01"),
    study("dek", "АТ-31", "at-31", 3, 18, "15.02.14"),
    study("rmk", "ОН-21", "on-21", 2, 24, "15.01.38"),
    study("rmk", "СВ-21", "sv-21", 2, 24, "15.01.05", placement=(11, "10"), graduates=True, adults_only=True),
    study("rmk", "СП-31", "sp-31", 3, 22, "15.02.19", adults_only=True),
    study("rmk", "МС-21", "ms-21", 2, 22, "15.01.35", placement=(16, "48")),
    study("rmk", "ЭО-21", "eo-21", 2, 22, "13.02.13"),
    study("vpt", "ОН-21", "on-21", 2, 24, "15.01.38", placement=(17, "06")),
    study("vpt", "ТМ-31", "tm-31", 3, 22, "15.02.16", adults_only=True),
    study("vpt", "ТМ-41", "tm-41", 4, 18, "15.02.16", placement=(9, "07")),
    study("vpt", "ЭО-31", "eo-31", 3, 24, "13.02.13"),
    study("vpt", "МП-21", "mp-21", 2, 22, "15.02.17"),
    study("gmk", "МС-21", "ms-21", 2, 22, "15.01.35"),
    study("gmk", "СД-21", "sd-21", 2, 20, "08.01.24"),
    study("gmk", "МП-31", "mp-31", 3, 20, "15.02.17", placement=(15, "48")),
    study("gmk", "МП-21", "mp-21", 2, 24, "15.02.17"),
    study("sitt", "ОН-21", "on-21", 2, 22, "15.01.38"),
    study("sitt", "СВ-21", "sv-21", 2, 20, "15.01.05"),
    study("sitt", "АТ-31", "at-31", 3, 20, "15.02.14", placement=(17, "19"), adults_only=True),
    study("sitt", "ТМ-41", "tm-41", 4, 18, "15.02.16"),
    study("sitt", "ПК-31", "pk-31", 3, 18, "18.02.13"),
    study("yait", "ОН-11", "on-11", 1, 25, "15.01.38"),
    study("yait", "ОН-21", "on-21", 2, 24, "15.01.38"),
    study("yait", "МП-31", "mp-31", 3, 20, "15.02.17", placement=(13, "48")),
    study("yait", "МС-21", "ms-21", 2, 20, "15.01.35"),
)
OTHER_GROUPS = (
    Group("copp-evening", "copp", "Взрослые, вечер: станки с ЧПУ", 12, 0, kind="adults", evening=True),
    Group("copp-welders", "copp", "Взрослые, вечер: сварщики", 10, 0, kind="adults", evening=True),
    Group("copp-graduates", "copp", "Выпускники 2026: станки с ЧПУ", 8, 0, kind="graduates"),
    Group("copp-masters", "copp", "Мастера п/о: повышение квалификации", 8, 0, kind="staff"),
    Group("copp-pupils", "copp", "Профпробы, 8–9 классы", 20, 20, kind="schoolchildren", under_16=True),
)
TEAMS = (
    ("smolapo", "06", 3, 0),
    ("smolapo", "07", 2, 0),
    ("smolapo", "04", 2, 0),
    ("smolapo", "05", 3, 1),
    ("vpt", "06", 2, 0),
    ("vpt", "16", 2, 0),
    ("sagia", "10", 3, 1),
    ("rmk", "10", 2, 0),
    ("sitt", "48", 2, 0),
    ("dek", "18", 3, 1),
    ("dek", "19", 2, 0),
    ("dek", "L02", 2, 0),
    ("tot", "18", 2, 1),
    ("satk", "33", 3, 1),
    ("kmak", "49", 2, 0),
    ("vtt", "R6", 2, 0),
)
"""Teams for the championship: college, competency, members, how many of them are under 18."""
JUNIORS = (("copp", "05", 4), ("copp", "45", 4))
"""Junior teams, 14–16 years old."""


def teams() -> list[tuple[Group, str]]:
    """Return the groups of competitors, each with its competency."""
    found = [
        (
            Group(
                f"{college}-team-{code.lower()}",
                college,
                f"Сборная, {code}",
                size,
                minors,
                kind="competitors",
            ),
            code,
        )
        for college, code, size, minors in TEAMS
    ]
    found += [
        (
            Group(
                f"{college}-juniors-{code}",
                college,
                f"Юниоры, {code}J",
                size,
                size,
                kind="schoolchildren",
                under_16=True,
            ),
            code,
        )
        for college, code, size in JUNIORS
    ]
    return found


def all_groups() -> list[Group]:
    """Return every group."""
    return [*STUDY_GROUPS, *OTHER_GROUPS, *(group for group, _ in teams())]


def monday(week: int) -> date:
    """Return the Monday of a week of the semester, counted from 1."""
    return STARTS_ON + timedelta(weeks=week - 1)


def weeks_of(group: Group, number: int) -> dict[date, WeekKind]:
    """Return what a study group does, week by week where it is not theory.

    `number` shifts the practice weeks, so that groups do not all want the workshops at once.
    """
    if not group.course:
        return {}
    kinds: dict[int, WeekKind] = {}
    if group.course == 4:
        kinds.update(dict.fromkeys((4 + number % 3, 5 + number % 3), "study_practice"))
        kinds.update(dict.fromkeys(range(17, 19), "exams"))
        kinds.update(dict.fromkeys(range(19, 25), "final_exams"))
    elif group.graduates:
        kinds.update(dict.fromkeys((5, 6, 17), "study_practice"))
        kinds[20] = "exams"
        kinds.update(dict.fromkeys(range(21, 25), "final_exams"))
    else:
        first = 6 + number % 4
        kinds.update(dict.fromkeys((first, 12 + number % 3, 21), "study_practice"))
        kinds.update({23: "exams", 24: "exams" if group.course == 3 else "holidays"})
    if group.placement:
        kinds.update(dict.fromkeys(range(group.placement[0], group.placement[0] + 4), "work_practice"))
    return {monday(week): kind for week, kind in sorted(kinds.items())}


def group_rows(curriculum: Mapping[str, list[CurriculumPart]]) -> list[GroupRow]:
    """Return the groups with what their curricula hold this term."""
    rows = []
    for number, group in enumerate(all_groups()):
        availability = [
            AvailabilityPart(kind="closed", from_on=on, note=note)
            for on, note in orders_of(group.participant)
        ]
        if group.evening:
            availability += [
                AvailabilityPart(kind="weekly", weekday=day, from_min=EVENING_MIN, until_min=1290)
                for day in range(5)
            ]
        rows.append(
            GroupRow(
                code=group.code,
                participant=group.participant,
                kind=group.kind,
                name=group.name,
                size=group.size,
                minors=group.minors,
                under_16=group.under_16,
                site=f"{group.participant}-main",
                speciality=group.speciality,
                availability=tuple(availability),
                weeks=weeks_of(group, number),
                curriculum=tuple(curriculum.get(group.code, ())),
            )
        )
    return rows
