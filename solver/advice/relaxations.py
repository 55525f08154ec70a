"""The smallest changes of the problem that would place what has no place, each verified by the checker."""

import random
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from time import process_time
from typing import Literal, TypeAlias

from solver.advice.chains import Ejection, price_of
from solver.advice.desk import Changes, Desk, same
from solver.advice.documents import Cost, Relaxation, Step, Way
from solver.advice.givings import Giving, Together, together
from solver.advice.variant import Unfit, Variant
from solver.amendment import Amendment
from solver.engine.exclusions import Fixed, Held
from solver.engine.model import Choice, Template
from solver.engine.state import State
from solver.engine.times import bits_of
from solver.errors import InvalidProblem
from solver.problem import Activity
from solver.rules import parsed
from solver.rules.reliefs import TIMES
from solver.solution import Placement

_TRIES = 3
_MOST = 8
_MOST_LOSSY = 3
"""Relaxations for which others would lose their place: so many are enough to see what that comes to."""

_MOST_PAIRS = 3

Ranking = tuple[int, ...]
Givings: TypeAlias = tuple[Giving, ...]
Bearing: TypeAlias = Literal["nothing", "moves", "losses"]


class Relaxer:
    """Seeks relaxations for what a request has unplaced, until so many seconds of this process are spent.

    Attributes
    ----------
    complete
        Nothing was left out for want of time.
    """

    def __init__(self, desk: Desk, request: str, until: float) -> None:
        self.desk = desk
        self.request = request
        self.until = until
        self.complete = True
        self._free = 0
        """How many have a place with nothing relaxed, if others move."""
        self._walls: list[tuple[Fixed, Held | None]] = []
        self._climbed: set[frozenset[tuple[int, str]]] = set()
        mine = desk.problem.activities_of[request]
        self.waiting: list[Activity] = [a for a in mine if a.id not in desk.plan]
        self._placed = [a for a in mine if a.id in desk.plan]

    def found(self) -> tuple[Relaxation, ...]:
        """Return relaxations, those that cost others least first, then those that place most.

        What moves nobody is looked for first; what needs others to move, or to give way, takes longer to
        find. Two rules give way together where no single one is enough without loss for others. Where nothing
        has to give, since there is a place or others can move, that is the first; the rest place more.
        """
        free = self.tried((), "nothing") or self.tried((), "moves")
        if free is not None and free.placed >= free.asked:
            return (free,)
        singles: list[Givings] = [(giving,) for giving in self.reliefs()]
        done, left = self._sought(singles, "nothing", self.until)
        done += self._wishes(left)
        moving, left = self._sought(left, "moves", self.until)
        done = done + moving or self._pairs(left)
        done += self._sought(left, "losses", self.until, _MOST_LOSSY)[0]
        if free is not None:
            done.append(free)
        done.sort(key=self._rank)
        return tuple(done[:_MOST])

    def _sought(
        self, ways: Sequence[Givings], bearing: Bearing, until: float, most: int | None = None
    ) -> tuple[list[Relaxation], list[Givings]]:
        """Return relaxations, at most so many, and what gave none."""
        done: list[Relaxation] = []
        failed: list[Givings] = []
        for number, givings in enumerate(ways):
            if process_time() > until:
                self.complete = False
                return done, [*failed, *ways[number:]]
            rungs = frozenset(giving.rung for giving in givings)
            if rungs in self._climbed:
                continue
            if len(done) == most:
                break
            relaxation = self.tried(givings, bearing)
            if relaxation is None:
                failed.append(givings)
            else:
                self._climbed.add(rungs)
                done.append(relaxation)
        return done, failed

    def _wishes(self, failed: Sequence[Givings]) -> list[Relaxation]:
        """Return what giving up all wishes of one kind together comes to, where no single one is enough."""
        wishes = [giving for (giving,) in failed if giving.relief.own and giving.relief.narrowed is not None]
        if len(wishes) < 2:
            return []
        return self._sought([tuple(wishes)], "nothing", self.until)[0]

    def _pairs(self, failed: Sequence[Givings]) -> list[Relaxation]:
        """Return pairs that are enough together, in half of the time left.

        Those come first whose rules alone keep it from some place, then what excludes most.
        """
        now = process_time()
        if now > self.until:
            self.complete = False
            return []
        until = (now + self.until) / 2
        # Several reliefs of one rule ask the same.
        opens = cache(self._opens)
        ranked = [
            (process_time() > until or not opens(frozenset((a.rule, b.rule))), i + j, i, (a, b))
            for (i, (a,)), (j, (b,)) in combinations(enumerate(failed), 2)
            if a.rung != b.rung
        ]
        pairs: list[Givings] = [pair for *_, pair in sorted(ranked, key=lambda row: row[:3])]
        done, pairs = self._sought(pairs, "nothing", until, _MOST_PAIRS)
        return done or self._sought(pairs, "moves", until, _MOST_PAIRS)[0]

    def _opens(self, rules: frozenset[int]) -> bool:
        """Tell whether something waiting may have a place if these rules said nothing.

        What they add, another room or a smaller group, is not looked at.
        """
        for fixed, held in self._walls:
            left = fixed.left(rules)
            # Of a place that is excluded for good nobody knows who would hold it.
            if left and (held is None or left > fixed.left() or held.left(rules)):
                return True
        return False

    def _rank(self, relaxation: Relaxation) -> tuple[int, int, int]:
        cost = relaxation.cost
        return (cost.lost_learner_minutes, len(cost.moved), -relaxation.placed)

    def reliefs(self) -> Iterator[Giving]:
        """Yield what the rules offer that exclude something: those that exclude most first."""
        problem = self.desk.problem
        rules = parsed(problem)
        for rule in self._excluding():
            found = rules[rule]
            for relief in found.kind.relaxations(problem, found.rule, found.params, self.waiting):
                yield Giving(rule, relief)

    def _excluding(self) -> list[int]:
        """Return positions of the rules that keep what is waiting from its places."""
        desk = self.desk
        found: dict[int, float] = {}
        templates = {desk.template(a.id).index: a for a in self.waiting}
        for index, activity in templates.items():
            template = desk.model.templates[index]
            fixed = Fixed(desk.state, template, activity)
            share = [(n / max(1, fixed.total), rule) for n, rule in fixed.ranked() if n]
            held = Held(desk.state, template) if fixed.left() else None
            self._walls.append((fixed, held))
            if held is not None:
                # Who excludes what was left is nearer to the reason than who excludes most.
                share += [(1 + n / max(1, held.total), rule) for n, rule in held.ranked()]
            else:
                share = [(part + (2 if rule in fixed.core() else 0), rule) for part, rule in share]
            for part, rule in share:
                found[rule] = max(part, found.get(rule, 0.0))
            if template.bundle >= 0:
                found[desk.model.lowered.presences[template.bundle][0]] = 3.0
        return sorted(found, key=lambda rule: (-found[rule], rule))

    # --- one relaxation ---------------------------------------------------------------------------------

    def tried(self, givings: Givings, bearing: Bearing) -> Relaxation | None:
        """Return the relaxation that rules giving way together come to; None: it places nothing.

        `bearing` is what others may have to bear: nothing, a move elsewhere, or in the end the loss of their
        place, as little of it as was found.
        """
        desk, names = self.desk, [a.id for a in self.waiting]
        whole = self._together(givings)
        if whole is None:
            return None
        rules = {giving.rule for giving in givings}
        variant = Variant(desk, whole.amendment, rules, names)
        try:
            with variant.grafted() as state:
                finder = Finder(self.desk, variant, state)
                if bearing == "nothing":
                    changes = finder.inserted(variant.whole)
                else:
                    own = {desk.at[a.id] for a in self._placed} if bearing == "losses" else None
                    changes = finder.ejected(variant.whole, self.until, own)
            if not changes:
                return None
            if givings and not desk.breaches(changes):
                # Others moving or giving way is enough: nothing would have to be relaxed.
                if bearing == "losses":
                    return None
                givings, whole = (), Together((), Amendment(), desk.problem)
            found = self._verified(givings, whole, changes)
            if found is None or found.placed <= self._free:
                return None
            if bearing == "losses" and self._enough(changes, found.placed):
                return None
            if not givings:
                self._free = found.placed
            return found
        except (Unfit, InvalidProblem):
            # Another rule names what the amendment takes away.
            return None

    def _enough(self, changes: Changes, placed: int) -> bool:
        """Tell whether as many have a place, with nothing relaxed, once others have given way like this."""
        desk, names = self.desk, [a.id for a in self.waiting]
        others = {name: place for name, place in changes.items() if not self._own(name)}
        variant = Variant(desk, Amendment(), (), names)
        with variant.grafted() as state:
            for name in others:
                if state.at[desk.at[name]] is not None:
                    state.remove(desk.at[name])
            for name, place in others.items():
                template = desk.template(name)
                where = None if place is None else desk.position(template, place)
                if where is not None and state.fits(template, *where):
                    state.place(desk.at[name], *where)
                elif place is not None:
                    return False
            found = Finder(desk, variant, state).inserted(variant.whole)
        return sum(place is not None and name in names for name, place in found.items()) >= placed

    def _together(
        self, givings: Sequence[Giving], placements: Sequence[Placement] | None = None
    ) -> Together | None:
        return together(self.desk.problem, self.request, self.desk.plan, givings, placements)

    def _verified(self, givings: Givings, whole: Together, changes: Changes) -> Relaxation | None:
        """Return the relaxation if the checker accepts the plan under it, narrowed as far as it goes."""
        desk, rules = self.desk, parsed(self.desk.problem)
        mine = [p for name, p in changes.items() if p is not None and self._own(name)]

        def enough(some: Sequence[Giving]) -> Together | None:
            found = self._together(some, mine)
            return None if found is None or desk.breaches(changes, found.problem) else found

        narrow = enough(givings)
        if narrow is not None:
            whole = narrow
        elif all(giving.relief.narrowed is None for giving in givings) or desk.breaches(
            changes, whole.problem
        ):
            return None
        for giving in givings if len(givings) > 1 else ():
            # What is found together may not need all of it.
            fewer = [other for other in givings if other is not giving]
            if fewer and (spared := enough(fewer)) is not None:
                whole, givings = spared, tuple(fewer)
        amended = whole.problem
        # Numbered anew, a session may stand where another of the request stood: what is new comes first.
        held = {_content(p) for p in desk.plan.values() if self._own(p.activity)}
        placed = sum(1 for p in mine if p.activity not in desk.plan)
        asked = sum(1 for a in amended.activities_of[self.request] if a.id not in desk.plan)
        return Relaxation(
            ways=_told(Way(rule=rules[r].kind.kind, code=f.code, facts=f.facts) for r, f in whole.givings),
            amendment=whole.amendment,
            placed=placed,
            asked=asked,
            placements=tuple(sorted(mine, key=lambda p: (_content(p) in held, p.meetings, p.activity))),
            cost=self._cost(changes),
        )

    def _own(self, name: str) -> bool:
        activity = self.desk.problem.activity_by_id.get(name)
        return activity is None or activity.request == self.request

    def _cost(self, changes: Changes) -> Cost:
        """Return what others bear; the request's own sessions may be numbered anew."""
        desk = self.desk
        steps = [
            Step(activity=name, before=desk.plan.get(name), after=placement)
            for name, placement in changes.items()
            if not self._own(name) and not same(placement, desk.plan.get(name))
        ]
        held = {(self._alike(step), _content(step.before)) for step in steps if step.before is not None}
        renumbered = [
            step
            for step in steps
            if step.after is not None and (self._alike(step), _content(step.after)) in held
        ]
        moved = [step for step in steps if step not in renumbered]
        lost = [step.activity for step in moved if step.after is None]
        return Cost(
            moved=tuple(sorted(moved, key=lambda step: step.after is None)),
            renumbered=tuple(renumbered),
            lost=tuple(map(desk.holder, lost)),
            lost_learner_minutes=sum(desk.problem.activity_by_id[name].learner_minutes for name in lost),
        )

    def _alike(self, step: Step) -> int:
        """Return what sessions have in common that nothing but their number tells apart."""
        return self.desk.template(step.activity).index


class Finder:
    """Places the activities of a variant: by insertion, or by moving others without loss."""

    def __init__(self, desk: Desk, variant: Variant, state: State) -> None:
        self.desk = desk
        self.variant = variant
        self.state = state
        self._distances: dict[int, list[int]] = {}

    def inserted(self, whole: bool) -> Changes:
        """Return changes that place as many as fit, nobody else moving; none when `whole` and some do not."""
        count = 0
        for template, _ in self.variant.templates:
            for activity in template.activities:
                place = self._best(template)
                if place is None:
                    break
                self.state.place(activity, *place)
                count += 1
        if not count or (whole and count < self._asked_for()):
            self.state.undo()
            return {}
        return self.settled()

    def ejected(self, whole: bool, until: float, kept: Collection[int] | None = None) -> Changes:
        """Return changes that place one more, or all when `whole`, after moving others.

        Nobody falls out, unless it is said which activities are `kept` from it: then the changes are those
        found by which the least worth falls out.
        """
        best: tuple[tuple[int, ...], Changes] | None = None
        for attempt in range(_TRIES):
            if process_time() > until:
                break
            search = Ejection(self.desk, self.state, random.Random(attempt))
            search.fixed |= set(kept or ())
            count = 0
            for template, _ in self.variant.templates:
                for activity in template.activities[: None if whole else 1]:
                    place = self._best(template) or search.contested(template)
                    if place is not None and search.put(activity, place):
                        count += 1
            if count and (not whole or count == self._asked_for()):
                changes = self.settled()
                price = price_of(self.desk, changes)
                if not any(price[:-1]):
                    return changes
                if kept is not None and (best is None or price < best[0]):
                    best = price, changes
            self.state.undo()
        return {} if best is None else best[1]

    def _asked_for(self) -> int:
        return sum(len(template.activities) for template, _ in self.variant.templates)

    def _best(self, template: Template) -> tuple[int, Choice] | None:
        """Return the free place nearest to the time that was asked for, then the cheapest."""
        state, meetings = self.state, template.bits.meetings
        best: tuple[Ranking, tuple[int, Choice]] | None = None
        away = self.away(template)
        for choice, mask in state.feasible(template):
            for option in bits_of(mask):
                key = (away[option], *state.price(template, option, choice), meetings[option][0][0])
                if best is None or key < best[0]:
                    best = key, (option, choice)
        return None if best is None else best[1]

    def away(self, template: Template) -> list[int]:
        """For each option how far its first start lies from the nearest time that was asked for."""
        found = self._distances.get(template.index)
        if found is None:
            old = self.desk.model.templates[self._origin(template)].bits.meetings
            asked = sorted({meetings[0][0] for meetings in old})
            found = [_distance(meetings[0][0], asked) for meetings in template.bits.meetings]
            self._distances[template.index] = found
        return found

    def _origin(self, template: Template) -> int:
        return next(origin for t, origin in self.variant.templates if t is template)

    def settled(self) -> dict[str, Placement | None]:
        """Return how the state differs from the plan, sessions of one chain numbered in order of time."""
        changes = self.desk.settled(self.state)
        for template, origin in self.variant.templates:
            if template.index not in self.variant.added:
                self._renumber(changes, template, origin)
        return self.desk.complete(changes, self.variant.problem)

    def _renumber(self, changes: dict[str, Placement | None], template: Template, origin: int) -> None:
        """Give the sessions of an old template and of its new one their numbers together."""
        problem, plan = self.state.model.problem, self.desk.plan
        family = [*self.state.model.templates[origin].activities, *template.activities]
        names = [problem.activities[a].id for a in sorted(set(family), key=self._order)]
        there = {n: changes.get(n, plan.get(n)) for n in names}
        used = [n for n in names if there[n] is not None]
        places = sorted((p for p in there.values() if p is not None), key=lambda p: p.meetings)
        for name, place in zip(used, places, strict=True):
            numbered = place.model_copy(update={"activity": name})
            if same(numbered, plan.get(name)):
                changes.pop(name, None)
            else:
                changes[name] = numbered

    def _order(self, activity: int) -> tuple[int, int]:
        return (self.state.model.problem.activities[activity].index, activity)


def _told(ways: Iterable[Way]) -> tuple[Way, ...]:
    """Return what gives way; of several that open the same from the same time on the one that opens most."""
    found: dict[tuple[object, ...], Way] = {}
    for way in ways:
        what = sorted((name, fact) for name, fact in way.facts.items() if name != TIMES)
        key = (way.rule, way.code, *what)
        if key not in found or int(found[key].facts.get(TIMES, 0)) < int(way.facts.get(TIMES, 0)):
            found[key] = way
    return tuple(found.values())


def _distance(start: int, asked: list[int]) -> int:
    """Return how far a start lies from the nearest of sorted ones."""
    at = bisect_left(asked, start)
    return min((abs(start - other) for other in asked[max(0, at - 1) : at + 1]), default=start)


def _content(placement: Placement) -> tuple[object, ...]:
    return (placement.meetings, *sorted(placement.resources.items()))
