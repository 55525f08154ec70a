"""A school as our problem."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import Any

from benchmarks.fet.buildings import LEAST_GAPS
from benchmarks.fet.draft import NO_ROOM, ROOM, Draft
from benchmarks.fet.kinds import take_in
from benchmarks.fet.school import Room, School
from solver.problem import (
    Activity,
    Candidate,
    Distances,
    Place,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)
from solver.structure import Concurrent, DayShape, Distinct, PairResource, PairTime, Rest, Structure

_RULE_OF: Mapping[type[Structure], tuple[str, str]] = {
    PairTime: ("relation", "relations"),
    PairResource: ("same_resource", "sets"),
    Distinct: ("stability", "sets"),
    DayShape: ("day_shape", "shapes"),
    Concurrent: ("concurrent", "limits"),
    Rest: ("rest", "rests"),
}

_AS_USUAL = {"Official", "Terms"}
"""Modes in which all constraints that are covered mean the same."""


@dataclass(frozen=True)
class Posed:
    """A school as a problem.

    `problem` is for the search, `counted` the same with what FET counts for broken soft constraints.
    `uncovered` counts what the file asks for and the problem does not say; `virtual` names the virtual
    room of each activity that takes several rooms for one.
    """

    problem: Problem
    counted: Problem
    uncovered: Mapping[str, int]
    virtual: Mapping[str, str]


def pose(school: School) -> Posed:
    """Pose a school.

    Every activity is one of ours, under the id of the file, with one time option for each start that
    hard constraints leave; its room is the role ``room``. A soft constraint counts hundredths of its
    percents each time that it is broken.
    """
    search, counted = (_Posing(_drafted(school, by_effort)) for by_effort in (True, False))
    return Posed(search.problem(), counted.problem(), dict(search.draft.uncovered), search.virtual)


def _drafted(school: School, by_effort: bool) -> Draft:
    gaps = [c.number(*LEAST_GAPS) for c in school.constraints if c.text(*LEAST_GAPS)]
    draft = Draft(school, pad=max(gaps, default=0), by_effort=by_effort)
    if school.mode not in _AS_USUAL:
        draft.uncovered[f"mode {school.mode}"] += 1
    take_in(draft)
    _relate(draft)
    return draft


def _relate(draft: Draft) -> None:
    """State no overlap of two lessons as a relation, too, where nothing else between lessons is hard.

    By hard relations the solver tells a timetable, in which all is to be placed, from a plan in which
    requests compete.
    """
    if any(weight is None for weight, _ in draft.statements):
        return
    pair = next((ids[:2] for ids in draft.of_teacher.values() if len(ids) > 1), ())
    if pair:
        draft.state(None, PairTime("not_overlap", pair))


class _Posing:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.school = draft.school
        self.options: dict[tuple[Any, ...], str] = {}
        self.choices: dict[tuple[tuple[str, int], ...], str] = {}
        self.people = self._people()
        self.rooms: set[str] = set()
        self.virtual: dict[str, str] = {}

    def problem(self) -> Problem:
        draft, school = self.draft, self.school
        activities = tuple(self._activities())
        sites = sorted({site for site in map(self._site, school.rooms) if site is not None})
        return Problem(
            name="school",
            grid=TimeGrid(
                slot_minutes=60, slots_per_day=draft.width, days_per_week=len(school.days), weeks=1
            ),
            places=tuple(Place(id=name, area=name) for name in sites),
            distances=Distances(
                areas=tuple(sites),
                slots=tuple(tuple(draft.gap_slots * (a != b) for b in sites) for a in sites),
            ),
            resources=tuple(self._resources()),
            option_sets={key: self._option_set(options) for options, key in self.options.items()},
            candidate_sets={
                key: tuple(Candidate(resource=name, penalty=cost) for name, cost in found)
                for found, key in self.choices.items()
            },
            requests=(Request(id="school", participant="school", priority="only"),),
            activities=activities,
            rules=tuple(self._rules()),
        )

    def _people(self) -> dict[str, tuple[str, ...]]:
        """Teachers and sets of students that matter, with their lessons.

        Sets of students are those that a statement is about, and few others that hold every pair of
        lessons with a common student.
        """
        draft = self.draft
        found = {f"teacher:{name}": ids for name, ids in draft.of_teacher.items() if ids}
        atoms = {f"students:{atom}": draft.of_atom[atom] for atom in dict.fromkeys(draft.twin.values())}
        shaped = draft.shaped | draft.travellers | draft.settled
        found |= {name: ids for name, ids in atoms.items() if name in shaped}
        told: set[tuple[str, str]] = set()
        for name in atoms.keys() & found.keys():
            told.update(combinations(sorted(found[name]), 2))
        new = {name: set(combinations(sorted(ids), 2)) - told for name, ids in atoms.items()}
        heap = [(-len(pairs), name) for name, pairs in new.items() if pairs]
        heapify(heap)
        while heap:
            count, name = heappop(heap)
            new[name] -= told
            if len(new[name]) == -count:
                told |= new[name]
                found[name] = atoms[name]
            elif new[name]:
                heappush(heap, (-len(new[name]), name))
        return found

    def _activities(self) -> Iterator[Activity]:
        users: defaultdict[str, list[str]] = defaultdict(list)
        for name, ids in self.people.items():
            for one in ids:
                users[one].append(name)
        for lesson in self.school.lessons:
            needs = [
                Requirement(role=name, candidates=self._choice_set({name: 0})) for name in users[lesson.id]
            ]
            virtual, roles = self.draft.room_roles(lesson.id)
            if virtual is not None:
                self.virtual[lesson.id] = virtual
            for at, rooms in enumerate(roles, 1):
                self.rooms.update(rooms)
                role = ROOM if at == 1 else f"{ROOM} {at}"
                needs.append(Requirement(role=role, candidates=self._choice_set(rooms)))
            dislikes = self.draft.dislikes[lesson.id]
            options = (
                lesson.duration,
                tuple(sorted((start, dislikes[start]) for start in self.draft.starts[lesson.id])),
            )
            yield Activity(
                id=lesson.id,
                request="school",
                chain=lesson.id,
                times=self.options.setdefault(options, f"times {len(self.options)}"),
                size=1,
                contact_minutes=1,
                requirements=tuple(needs),
            )

    def _choice_set(self, rooms: Mapping[str, int]) -> str:
        key = tuple(sorted(rooms.items()))
        return self.choices.setdefault(key, f"choice {len(self.choices)}")

    def _option_set(self, options: tuple[Any, ...]) -> tuple[TimeOption, ...]:
        duration, starts = options
        firsts = ((self.draft.at(*start), cost) for start, cost in starts)
        return tuple(TimeOption(meetings=((at, at + duration),), penalty=cost) for at, cost in firsts)

    def _site(self, room: Room) -> str | None:
        return room.name if self.draft.site == "room" else room.building

    def _resources(self) -> Iterator[Resource]:
        for name in self.people:
            yield Resource(id=name, kind=name.split(":")[0])
        for room in self.school.rooms:
            if room.name in self.rooms:
                yield Resource(id=room.name, kind=ROOM, place=self._site(room))
        if NO_ROOM in self.rooms:
            yield Resource(id=NO_ROOM, kind=ROOM, mode="pooled", capacity=len(self.school.lessons))

    def _rules(self) -> Iterator[Rule]:
        draft = self.draft
        bound = [name for name in self.people if name not in draft.travellers]
        bound += [room.name for room in self.school.rooms if room.name in self.rooms]
        yield Rule(id="no_overlap", kind="no_overlap", params={"resources": bound})
        if draft.travellers:
            yield Rule(id="presence", kind="presence", params={"resources": sorted(draft.travellers)})
        if draft.settled:
            params = {"resources": sorted(draft.settled), "limit": 1}
            yield Rule(id="away_town", kind="away_town", params=params)
        calendars = [
            {"resources": [name], "windows": self._open(name)}
            for name, slots in draft.closed.items()
            if slots and name in self.rooms
        ]
        if calendars:
            yield Rule(id="availability", kind="availability", params={"calendars": calendars})
        yield from self._stated()
        yield Rule(id="coverage", kind="coverage", weight=1, params={"tolerance_permille": 0})
        yield Rule(id="preference", kind="preference", weight=1)

    def _open(self, room: str) -> list[tuple[int, int]]:
        """Windows of a room; hours of one window hold a lesson of any length."""
        days, hours = range(len(self.school.days)), range(len(self.school.hours))
        every = {(day, hour) for day in days for hour in hours}
        return list(self.draft.spans(every - self.draft.closed[room]))

    def _stated(self) -> Iterator[Rule]:
        """One rule for each kind and weight."""
        found: defaultdict[tuple[str, str, int | None], list[dict[str, Any]]] = defaultdict(list)
        for weight, statement in self.draft.statements:
            kind, plural = _RULE_OF[type(statement)]
            found[kind, plural, weight].append(_params(statement))
        for (kind, plural, weight), items in found.items():
            name = kind if weight is None else f"{kind} {weight}"
            yield Rule(id=name, kind=kind, weight=weight, params={plural: items})


def _params(statement: Structure) -> dict[str, Any]:
    """Fields of a statement that are not empty, as its rule takes them."""
    found = {field.name: getattr(statement, field.name) for field in fields(statement)}
    if isinstance(statement, Rest):
        found["resources"] = (found.pop("resource"),)
    usual = {field.name: field.default for field in fields(statement)}
    return {key: value for key, value in found.items() if key not in usual or value != usual[key]}
