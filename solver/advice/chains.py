"""What has to move so that a wanted placement fits: an ejection chain, as steps."""

import random
from time import monotonic

from solver.advice.desk import Changes, Desk
from solver.advice.documents import Chain, Cost, Step
from solver.engine.model import Choice, Template
from solver.engine.state import State
from solver.engine.times import bits_of, lowest
from solver.problem import Problem
from solver.solution import Placement

_DEPTH = 3
_MOST_MOVED = 24
_CHOICES_TRIED = 8
_OPTIONS_TRIED = 3
_MOST_HOLDERS = 4
_TRIES = 12

Place = tuple[int, Choice]


class Chains:
    """Finds chains of repairs on a desk; the same seed gives the same chain when time allows all tries."""

    def __init__(self, desk: Desk, *, seconds: float = 1.0, seed: int = 1) -> None:
        self.desk = desk
        self._seconds = seconds
        self._seed = seed

    def placing(self, placement: Placement) -> Chain | None:
        """Return the cheapest chain found that puts an activity where it is wanted; None: none was found.

        Cheapest is: the least worth that falls out of the plan, higher classes first, then the fewest moves.
        """
        desk = self.desk
        if not desk.compiled:
            return None
        template = desk.template(placement.activity)
        wanted = desk.position(template, placement)
        if wanted is None:
            return None
        activity = desk.at[placement.activity]
        best: tuple[tuple[int, ...], Changes] | None = None
        until = monotonic() + self._seconds
        for attempt in range(_TRIES):
            with desk.trying() as state:
                if state.at[activity] is not None:
                    state.remove(activity)
                search = Ejection(desk, state, random.Random(self._seed + attempt))
                # First without any further move: no chain may come out worse than that.
                if search.put(activity, wanted, _DEPTH if attempt else 0):
                    best = self._better(best, state)
            if (best is not None and best[0] == (0,) * len(best[0])) or monotonic() > until:
                break
        return None if best is None else self.told(best[1])

    def _better(
        self, best: tuple[tuple[int, ...], Changes] | None, state: State
    ) -> tuple[tuple[int, ...], Changes] | None:
        changes = self.desk.settled(state)
        price = price_of(self.desk, changes)
        if (best is None or price < best[0]) and not self.desk.breaches(changes):
            return price, changes
        return best

    def told(self, changes: Changes) -> Chain:
        """Return changes as a chain."""
        cost = cost_of(self.desk, changes)
        return Chain(steps=cost.moved, lost=cost.lost, terms=self.desk.terms(changes))


def price_of(desk: Desk, changes: Changes) -> tuple[int, ...]:
    """Return what changes cost those who had a place: worth that falls out by class, then moves."""
    lost = [0] * len(desk.problem.priorities)
    moves = 0
    for name, placement in changes.items():
        if name not in desk.plan:
            continue
        if placement is None:
            activity = desk.problem.activity_by_id[name]
            request = desk.problem.request_by_id[activity.request]
            lost[desk.problem.priorities.index(request.priority)] += activity.learner_minutes
        else:
            moves += 1
    return (*lost, moves)


def cost_of(desk: Desk, changes: Changes, problem: Problem | None = None) -> Cost:
    """Return the steps of changes, those that fall out last, and what they cost."""
    of = problem or desk.problem
    steps = [
        Step(activity=name, before=desk.plan.get(name), after=placement)
        for name, placement in changes.items()
        if name in of.activity_by_id
    ]
    steps.sort(key=lambda step: step.after is None)
    lost = [name for name, placement in changes.items() if placement is None and name in desk.plan]
    return Cost(
        moved=tuple(steps),
        lost=tuple(map(desk.holder, lost)),
        lost_learner_minutes=sum(desk.problem.activity_by_id[name].learner_minutes for name in lost),
    )


class Ejection:
    """Places activities in a state and finds others new places; what finds none stays out."""

    def __init__(self, desk: Desk, state: State, rng: random.Random) -> None:
        self.desk = desk
        self.state = state
        self.rng = rng
        self.fixed: set[int] = set()
        self._left = _MOST_MOVED

    def put(self, activity: int, where: Place, depth: int = _DEPTH) -> bool:
        """Put an activity exactly here, and who stands there elsewhere; False, and no change: impossible."""
        state, model = self.state, self.state.model
        template = model.templates[model.template_of[activity]]
        option, choice = where
        if not state.possible(template, choice) or not state.fixed_mask(template, choice) >> option & 1:
            return False
        holders = state.blockers(template, option, choice)
        if holders & self.fixed:
            return False
        out = self._take_out(holders)
        if not state.fits(template, option, choice):
            for other, place in out.items():
                state.place(other, *place)
            return False
        self._left -= len(out)
        state.place(activity, option, choice)
        self.fixed.add(activity)
        whole: set[int] = set()
        for other in sorted(out, key=lambda a: self._rank(a)):
            bundle = model.templates[model.template_of[other]].bundle
            if bundle < 0:
                self.replace(other, out[other], depth)
            elif bundle not in whole:
                whole.add(bundle)
                self._replace_whole([a for a in model.bundles[bundle] if a in out], out)
        return True

    def _rank(self, activity: int) -> tuple[int, int, int]:
        template = self.state.model.templates[self.state.model.template_of[activity]]
        return (template.priority, -template.worth, activity)

    def _take_out(self, activities: set[int]) -> dict[int, Place]:
        model, out = self.state.model, {}
        for activity in sorted(activities):
            bundle = model.templates[model.template_of[activity]].bundle
            for member in [activity] if bundle < 0 else model.bundles[bundle]:
                if self.state.at[member] is not None:
                    out[member] = self.state.remove(member)
        return out

    def _replace_whole(self, members: list[int], out: dict[int, Place]) -> None:
        state, model = self.state, self.state.model
        done: list[int] = []
        for member in members:
            place = self.nearest(model.templates[model.template_of[member]], out[member])
            if place is None:
                for other in done:
                    state.remove(other)
                return
            state.place(member, *place)
            done.append(member)

    def replace(self, activity: int, was: Place | None, depth: int) -> bool:
        """Give an activity a free place near where it was, or, with depth left, one that few others hold."""
        template = self.state.model.templates[self.state.model.template_of[activity]]
        place = self.nearest(template, was)
        if place is not None:
            self.state.place(activity, *place)
            return True
        if depth <= 0 or self._left <= 0:
            return False
        contested = self.contested(template)
        return contested is not None and self.put(activity, contested, depth - 1)

    def nearest(self, template: Template, was: Place | None) -> Place | None:
        """Return the free place that differs least: same time, then near in time, then cheap."""
        state, meetings = self.state, template.bits.meetings
        best: tuple[tuple[int, int, int], Place] | None = None
        for choice, mask in state.feasible(template):
            for option in _around(mask, was[0] if was is not None else 0):
                away = abs(meetings[option][0][0] - meetings[was[0]][0][0]) if was is not None else option
                moved = 0 if was is None else sum(a != b for a, b in zip(choice, was[1], strict=True))
                rest, _ = state.price(template, option, choice)
                key = (away, moved, rest)
                if best is None or key < best[0]:
                    best = key, (option, choice)
        return None if best is None else best[1]

    def contested(self, template: Template) -> Place | None:
        """Return a place that others hold, of some the one whose holders count least."""
        state, rng = self.state, self.rng
        best: tuple[float, Place] | None = None
        if any(not role.seats for role in template.roles):
            return None
        for _ in range(_CHOICES_TRIED):
            choice = tuple(rng.randrange(len(role.seats)) for role in template.roles)
            mask = state.fixed_mask(template, choice)
            if not mask or not state.possible(template, choice):
                continue
            options = list(bits_of(mask))
            for option in rng.sample(options, min(_OPTIONS_TRIED, len(options))):
                holders = state.blockers(template, option, choice)
                if not holders or holders & self.fixed or len(holders) > _MOST_HOLDERS:
                    continue
                weight = sum(self._weight(holder) for holder in holders) * (0.7 + 0.6 * rng.random())
                if best is None or weight < best[0]:
                    best = weight, (option, choice)
        return None if best is None else best[1]

    def _weight(self, activity: int) -> float:
        template = self.state.model.templates[self.state.model.template_of[activity]]
        return template.worth * 4.0**-template.priority


def _around(mask: int, option: int) -> list[int]:
    """Return the options of a mask that are nearest to one from below and from above."""
    found = []
    if below := mask & ((2 << option) - 1):
        found.append(below.bit_length() - 1)
    if above := mask >> option:
        found.append(lowest(above) + option)
    return found
