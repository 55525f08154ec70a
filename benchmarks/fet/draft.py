"""What the constraints of a school come to before it is a problem: starts, rooms, statements."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import groupby
from typing import Literal, TypeAlias

from benchmarks.fet.school import Constraint, Lesson, School, Slot
from solver.problem import Interval
from solver.structure import Structure

Site: TypeAlias = Literal["building", "room"]
"""What counts as a place on the ways of people."""

ROOM = "room"
NO_ROOM = "no room"


class Uncovered(Exception):
    """A constraint says what the rules here cannot state."""


class Draft:
    """Collects what constraints ask for; `kinds` fill it, `problem` makes the problem of it.

    Slots are counted over the days, `width` of them a day: the hours and after them `pad` slots in which
    nothing takes place, so that travel overnight costs nothing. What breaks soft constraints costs what FET
    counts for it or, `by_effort`, what the search is to pay.
    """

    def __init__(self, school: School, pad: int = 0, *, by_effort: bool = False) -> None:
        self.school = school
        self.by_effort = by_effort
        self.width = len(school.hours) + pad
        self.breaks: set[Slot] = set()
        self.away: defaultdict[str, set[Slot]] = defaultdict(set)
        self.closed: defaultdict[str, set[Slot]] = defaultdict(set)
        self.starts = {
            lesson.id: {
                (day, hour)
                for day in range(len(school.days))
                for hour in range(len(school.hours) - lesson.duration + 1)
            }
            for lesson in school.lessons
        }
        self.dislikes: defaultdict[str, Counter[Slot]] = defaultdict(Counter)
        self.preferred: defaultdict[str, list[tuple[int | None, frozenset[str]]]] = defaultdict(list)
        self.parts: dict[str, tuple[str, ...]] = {}
        self.home: dict[str, tuple[int | None, frozenset[str]]] = {}
        self.statements: list[tuple[int | None, Structure]] = []
        self.travellers: set[str] = set()
        self.settled: set[str] = set()
        self.gap_slots = 0
        self.site: Site | None = None
        self.shaped: set[str] = set()
        self.uncovered: Counter[str] = Counter()

    # Slots

    def at(self, day: int, hour: int) -> int:
        """Slot of the horizon."""
        return day * self.width + hour

    def spans(self, slots: Iterable[Slot]) -> tuple[Interval, ...]:
        """Fewest intervals of the horizon that hold exactly these slots."""
        ordered = sorted(self.at(*slot) for slot in slots)
        runs = groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0])
        blocks = ([slot for _, slot in run] for _, run in runs)
        return tuple((block[0], block[-1] + 1) for block in blocks)

    def hours_of(self, lesson: Lesson, start: Slot) -> list[Slot]:
        """Slots that a lesson takes from a start."""
        return [(start[0], start[1] + i) for i in range(lesson.duration)]

    # Who

    @cached_property
    def of_teacher(self) -> dict[str, tuple[str, ...]]:
        """Lessons of each teacher."""
        found: dict[str, list[str]] = {name: [] for name in self.school.teachers}
        for lesson in self.school.lessons:
            for name in lesson.teachers:
                found.setdefault(name, []).append(lesson.id)
        return {name: tuple(ids) for name, ids in found.items()}

    @cached_property
    def of_atom(self) -> dict[str, tuple[str, ...]]:
        """Lessons of each indivisible set of students that has any."""
        found: dict[str, list[str]] = {}
        for lesson in self.school.lessons:
            for atom in sorted(self.atoms_of(lesson)):
                found.setdefault(atom, []).append(lesson.id)
        return {name: tuple(ids) for name, ids in found.items()}

    def atoms_of(self, lesson: Lesson) -> frozenset[str]:
        """Indivisible sets of students that have a lesson."""
        atoms = self.school.atoms
        return frozenset().union(*(atoms[name] for name in lesson.students))

    @cached_property
    def twin(self) -> dict[str, str]:
        """First atom with the same lessons and absences, of each atom: what binds one binds the other.

        Only right when all absences are known.
        """
        first: dict[tuple[object, ...], str] = {}
        return {
            atom: first.setdefault((ids, frozenset(self.away[f"students:{atom}"])), atom)
            for atom, ids in self.of_atom.items()
        }

    def lessons_of(self, who: str) -> tuple[str, ...]:
        """Lessons of a teacher or an atom by its resource id."""
        kind, name = who.split(":", 1)
        return self.of_teacher[name] if kind == "teacher" else self.of_atom[name]

    def active(self, ids: Iterable[str]) -> list[str]:
        """Those of these activities that are active, each once."""
        return list(dict.fromkeys(i for i in ids if i in self.school.lesson))

    def room_choices(self, name: str) -> dict[str, int]:
        """Rooms that a lesson may take and what each costs; `NO_ROOM` stands for none; empty: needs none.

        A lesson takes one of the rooms preferred for it, those of each hard constraint; of the soft ones
        it pays for each that it does not keep. If all are soft it may take its home instead, or none
        where the home is soft or missing.
        """
        asked = self.preferred.get(name, [])
        homes = self.home.get(name)
        every = sum(weight for weight, _ in asked if weight is not None)
        hard = [rooms for weight, rooms in asked if weight is None]
        soft = [(weight, rooms) for weight, rooms in asked if weight is not None]
        if hard:
            allowed = frozenset.intersection(*hard)
        else:
            allowed = frozenset().union(*(rooms for _, rooms in soft))
        choices = {room: sum(w for w, rooms in soft if room not in rooms) for room in sorted(allowed)}
        if not hard and homes is not None:
            for room in sorted(homes[1]):
                choices.setdefault(room, every)
        if not hard and (asked or homes is not None) and (homes is None or homes[0] is not None):
            choices[NO_ROOM] = every + (homes[0] or 0 if homes is not None else 0)
        people = self.school.lesson[name].people
        return {room: cost for room, cost in choices.items() if people <= self.seats.get(room, people)}

    def room_roles(self, name: str) -> tuple[str | None, list[dict[str, int]]]:
        """Virtual room that a lesson takes, if any, and the choices for each room that it takes at once.

        Where it may take either a virtual room or others, only what is cheapest is kept beside `NO_ROOM`.
        What a virtual room costs is shared out among its rooms, for FET counts it once.
        """
        choices = self.room_choices(name)
        virtual = [room for room in choices if room in self.virtual]
        if not virtual:
            return None, [choices] if self.preferred.get(name) or name in self.home else []
        best = min(choices, key=lambda room: (choices[room], room in self.virtual, room))
        if best not in self.virtual:
            return None, [{room: cost for room, cost in choices.items() if room not in self.virtual}]
        if name in self.parts:
            return best, [{room: choices[best]} for room in self.parts[name]]
        sets, none = self.virtual[best], choices.keys() & {NO_ROOM}
        costs, without = (_shares(choices.get(room, 0), len(sets)) for room in (best, NO_ROOM))
        return best, [
            dict.fromkeys(rooms, costs[at]) | dict.fromkeys(none, without[at])
            for at, rooms in enumerate(sets)
        ]

    @cached_property
    def virtual(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Sets of rooms that each virtual room stands for."""
        return {room.name: room.sets for room in self.school.rooms if room.sets}

    @cached_property
    def seats(self) -> dict[str, int]:
        """Seats of each room."""
        return {room.name: room.capacity for room in self.school.rooms}

    # What

    def price(self, constraint: Constraint) -> int | None:
        """Return what it costs to break a constraint; None for a hard one."""
        return constraint.effort if self.by_effort else constraint.weight

    def state(self, weight: int | None, *statements: Structure) -> None:
        """Ask for statements: hard without a weight."""
        self.statements.extend((weight, statement) for statement in statements)

    def allow(self, constraint: Constraint, ids: Iterable[str], fits: Callable[[Lesson, Slot], bool]) -> None:
        """Keep to the starts that fit, or pay for another."""
        price = self.price(constraint)
        for name in ids:
            lesson = self.school.lesson[name]
            misfits = {start for start in self.starts[name] if not fits(lesson, start)}
            if price is None:
                self.starts[name] -= misfits
            else:
                for start in misfits:
                    self.dislikes[name][start] += price

    def matching(self, constraint: Constraint) -> Iterator[Lesson]:
        """Lessons of the teacher, students, subject, tag and duration that a constraint names."""
        teacher = constraint.text("Teacher_Name", "Teacher")
        students = constraint.text("Students_Name", "Students")
        subject = constraint.text("Subject_Name", "Subject")
        tag = constraint.text("Activity_Tag_Name", "Activity_Tag", "Subject_Tag_Name", "Subject_Tag")
        duration = constraint.text("Duration")
        atoms = self.school.atoms.get(students, frozenset())
        for lesson in self.school.lessons:
            if (
                (not teacher or teacher in lesson.teachers)
                and (not students or not atoms.isdisjoint(self.atoms_of(lesson)))
                and (not subject or subject == lesson.subject)
                and (not tag or tag in lesson.tags)
                and (not duration or int(duration) == lesson.duration)
            ):
                yield lesson


def _shares(total: int, number: int) -> list[int]:
    """Return a total as so many parts that are as equal as can be."""
    return [(total + at) // number for at in range(number)]
