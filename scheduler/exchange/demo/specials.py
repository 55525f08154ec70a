"""Camps, exams, internships, adults, staff, events, and a few requests that nobody can serve."""

from scheduler.exchange.demo.drafts import Draft
from scheduler.exchange.demo.groups import OTHER_GROUPS, STUDY_GROUPS, teams
from scheduler.exchange.demo.topics import TOPICS

GROUPS = {group.code: group for group in (*STUDY_GROUPS, *OTHER_GROUPS)}
CAMP_WEEKS = (1, 7)
"""The seven weeks before the championship of 1–6 March 2027."""
EXAMS = (
    ("smolapo-tm-41", "06", 6, 4, 6, 22),
    ("rmk-sv-21", "10", 8, 3, 6, 23),
    ("dek-es-41", "18", 12, 2, 6, 21),
)
"""Group, competency, workplaces, days C1…Cn, hours a day, week; one shift a day."""


def camps() -> list[Draft]:
    """Return the training camps before the championship."""
    drafts = []
    for group, competency in teams():
        session_hours = 4 if group.minors else 6
        drafts.append(
            Draft(
                code=f"{group.code}-camp",
                group=group,
                competency=competency,
                title=f"Тренировочный сбор: {TOPICS[competency][0].lower()}",
                hours=6 * session_hours,
                session_hours=session_hours,
                weeks=CAMP_WEEKS,
                travel_limit_min=90,
                kind="camp",
                session_kind="camp",
                subgroup_size=group.size,
            )
        )
    return drafts


def exams() -> list[Draft]:
    """Return the demonstration exams: each locks its centre from C−1 to Cn."""
    return [
        Draft(
            code=f"{code}-exam",
            group=GROUPS[code],
            competency=competency,
            title="Демонстрационный экзамен",
            hours=hours * days,
            session_hours=hours,
            weeks=(week, week),
            travel_limit_min=60,
            kind="exam",
            session_kind="final_exam",
            weekdays=(0, 1, 2, 3, 4),
            subgroup_size=workplaces,
            partial=False,
            provider=GROUPS[code].participant,
            exam_days=days,
        )
        for code, competency, workplaces, days, hours, week in EXAMS
    ]


def internships() -> list[Draft]:
    """Return the work placements: two weeks of four six-hour days in groups of four; and one of staff."""
    drafts = []
    for group in STUDY_GROUPS:
        if group.placement is None:
            continue
        first, competency = group.placement
        drafts.append(
            Draft(
                code=f"{group.code}-placement",
                group=group,
                competency=competency,
                title="Преддипломная практика" if group.course == 4 else "Производственная практика",
                hours=48,
                session_hours=6,
                weeks=(first, first + 3),
                travel_limit_min=90,
                kind="internship",
                session_kind="work_practice",
                weekdays=(0, 1, 2, 3),
                subgroup_size=4,
                needs_trainer=False,
            )
        )
    drafts.append(
        Draft(
            code="copp-masters-internship",
            group=GROUPS["copp-masters"],
            competency="48",
            title="Стажировка мастеров на предприятии",
            hours=18,
            session_hours=6,
            weeks=(3, 20),
            travel_limit_min=90,
            kind="internship",
            session_kind="staff_internship",
            weekdays=(0, 1, 2, 3, 4),
            subgroup_size=2,
            needs_trainer=False,
        )
    )
    return drafts


def further_training() -> list[Draft]:
    """Return what adults, graduates and staff ask for through the centre."""
    entries = (
        ("copp-evening", "06", 24, (1, 18), True),
        ("copp-evening", "07", 24, (5, 22), True),
        ("copp-welders", "10", 32, (1, 22), False),
        ("copp-graduates", "06", 32, (2, 16), False),
        ("copp-graduates", "05", 16, (6, 20), False),
        ("copp-masters", "45", 16, (2, 12), False),
        ("copp-masters", "04", 12, (8, 20), False),
    )
    return [
        Draft(
            code=f"{code}-{competency}",
            group=GROUPS[code],
            competency=competency,
            title=TOPICS[competency][k % len(TOPICS[competency])],
            hours=hours,
            session_hours=4,
            weeks=weeks,
            travel_limit_min=60,
            session_kind="further_training",
            paid=paid,
            odd_weeks=True if code == "copp-graduates" and competency == "05" else None,
        )
        for k, (code, competency, hours, weeks, paid) in enumerate(entries)
    ]


def events() -> list[Draft]:
    """Return the try-outs of trades for pupils: two hours in groups of ten."""
    entries = (("05", 3), ("45", 5), ("16", 9), ("18", 11), ("04", 13), ("05", 15))
    return [
        Draft(
            code=f"copp-pupils-{competency}-{week}",
            group=GROUPS["copp-pupils"],
            competency=competency,
            title=f"Профпроба: {TOPICS[competency][0].lower()}",
            hours=2,
            session_hours=2,
            weeks=(week, week + 3),
            travel_limit_min=45,
            kind="event",
            session_kind="event",
            subgroup_size=5 if competency == "04" else 7 if competency == "45" else 10,
            needs_bus=competency == "18",
        )
        for competency, week in entries
    ]


def away() -> list[Draft]:
    """Return requests beyond every limit of travel: days in a row there, if there are beds.

    The last one asks where fewer beds are kept than a subgroup has learners.
    """
    entries = (
        ("dek-at-31", "04", "Мехатроника, выезд с ночёвкой", 12, 90),
        ("kmak-ms-31", "33", "Автодиагностика, выезд с ночёвкой", 18, 90),
        ("smolapo-ep-31", "L02", "Релейная защита, выезд с ночёвкой", 18, 90),
    )
    return [
        Draft(
            code=f"{code}-{competency.lower()}-away",
            group=GROUPS[code],
            competency=competency,
            title=title,
            hours=hours,
            session_hours=6,
            weeks=(2, 20),
            travel_limit_min=limit,
            overnight=True,
        )
        for code, competency, title, hours, limit in entries
    ]


def impossible() -> list[Draft]:
    """Return requests that nobody can serve, each for a reason that a person can check."""
    entries = (
        # Nearest milling machines: two hours and more from Рославль and Десногорск.
        ("rmk-on-21", "07", "Фрезерная обработка рядом с домом", 8, 90, None),
        ("dek-at-31", "04", "Мехатроника рядом с домом", 8, 90, None),
        # Nobody has twenty welding booths or fitters' benches in one room.
        ("gmk-mp-21", "48", "Слесарное дело всей группой", 4, 90, 24),
        ("tot-sv-21", "10", "Сварка всей группой", 4, 60, 22),
        ("kmak-sh-21", "33", "Автодиагностика рядом с домом", 8, 60, None),
    )
    return [
        Draft(
            code=f"{code}-{competency}-x",
            group=GROUPS[code],
            competency=competency,
            title=title,
            hours=hours,
            session_hours=4,
            weeks=(2, 20),
            travel_limit_min=limit,
            subgroup_size=subgroup,
            partial=subgroup is None,
        )
        for code, competency, title, hours, limit, subgroup in entries
    ]
