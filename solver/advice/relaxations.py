"""The smallest changes of the problem that would place what has no place, each verified by the checker."""

import random
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from time import process_time
from typing import Literal, TypeAlias

from solver.advice.chains import Ejection, price_of
from solver.advice.desk import Changes, Desk, same
from solver.advice.documents import Cost, Relaxation, Step
from solver.advice.variant import Unfit, Variant
from solver.amendment import Amendment
from solver.engine.exclusions import Fixed, Held
from solver.engine.model import Choice, Template
from solver.engine.state import State
from solver.engine.times import bits_of
from solver.errors import InvalidProblem
from solver.problem import Activity, Problem
from solver.rules import parsed
from solver.rules.base import Relief
from solver.solution import Placement

_TRIES = 3
_MOST = 8
_MOST_LOSSY = 3
"""Relaxations for which others would lose their place: so many are enough to see what that comes to."""

Ranking = tuple[int, ...]
Bearing: TypeAlias = Literal["nothing", "moves", "losses"]
_BEARINGS: tuple[Bearing, ...] = ("nothing", "moves", "losses")


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
        mine = desk.problem.activities_of[request]
        self.waiting: list[Activity] = [a for a in mine if a.id not in desk.plan]
        self._placed = [a for a in mine if a.id in desk.plan]

    def found(self) -> tuple[Relaxation, ...]:
        """Return relaxations, those that cost others least first, then those that place most."""
        done: list[Relaxation] = []
        climbed: set[tuple[int, str]] = set()
        lossy = 0
        left = list(self.reliefs())
        # First what moves nobody; what needs others to move, or to give way, takes longer to find.
        for bearing in _BEARINGS:
            failed: list[tuple[int, Relief]] = []
            for rule, relief in left:
                if process_time() > self.until:
                    self.complete = False
                    break
                if relief.ladder and (rule, relief.ladder) in climbed:
                    continue
                if bearing == "losses" and lossy == _MOST_LOSSY:
                    break
                relaxation = self.tried((rule,), relief, bearing)
                lossy += relaxation is not None and bearing == "losses"
                if relaxation is None:
                    failed.append((rule, relief))
                else:
                    climbed.add((rule, relief.ladder))
                    done.append(relaxation)
            left = failed
            if bearing == "nothing":
                done += self._combined(failed)
        done.sort(key=self._rank)
        return tuple(done[:_MOST])

    def _combined(self, failed: Sequence[tuple[int, Relief]]) -> list[Relaxation]:
        """Return what giving up all wishes of one kind together comes to, where no single one is enough."""
        wishes = [(rule, relief) for rule, relief in failed if relief.own and relief.narrowed is not None]
        if len(wishes) < 2 or process_time() > self.until:
            return []
        relaxation = self.tried([rule for rule, _ in wishes], together([r for _, r in wishes]), "nothing")
        return [] if relaxation is None else [relaxation]

    def _rank(self, relaxation: Relaxation) -> tuple[int, int, int]:
        cost = relaxation.cost
        return (cost.lost_learner_minutes, len(cost.moved), -relaxation.placed)

    def reliefs(self) -> Iterator[tuple[int, Relief]]:
        """Yield what the rules offer that exclude something: those that exclude most first."""
        problem = self.desk.problem
        rules = parsed(problem)
        for rule in self._excluding():
            found = rules[rule]
            for relief in found.kind.relaxations(problem, found.rule, found.params, self.waiting):
                yield rule, relief

    def _excluding(self) -> list[int]:
        """Return positions of the rules that keep what is waiting from its places."""
        desk = self.desk
        found: dict[int, float] = {}
        templates = {desk.template(a.id).index: a for a in self.waiting}
        for index, activity in templates.items():
            template = desk.model.templates[index]
            fixed = Fixed(desk.state, template, activity)
            share = [(n / max(1, fixed.total), rule) for n, rule in fixed.ranked() if n]
            if fixed.left():
                held = Held(desk.state, template)
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

    def tried(self, rules: Collection[int], relief: Relief, bearing: Bearing) -> Relaxation | None:
        """Return the relaxation that a relief of some rules comes to; None: it places nothing.

        `bearing` is what others may have to bear: nothing, a move elsewhere, or in the end the loss of their
        place, as little of it as was found.
        """
        desk, names = self.desk, [a.id for a in self.waiting]
        variant = Variant(self.desk, relief.amendment, rules, names)
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
            if bearing == "losses" and not desk.breaches(changes):
                # Others giving way is enough: nothing would have to be relaxed.
                return None
            kind = parsed(self.desk.problem)[min(rules)].kind.kind
            found = self._verified(kind, relief, variant.problem, changes)
            if bearing == "losses" and found is not None and self._enough(changes, found.placed):
                return None
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

    def _verified(self, kind: str, relief: Relief, amended: Problem, changes: Changes) -> Relaxation | None:
        """Return the relaxation if the checker accepts the plan under it, narrowed as far as it goes."""
        desk = self.desk
        mine = [p for name, p in changes.items() if p is not None and self._own(name)]
        if relief.narrowed is not None:
            narrow = relief.narrowed(mine)
            problem = narrow.amendment.applied(desk.problem)
            if not desk.breaches(changes, problem):
                relief, amended = narrow, problem
            elif desk.breaches(changes, amended):
                return None
        elif desk.breaches(changes, amended):
            return None
        # Numbered anew, a session may stand where another of the request stood: what is new comes first.
        held = {_content(p) for p in desk.plan.values() if self._own(p.activity)}
        placed = sum(1 for p in mine if p.activity not in desk.plan)
        asked = sum(1 for a in amended.activities_of[self.request] if a.id not in desk.plan)
        return Relaxation(
            rule=kind,
            code=relief.code,
            facts=relief.facts,
            amendment=relief.amendment,
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
        lost = [step.activity for step in steps if step.after is None]
        return Cost(
            moved=tuple(sorted(steps, key=lambda step: step.after is None)),
            lost=tuple(map(desk.holder, lost)),
            lost_learner_minutes=sum(desk.problem.activity_by_id[name].learner_minutes for name in lost),
        )


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


def together(reliefs: Sequence[Relief]) -> Relief:
    """Return several reliefs of one kind as one; it says what the one that opens most says."""

    def narrowed(placements: Sequence[Placement]) -> Relief:
        return together([r if r.narrowed is None else r.narrowed(placements) for r in reliefs])

    widest = max(reliefs, key=lambda r: int(r.facts.get("times", 0)))
    rules = tuple(rule for r in reliefs for rule in r.amendment.rules)
    return Relief(widest.code, widest.facts, Amendment(rules=rules), own=True, narrowed=narrowed)


def _distance(start: int, asked: list[int]) -> int:
    """Return how far a start lies from the nearest of sorted ones."""
    at = bisect_left(asked, start)
    return min((abs(start - other) for other in asked[max(0, at - 1) : at + 1]), default=start)


def _content(placement: Placement) -> tuple[object, ...]:
    return (placement.meetings, *sorted(placement.resources.items()))
