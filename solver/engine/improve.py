"""Better plans from a plan: ejection chains, and taking out what is near and putting it back otherwise."""

import math
from bisect import bisect_left
from collections.abc import Sequence

from solver.engine.company import mend, settle
from solver.engine.insertion import Inserter
from solver.engine.model import Choice, Model, Template
from solver.engine.objective import Aim, Worth, lacking, rank, worth
from solver.engine.state import State
from solver.engine.times import bits_of

_DEPTH = 4
_EJECTED_AT_MOST = 24
_SIDEWAYS = 0.3
"""Chance of a change that costs no coverage but something else, while there is heat."""
_FOR_WORST = 0.7
"""Chance that a chain serves one of the worst-off, once plans are compared by fair shares."""
_NEXT_WORST = 0.4
"""Chance to pass over one of the worst-off for the next."""
_AT_COST_OF_WORSE = 8.0
"""How much more a place weighs whose holder would then be no better off than the one it is taken for."""
_ALL = 1000
_FOR_QUOTAS = 0.2
"""Chance that a chain serves what a quota lacks, while one does."""
_SETTLED = 0.5
"""Chance that a change serves what hard limits lack, while they do."""
_BELOW_FLOOR = 4.0
"""How much more a place weighs of a class that can give up nothing."""


class Improver:
    """Local search on one state; every step leaves a plan that keeps all rules.

    Attributes
    ----------
    aim
        What plans are compared by.
    heat
        Learner-minutes whose loss is accepted with a chance of about a third; 0: no loss at all.
    """

    def __init__(self, inserter: Inserter, templates: Sequence[Template] | None = None) -> None:
        """Search over `templates`, all of the model by default."""
        self.inserter = inserter
        self.state: State = inserter.state
        self.model: Model = inserter.state.model
        self.rng = inserter.rng
        self.heat = 0.0
        self.aim = Aim()
        self._least_share = -1  # thousandths of whom a chain serves; below 0: of nobody in particular
        hopeless = {t.bundle for t in self.model.templates if t.dead} - {-1}
        meant = self.model.templates if templates is None else templates
        self._alive = [t for t in meant if not t.dead and t.bundle not in hopeless]
        self._owed = [t for t in self._alive if t.owed]

    def step(self) -> bool:
        """Try one change; tell whether it was kept."""
        state = self.state
        before = worth(state)
        state.trail.clear()
        # A step is work even when it finds nothing to try: counted work must come to an end.
        self.inserter.tried += 1
        self.inserter.noise = 0.3
        if before.lacks and self.rng.random() < _SETTLED:
            done = self._settle()
        else:
            done = self._eject() if self.rng.random() < 0.7 else self._ruin()
        if done:
            self._make_whole()
            # What left may have broken a limit; no step leaves more broken than there was.
            if mend(state, -before.lacks) and self._accepted(before, worth(state)):
                return True
        state.undo()
        return False

    def _settle(self) -> bool:
        """Place what a limit lacks, now and then after one that is placed has left."""
        kept = self.model.kept
        placed = [a for a, there in enumerate(self.state.at) if there is not None and a not in kept]
        if placed and self.rng.random() < _SETTLED:
            self._take_out({self.rng.choice(placed)})
        return settle(self.state, self.inserter.hurried)

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
        self._least_share = -1
        fair = self.aim.floors is not None and self.rng.random() < _FOR_WORST
        waiting = self._of_worst_off() if fair else self._waiting()
        if waiting is None:
            return False
        budget = [_EJECTED_AT_MOST]
        fixed = set(self.model.kept)
        return all(self._force(template, _DEPTH, fixed, budget) for template in self._group(waiting))

    def _group(self, template: Template) -> list[Template]:
        """Return the templates of which one activity more each has to be placed together with this one."""
        if template.bundle < 0:
            return [template]
        missing = [a for a in self.model.bundles[template.bundle] if self.state.at[a] is None]
        return [self.model.templates[self.model.template_of[a]] for a in missing]

    def _waiting(self) -> Template | None:
        """Return a random template with something waiting; higher classes more often."""
        if self._owed and self.rng.random() < _FOR_QUOTAS:
            owing = [t for t in self._owed if self.state.waiting[t.index] and lacking(self.state, t)]
            if owing:
                return self.rng.choice(owing)
        candidates = [t for t in self._alive if self.state.waiting[t.index]]
        if not candidates:
            return None
        a, b = self.rng.choice(candidates), self.rng.choice(candidates)
        return min(a, b, key=lambda t: rank(self.state, t))

    def _of_worst_off(self) -> Template | None:
        """Return a random template with something waiting of one of the worst-off participants."""
        waiting: dict[int, list[Template]] = {}
        for template in self._alive:
            if template.granted and self.state.waiting[template.index]:
                for participant, _ in template.granted:
                    waiting.setdefault(participant, []).append(template)
        shares = sorted((self._share(who, 0), who) for who in waiting if who in self.model.targets)
        wanting = [(share, who) for share, who in shares if share < _ALL]
        if not wanting:
            return None
        at = 0
        while at + 1 < len(wanting) and self.rng.random() < _NEXT_WORST:
            at += 1
        self._least_share, who = wanting[at]
        return self.rng.choice(waiting[who])

    def _share(self, participant: int, lost: int) -> int:
        """Thousandths of its target that a participant has after a loss of learner-minutes."""
        return (self.state.granted[participant] - lost) * _ALL // self.model.targets[participant]

    def _force(self, template: Template, depth: int, fixed: set[int], budget: list[int]) -> bool:
        state = self.state
        mark = len(state.trail)
        if self.inserter.put(template):
            fixed.update(activity for activity, _, _, placed in state.trail[mark:] if placed)
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
        for other in sorted(lost, key=lambda t: (rank(state, t), -t.worth)):
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
            total += self._fair_weight(t) if self._least_share >= 0 else t.worth * 4.0 ** -self._class(t)
        return total

    def _class(self, t: Template) -> int:
        """Return the class of a holder, before all others while a quota would lack it."""
        state = self.state
        short = any(state.reserved[q] - worth < self.model.quotas[q] for q, worth in t.owed)
        return -1 if short else t.priority

    def _fair_weight(self, t: Template) -> float:
        """Return what a place weighs that is taken for a worst-off participant."""
        weight = float(t.worth)
        floors = self.aim.floors
        if floors is not None and self.state.served[t.priority] - t.worth < floors[t.priority]:
            weight *= _BELOW_FLOOR
        for participant, lost in t.granted:
            if participant in self.model.targets and self._share(participant, lost) <= self._least_share:
                weight *= _AT_COST_OF_WORSE
        return weight

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
            if activity not in self.model.kept:
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
            return sorted(templates, key=lambda t: (rank(self.state, t), -t.worth * (0.8 + 0.4 * random())))
        return sorted(templates, key=lambda _: random())
