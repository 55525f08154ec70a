"""A university's week in the format of curriculum-based timetabling as a `Problem`, and a plan as its lines.

Reads ``.ctt`` and ``.ectt``. What the costs UD2 do not know is read over: daily lectures, double lectures,
sites, unsuitable rooms.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from solver.problem import (
    Activity,
    Candidate,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.solution import Solution

_MINUTES_EACH = 60
"""Contact minutes of every lecture: all of them have to be placed, none counts more."""

_SECTIONS = ("COURSES", "ROOMS", "CURRICULA", "UNAVAILABILITY_CONSTRAINTS", "ROOM_CONSTRAINTS")


@dataclass(frozen=True, slots=True)
class Course:
    """A course; `closed` are the periods of the week, counted over all days, in which it cannot be."""

    id: str
    teacher: str
    lectures: int
    min_days: int
    students: int
    closed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Instance:
    """What a file says, as far as the costs UD2 know it; periods are counted over all days."""

    name: str
    days: int
    periods_per_day: int
    courses: tuple[Course, ...]
    rooms: Mapping[str, int]
    curricula: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read(path: Path) -> Instance:
    """Read a file.

    Raises
    ------
    ValueError
        It lacks a number or a section, or a section has not as many lines as its header says.
    """
    header: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {name: [] for name in _SECTIONS}
    into: list[list[str]] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or words[0] == "END.":
            continue
        if words[0].endswith(":") and words[0][:-1] in sections:
            into = sections[words[0][:-1]]
        elif into is None:
            name, _, value = line.partition(":")
            header[name.strip().lower()] = value.strip()
        else:
            into.append(words)
    for name, section in (("courses", "COURSES"), ("rooms", "ROOMS"), ("curricula", "CURRICULA")):
        if int(header[name]) != len(sections[section]):
            raise ValueError(f"{path.name}: {section} has {len(sections[section])} lines, not {header[name]}")
    per_day = int(header["periods_per_day"])
    closed: dict[str, set[int]] = {}
    for course, day, period in sections["UNAVAILABILITY_CONSTRAINTS"]:
        closed.setdefault(course, set()).add(int(day) * per_day + int(period))
    return Instance(
        name=path.stem,
        days=int(header["days"]),
        periods_per_day=per_day,
        courses=tuple(
            Course(
                words[0],
                words[1],
                int(words[2]),
                int(words[3]),
                int(words[4]),
                frozenset(closed.get(words[0], ())),
            )
            for words in sections["COURSES"]
        ),
        rooms={words[0]: int(words[1]) for words in sections["ROOMS"]},
        curricula={words[0]: tuple(words[2 : 2 + int(words[1])]) for words in sections["CURRICULA"]},
    )


def problem(instance: Instance) -> Problem:
    """Return the instance as a problem whose weighted rest is the cost UD2.

    A slot is a period. Rooms, teachers and curricula are exclusive resources; students beyond a room's
    capacity are the penalty of that candidate.
    """
    periods = instance.days * instance.periods_per_day
    curricula_of: dict[str, list[str]] = {course.id: [] for course in instance.courses}
    for curriculum, members in instance.curricula.items():
        for member in members:
            curricula_of[member].append(curriculum)
    candidates = {f"room of {c.students}": _rooms(instance, c.students) for c in instance.courses}
    options: dict[str, tuple[TimeOption, ...]] = {}
    activities = []
    for course in instance.courses:
        open_ = tuple(p for p in range(periods) if p not in course.closed)
        times = ",".join(map(str, open_))
        options[times] = tuple(TimeOption(meetings=((p, p + 1),)) for p in open_)
        people = {"teacher": f"teacher {course.teacher}"}
        people |= {f"curriculum {q}": f"curriculum {q}" for q in curricula_of[course.id]}
        candidates |= {name: (Candidate(resource=name),) for name in people.values()}
        roles = {"room": f"room of {course.students}", **people}
        activities += [
            Activity(
                id=f"{course.id}/{lecture}",
                request=course.id,
                chain=course.id,
                index=lecture,
                times=times,
                size=1,
                contact_minutes=_MINUTES_EACH,
                requirements=tuple(Requirement(role=r, candidates=name) for r, name in roles.items()),
            )
            for lecture in range(course.lectures)
        ]
    resources = [
        *(
            Resource(id=f"room {name}", kind="room", capacity=max(1, instance.rooms[name]))
            for name in instance.rooms
        ),
        *(
            Resource(id=f"teacher {t}", kind="teacher")
            for t in dict.fromkeys(c.teacher for c in instance.courses)
        ),
        *(Resource(id=f"curriculum {q}", kind="curriculum") for q in instance.curricula),
    ]
    return Problem(
        name=instance.name,
        grid=TimeGrid(
            slot_minutes=_MINUTES_EACH,
            slots_per_day=instance.periods_per_day,
            days_per_week=instance.days,
            weeks=1,
        ),
        resources=tuple(resources),
        option_sets=options,
        candidate_sets=candidates,
        requests=tuple(Request(id=c.id, participant="university", priority="only") for c in instance.courses),
        activities=tuple(activities),
        rules=tuple(_rules(instance, [r.id for r in resources])),
    )


def _rooms(instance: Instance, students: int) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(resource=f"room {name}", penalty=max(0, students - capacity))
        for name, capacity in instance.rooms.items()
    )


def _rules(instance: Instance, resources: list[str]) -> Iterator[Rule]:
    yield Rule(id="conflicts", kind="no_overlap", params={"resources": resources})
    yield Rule(id="lectures", kind="coverage", weight=1)
    yield Rule(id="room capacity", kind="preference", weight=1)
    days = [
        {"requests": [c.id], "measure": "used", "period": "week", "at_least": c.min_days}
        for c in instance.courses
        if c.min_days > 1
    ]
    yield Rule(id="working days", kind="day_shape", weight=5, params={"shapes": days})
    curricula = [f"curriculum {name}" for name in instance.curricula]
    compact = [{"resources": curricula, "measure": "isolated", "at_most": 0}]
    yield Rule(id="compactness", kind="day_shape", weight=2, params={"shapes": compact})
    rooms = [{"requests": [c.id], "role": "room"} for c in instance.courses if c.lectures > 1]
    yield Rule(id="room stability", kind="stability", weight=1, params={"sets": rooms})


def lines(instance: Instance, solution: Solution) -> str:
    """Return a plan in the family's own form: ``course room day period``, a lecture a line."""
    found = []
    for placement in sorted(solution.placements, key=lambda p: p.activity):
        day, period = divmod(placement.meetings[0][0], instance.periods_per_day)
        course, room = (
            placement.activity.rpartition("/")[0],
            placement.resources["room"].removeprefix("room "),
        )
        found.append(f"{course} {room} {day} {period}\n")
    return "".join(found)
