"""Who would be better off with what another participant was granted, up to one session.

Participant c values the places of d as the learner-minutes of its own sessions that could be held in them,
each session of d giving place to at most one of c: the session's host must be a candidate of c's session
and c's session must have a time at which it would overlap, both where no rule excludes them by themselves.
That is a maximum-weight matching with weights on c's side alone, so that taking c's sessions in order of
their worth along augmenting paths is exact. The value is scaled by what c is due to what d is due, and cut
at what c is due; c envies d when it exceeds what c was granted by more than c's largest session.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from pydantic import NonNegativeInt

from solver.primitives import Forbidden, Window
from solver.problem import Activity, Frozen, Interval, Problem
from solver.rules import parsed
from solver.solution import Placement


class Envy(Frozen):
    """In the places of `of`, scaled to its own due, `participant` would have `gain_minutes` more."""

    participant: str
    of: str
    gain_minutes: NonNegativeInt


class Wish(NamedTuple):
    """Sessions of one participant that the same places suit: when, which hosts, worth of each, how many."""

    times: "Union"
    hosts: frozenset[str]
    worth: int


class Union:
    """A union of intervals that can be asked whether something overlaps it."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(intervals):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether some interval shares a slot with ``[start, end)``."""
        at = bisect_right(self._ends, start)
        return at < len(self._starts) and self._starts[at] < end


def envies(problem: Problem, placements: Iterable[Placement], due: Mapping[str, int]) -> Iterator[Envy]:
    """Yield every envy of more than one session; `due` is in learner-minutes, by participant."""
    held: dict[str, Counter[tuple[str, tuple[Interval, ...]]]] = defaultdict(Counter)
    granted: dict[str, int] = defaultdict(int)
    for placement in placements:
        activity = problem.activity_by_id[placement.activity]
        who = problem.request_by_id[activity.request].participant
        granted[who] += activity.learner_minutes
        role = problem.place_role_of[activity.id]
        if role is not None:
            held[who][placement.resources[role], placement.meetings] += 1
    wishes = _wishes(problem, {name for name, minutes in due.items() if granted[name] < minutes})
    for name in sorted(wishes):
        mine = wishes[name]
        largest = max(wish.worth for wish in mine)
        for other in sorted(held):
            if other == name or not due.get(other):
                continue
            value = _value(mine, held[other])
            gain = min(value * due[name] // due[other], due[name]) - granted[name]
            if gain > largest:
                yield Envy(participant=name, of=other, gain_minutes=gain)


def _wishes(problem: Problem, names: set[str]) -> dict[str, Counter[Wish]]:
    """Return what could serve the sessions of these participants, with how many of each there are."""
    forbidden: dict[tuple[str, str], set[str]] = defaultdict(set)
    windows: dict[str, list[tuple[Interval, ...]]] = defaultdict(list)
    for _, kind, params in parsed(problem):
        if kind.stage != "hard":
            continue
        for primitive in kind.lower(problem, params):
            if isinstance(primitive, Forbidden):
                forbidden[primitive.activity, primitive.role] |= primitive.resources
            elif isinstance(primitive, Window) and not primitive.on_tags:
                for activity_id in primitive.activities:
                    windows[activity_id].append(primitive.windows)
    unions: dict[tuple[str, tuple[int, ...]], Union] = {}
    found: dict[str, Counter[Wish]] = defaultdict(Counter)
    for activity in problem.activities:
        who = problem.request_by_id[activity.request].participant
        role = problem.place_role_of[activity.id]
        if who not in names or role is None:
            continue
        candidates = next(r.candidates for r in activity.requirements if r.role == role)
        hosts = {c.resource for c in problem.candidate_sets[candidates]}
        inside = windows.get(activity.id, [])
        key = (activity.times, tuple(map(id, inside)))
        if key not in unions:
            unions[key] = Union(_possible(problem, activity, inside))
        allowed = frozenset(hosts - forbidden.get((activity.id, role), set()))
        found[who][Wish(unions[key], allowed, activity.learner_minutes)] += 1
    return found


def _possible(
    problem: Problem, activity: Activity, inside: Iterable[tuple[Interval, ...]]
) -> Iterator[Interval]:
    """Yield the meetings of those options that lie within windows, each meeting within one of each."""
    reaching = []
    for windows in inside:
        ordered = sorted(windows)
        reach = list(accumulate((end for _, end in ordered), max))
        reaching.append(([start for start, _ in ordered], reach))

    def within(meeting: Interval, starts: list[int], reach: list[int]) -> bool:
        at = bisect_right(starts, meeting[0])
        return at > 0 and reach[at - 1] >= meeting[1]

    for option in problem.option_sets[activity.times]:
        if all(within(meeting, *windows) for windows in reaching for meeting in option.meetings):
            yield from option.meetings


def _value(mine: Counter[Wish], theirs: Counter[tuple[str, tuple[Interval, ...]]]) -> int:
    """Return the worth of the best of these sessions that find a place each among those held."""
    wishes = sorted(mine, key=lambda wish: -wish.worth)
    room: Counter[frozenset[int]] = Counter()
    for (host, meetings), count in theirs.items():
        suits = frozenset(
            i
            for i, wish in enumerate(wishes)
            if host in wish.hosts and any(wish.times.overlaps(*meeting) for meeting in meetings)
        )
        if suits:
            room[suits] += count
    places = sorted(room, key=sorted)
    reach = [[k for k, suits in enumerate(places) if i in suits] for i in range(len(wishes))]
    free = [room[suits] for suits in places]
    used: list[dict[int, int]] = [defaultdict(int) for _ in places]

    def place(i: int, seen: set[int]) -> bool:
        for k in reach[i]:
            if k in seen:
                continue
            seen.add(k)
            if free[k]:
                free[k] -= 1
                used[k][i] += 1
                return True
            for j in list(used[k]):
                if used[k][j] and j != i and place(j, seen):
                    used[k][j] -= 1
                    used[k][i] += 1
                    return True
        return False

    value = 0
    for i, wish in enumerate(wishes):
        for _ in range(mine[wish]):
            if not place(i, set()):
                break
            value += wish.worth
    return value
