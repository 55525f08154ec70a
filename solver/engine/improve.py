"""Better plans from a plan: ejection chains, and taking out what is near and putting it back otherwise."""

import math
from bisect import bisect_left

from solver.engine.insertion import Inserter
from solver.engine.model import Choice, Model, Template
from solver.engine.objective import Aim, Worth, worth
from solver.engine.state import State
from solver.engine.times import bits_of

_DEPTH = 4
_EJECTED_AT_MOST = 24
_SIDEWAYS = 0.3
"""Chance of a change that costs no coverage but something else, while there is heat."""


class Improver:
    """Local search on one state; every step leaves a plan that keeps all rules.

    Attributes
    ----------
    aim
        What plans are compared by.
    heat
        Learner-minutes whose loss is accepted with a chance of about a third; 0: no loss at all.
    """

    def __init__(self, inserter: Inserter) -> None:
        self.inserter = inserter
        self.state: State = inserter.state
        self.model: Model = inserter.state.model
        self.rng = inserter.rng
        self.heat = 0.0
        self.aim = Aim()
        hopeless = {t.bundle for t in self.model.templates if t.dead} - {-1}
        self._alive = [t for t in self.model.templates if not t.dead and t.bundle not in hopeless]

    def step(self) -> bool:
        """Try one change; tell whether it was kept."""
        state = self.state
        before = worth(state)
        state.trail.clear()
        # A step is work even when it finds nothing to try: counted work must come to an end.
        self.inserter.tried += 1
        self.inserter.noise = 0.3
        done = self._eject() if self.rng.random() < 0.7 else self._ruin()
        if done:
            self._make_whole()
            if self._accepted(before, worth(state)):
                return True
        state.undo()
        return False

    def _make_whole(self) -> None:
        """Complete or empty the all-or-none groups that the change touched."""
        state, model = self.state, self.model
        touched = {model.templates[model.template_of[activity]].bundle for activity, *_ in state.trail}
        for bundle in sorted(touched - {-1}):
            members = model.bundles[bundle]
            placed = [activity for activity in members if state.at[activity] is not None]
            if not placed or len(placed) == len(members):
                continue
            for activity in placed:
                state.remove(activity)
            self.inserter.bundle(bundle)

    def _accepted(self, before: Worth, now: Worth) -> bool:
        old, new = self.aim(before), self.aim(now)
        if new >= old:
            return True
        if not self.heat:
            return False
        for had, has in zip(old[0], new[0], strict=True):
            if has != had:
                return self.rng.random() < math.exp(min(0.0, (has - had) / self.heat))
        return self.rng.random() < _SIDEWAYS

    # --- ejection chains -----------------------------------------------------------------------------

    def _eject(self) -> bool:
        """Place one waiting activity; what stands in its way finds another place or stays out."""
        waiting = self._waiting()
        if waiting is None:
            return False
        budget = [_EJECTED_AT_MOST]
        fixed: set[int] = set()
        return all(self._force(template, _DEPTH, fixed, budget) for template in self._group(waiting))

    def _group(self, template: Template) -> list[Template]:
        """Return the templates of which one activity more each has to be placed together with this one."""
        if template.bundle < 0:
            return [template]
        missing = [a for a in self.model.bundles[template.bundle] if self.state.at[a] is None]
        return [self.model.templates[self.model.template_of[a]] for a in missing]

    def _waiting(self) -> Template | None:
        """Return a random template with something waiting; higher classes more often."""
        candidates = [t for t in self._alive if self.state.waiting[t.index]]
        if not candidates:
            return None
        a, b = self.rng.choice(candidates), self.rng.choice(candidates)
        return min(a, b, key=lambda t: t.priority)

    def _force(self, template: Template, depth: int, fixed: set[int], budget: list[int]) -> bool:
        state = self.state
        found = self.inserter.find(template)
        if found is not None:
            activity = state.waiting[template.index][-1]
            state.place(activity, *found)
            fixed.add(activity)
            return True
        if not depth or budget[0] <= 0:
            return False
        place = self._contested(template, fixed)
        if place is None:
            return False
        option, choice, holders = place
        budget[0] -= len(holders)
        bundles = self._take_out(holders)
        if not state.fits(template, option, choice):
            return False
        activity = state.waiting[template.index][-1]
        state.place(activity, option, choice)
        fixed.add(activity)
        lost = [self.model.templates[self.model.template_of[h]] for h in holders]
        for other in sorted(lost, key=lambda t: (t.priority, -t.worth)):
            if other.bundle < 0:
                self._force(other, depth - 1, fixed, budget)
        for bundle in bundles:
            if bundle != template.bundle:
                self.inserter.bundle(bundle)
        return True

    def _take_out(self, activities: set[int]) -> list[int]:
        """Take activities out, with the whole of every all-or-none group; return these groups."""
        bundles = []
        for activity in sorted(activities):
            bundle = self.model.templates[self.model.template_of[activity]].bundle
            group = [activity]
            if bundle >= 0 and bundle not in bundles:
                bundles.append(bundle)
                group = self.model.bundles[bundle]
            for other in group:
                if self.state.at[other] is not None:
                    self.state.remove(other)
        return bundles

    def _contested(self, template: Template, fixed: set[int]) -> tuple[int, Choice, set[int]] | None:
        """Return a place that few others hold: of some that one rule denies, that of the least weight."""
        state, rng = self.state, self.rng
        bits = template.bits
        best: tuple[float, int, Choice, set[int]] | None = None
        for choice in self._some_choices(template, 6):
            mask = state.fixed_mask(template, choice)
            if not mask:
                continue
            once = twice = 0
            lines = state.footprint(template, choice)
            for node, payload in lines:
                blocked = node.blocked(bits, payload)
                twice |= once & blocked
                once |= blocked
            for wanted in (mask & once & ~twice, mask & twice):
                if not wanted:
                    continue
                for _ in range(3):
                    option = self._any(wanted)
                    holders = state.blockers(template, option, choice)
                    if not holders or holders & fixed or len(holders) > 4:
                        continue
                    weight = self._weight(holders) * (0.7 + 0.6 * rng.random())
                    if best is None or weight < best[0]:
                        best = (weight, option, choice, holders)
                break
        return None if best is None else best[1:]

    def _weight(self, holders: set[int]) -> float:
        total = 0.0
        for holder in holders:
            t = self.model.templates[self.model.template_of[holder]]
            total += t.worth * 4.0**-t.priority
        return total

    def _some_choices(self, template: Template, count: int) -> list[Choice]:
        found = []
        for _ in range(count):
            choice = tuple(self.rng.randrange(len(role.seats)) for role in template.roles)
            if self.state.possible(template, choice):
                found.append(choice)
        return found

    def _any(self, mask: int) -> int:
        options = list(bits_of(mask))
        return self.rng.choice(options)

    # --- ruin and recreate -----------------------------------------------------------------------------

    def _ruin(self) -> bool:
        """Empty some resources for some days, and fill them again in another order."""
        state, rng = self.state, self.rng
        resources = [r for r, node in enumerate(self.model.exclusive_of) if node is not None and node.uses]
        if not resources:
            return False
        node = self.model.exclusive_of[rng.choice(resources)]
        assert node is not None
        start = rng.choice(node.uses)[0]
        length = rng.choice((1, 2, 7)) * self.model.problem.grid.slots_per_day
        first = bisect_left(node.uses, (start,))
        out: list[int] = []
        for begin, _, _, activity in node.uses[first:]:
            if begin >= start + length or len(out) >= 12:
                break
            out.append(activity)
        out = list(dict.fromkeys(out))
        templates = {self.model.template_of[a] for a in out}
        self._take_out(set(out))
        near = [t for t in self._alive if state.waiting[t.index] and t.index not in templates]
        wanted = [self.model.templates[t] for t in templates] + rng.sample(near, min(len(near), 8))
        for template in self._shuffled(wanted):
            self.inserter.fill(template)
        return True

    def _shuffled(self, templates: list[Template]) -> list[Template]:
        """Return templates in a random order: mostly by class and about by size, sometimes any."""
        random = self.rng.random
        if random() < 0.7:
            return sorted(templates, key=lambda t: (t.priority, -t.worth * (0.8 + 0.4 * random())))
        return sorted(templates, key=lambda _: random())
