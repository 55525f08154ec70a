"""Proofs and better repairs: exact models of a growing part of the plan around what has changed.

Every solve gives a lower bound for all repairs (see `repair_model`). Activities whose leaving would pay are
taken into the part; when none is left outside, the model's plan is the best repair there is.
"""

import time

from solver.engine.budget import Budget
from solver.engine.nodes import Node
from solver.engine.peer import Peer
from solver.engine.repair_cuts import CutModel
from solver.engine.repair_ground import Ground, Spot
from solver.engine.repair_model import Found
from solver.engine.repair_partner import Better, LostAtLeast
from solver.engine.repair_prices import Prices
from solver.engine.repair_survey import Survey, Surveyor
from solver.engine.repair_tariff import Tariff
from solver.engine.repair_walls import INFINITE, pairs, scarce

_ANYTHING = 1e12
_DEARER = (2, 6, 20)
"""D that may be spent on saving hours at first, as multiples of that of what is lost."""
_PART_AT_MOST = 60
_CUTS_AT_MOST = 40
_SOLVE_AT_MOST_S = 1.4
_LOOK_UP_S = 0.01
_WORTH_A_RESCUE = 3
"""What may be moved more for a session that gets a place again, in units of what its loss costs."""
_BESIDE_PARTNER = 0.35
"""Share of the budget until which models seek a place for what is lost before the partner is waited for."""

Clash = tuple[Node | None, dict[int, Spot]]
"""A node, and where activities would be that it does not allow together."""


class Exact:
    """Improves the plan of a ground and bounds what any repair costs.

    Attributes
    ----------
    bound
        Price, by the tariff, of every repair that loses no more learner-minutes than the plan in the state.
    lost_bound
        Learner-minutes that every repair loses.
    """

    def __init__(
        self, ground: Ground, tariff: Tariff, prices: Prices, budget: Budget, peer: Peer | None = None
    ) -> None:
        self.ground = ground
        self._peer = peer or Peer()
        self._waits = self._peer.there
        self.tariff = tariff
        self.prices = prices
        self._budget = budget
        self._least: dict[int, float] = {}
        self._elsewhere: list[float] = []
        self._cuts: list[Clash] = []
        self.bound = 0
        self.lost_bound = 0

    def _look(self) -> None:
        """Note the least D of everything elsewhere, being left out included while something is."""
        ground = self.ground
        some = bool(self.lost())
        self._elsewhere = [
            min(full, self.tariff.price(a, None)) if some and full < INFINITE else full
            for a, full in enumerate(self.prices.full)
        ]
        self._least = {
            w: min(self._elsewhere[w], self.tariff.price(w, ground.state.at[w])) for w in ground.wanted
        }
        self.bound = max(self.bound, int(sum(self._least.values())))

    def _adopt(self) -> None:
        """Go on from the partner's plan, if that loses less at a bearable change, or changes less."""
        bounded = self._peer.take(LostAtLeast)
        if bounded is not None:
            self.lost_bound, self._waits = max(self.lost_bound, bounded.minutes), False
        better = self._peer.take(Better)
        if better is None:
            return
        ground, here = self.ground, self.ground.state.snapshot()
        if any(better.spots[a] != here[a] for a in ground.frozen):
            return
        now, out, moved = (self._owing(), self.lost_minutes()), self._out(), self._moved()
        ground.state.restore(better.spots)
        after = (self._owing(), self.lost_minutes())
        more = self._moved() - moved
        if after > now or more > (_WORTH_A_RESCUE * (out - self._out()) if after < now else 0):
            ground.state.restore(here)
        ground.state.trail.clear()
        for activity, (was, now_at) in enumerate(zip(here, ground.state.at, strict=True)):
            if was != now_at:
                self.prices.refresh(activity)
                self._cuts.clear()

    def change(self) -> int:
        """Return what the plan in the state costs by the tariff."""
        ground = self.ground
        return sum(self.tariff.price(a, ground.state.at[a]) for a in ground.placed)

    def _moved(self) -> int:
        """Return what it costs by the tariff that sessions are elsewhere."""
        spots = self.ground.state.at
        return sum(self.tariff.price(a, spots[a]) for a in self.ground.placed if spots[a] is not None)

    def _out(self) -> int:
        """Return what it costs by the tariff that sessions have no place."""
        return sum(self.tariff.price(a, None) or self.ground.template(a).size for a in self.lost())

    def _owing(self) -> int:
        """Return the learner-minutes by which the plan misses quotas."""
        state = self.ground.state
        return sum(
            max(0, target - met) for target, met in zip(state.model.quotas, state.reserved, strict=True)
        )

    def lost(self) -> list[int]:
        """Return what is wanted or was placed and has no place."""
        ground = self.ground
        return [a for a in sorted({*ground.wanted, *ground.placed}) if ground.state.at[a] is None]

    def lost_minutes(self) -> int:
        """Return the learner-minutes of what has no place."""
        return sum(self.ground.template(a).worth for a in self.lost())

    # --- change -------------------------------------------------------------------------------------------

    def minimise_change(self, until: float) -> None:
        """Lower D, with no more lost than now, until it is proved least or a share of the budget is used."""
        grown: set[int] = set()
        self._look()
        while not self._budget.over(until):
            self._adopt()
            self._look()
            best = self.change()
            if self.bound >= best:
                return
            spare = best - 1 - sum(self._least.values())
            core = self._core()
            if not core:
                self.bound = best
                return
            if len(core) > 2 * _PART_AT_MOST:
                # Looking at so many takes longer than there is; the partner lowers D further.
                self._watch(until)
                return
            give = self._give(spare)
            surveys = self._part(core | grown, give, spare, self._least)
            model = CutModel(
                self.ground, self.tariff, surveys, give, self._elsewhere, may_lose=bool(self.lost())
            )
            self._limit(model, self.lost_minutes())
            outside = sum(int(v) for w, v in self._least.items() if w not in model.known)
            found = self._solve(model, best - outside, until)
            self.bound = max(self.bound, min(best, found.bound + outside))
            if found.status == "infeasible":
                self.bound = best
                return
            if found.status == "unknown":
                self._within(model, best - outside, until)
                return
            if found.left:
                more = set(found.left) - set(surveys)
                grown |= more
                if len(surveys) > 4 * _PART_AT_MOST or not more:
                    return
                continue
            if self.change() >= best:
                return

    def _watch(self, until: float) -> None:
        """Take over what the partner finds, for a share of the budget."""
        while self._peer.there and not self._budget.over(until):
            time.sleep(_LOOK_UP_S)
            self._adopt()

    def _core(self) -> set[int]:
        """Return what costs more than it would at its best: the part has to hold it."""
        ground = self.ground
        core = {w for w in ground.wanted if self.tariff.price(w, ground.state.at[w]) > self._least[w]}
        core |= {w for w in ground.wanted if ground.state.at[w] is None}
        core |= {
            a
            for a in ground.placed - ground.frozen - set(ground.wanted)
            if self.tariff.price(a, ground.state.at[a]) > 0
        }
        return self._with_groups(core)

    def _with_groups(self, activities: set[int]) -> set[int]:
        """Return activities with the others of their all-or-none groups, if some may have no place."""
        if not self.lost():
            return activities
        groups = [m for m in self.ground.model.bundles if activities.intersection(m)]
        return activities | {a for m in groups for a in m} - self.ground.frozen

    def _give(self, spare: float) -> list[float]:
        """Return what each activity adds at least when it leaves; infinite beyond what can be spared."""
        give = []
        for activity, full in enumerate(self._elsewhere):
            more = full - self._least.get(activity, 0.0)
            give.append(
                INFINITE if more > spare or self.ground.state.at[activity] is None else max(0.0, more)
            )
        return give

    def _part(
        self, core: set[int], give: list[float], spare: float, least: dict[int, float]
    ) -> dict[int, Survey]:
        """Return surveys of the core, after those around it that cannot give way were told from the rest."""
        for last in (False, True):
            surveyor = Surveyor(self.ground, self.tariff, give)
            surveys = {a: surveyor.survey(a, spare + least.get(a, 0.0)) for a in sorted(core)}
            if last or spare >= _ANYTHING / 2:
                break
            around = {b for a in core for b in surveyor.blockers(a, surveys[a])} - core
            firm = [
                b
                for b in sorted(around)
                if surveyor.survey(b, spare + least.get(b, 0.0)).reach > spare + least.get(b, 0.0)
            ]
            if not firm:
                break
            for activity in firm:
                give[activity] = INFINITE
        return surveys

    # --- what is lost --------------------------------------------------------------------------------

    def minimise_lost(self, until: float) -> None:
        """Place what has no place, whatever it takes, until that is proved impossible or time is up.

        Exact models come first at little cost, where few spots are worth a look; then the partner, who minds
        no cost, has its say; then models at more cost, at last at any.
        """
        self._count_hopeless()
        grown: set[int] = set()
        for times in (*_DEARER, INFINITE):
            first = self._waits and times == _DEARER[0]
            stop = min(until, _BESIDE_PARTNER) if first else until
            while (lost := self._lost_now()) and not self._budget.over(stop):
                self._look()
                unit = max(self.tariff.price(a, None) or self.ground.template(a).size for a in lost)
                if not self._save(lost, times * unit if times < INFINITE else None, grown, stop):
                    break
            while self._waits and self._peer.there and self._lost_now() and not self._budget.over(until):
                time.sleep(_LOOK_UP_S)
            if not self._lost_now():
                return

    def _count_hopeless(self) -> None:
        """Bound what is lost by what has no spot even if all that may move had left."""
        self._look()
        surveyor = Surveyor(self.ground, self.tariff, self._give(_ANYTHING))
        nowhere = 0
        for activity in self.lost():
            if self._budget.over(_BESIDE_PARTNER):
                return
            if not surveyor.survey(activity, _ANYTHING).options.any():
                nowhere += self.ground.template(activity).worth
                self.lost_bound = max(self.lost_bound, nowhere)

    def _lost_now(self) -> list[int]:
        """Return what has no place, the partner's newest plan taken into account; none if none can have."""
        self._adopt()
        lost = self.lost()
        return lost if self.lost_minutes() > self.lost_bound else []

    def _save(self, lost: list[int], spare: float | None, grown: set[int], until: float) -> bool:
        """Lose less than now, D growing by no more than can be spared; tell whether it may be tried again.

        Without a limit the answer that there is no such plan is a proof.
        """
        now = self.lost_minutes()
        most = self.change() + (_ANYTHING if spare is None else spare)
        beyond = most - sum(self._least.values())
        while not self._budget.over(until):
            give = self._give(beyond)
            part = self._with_groups({*self._core(), *lost, *grown})
            surveys = self._part(part, give, beyond, self._least)
            hopeless = [a for a in lost if not surveys[a].options.any()]
            if spare is None:
                nowhere = sum(self.ground.template(a).worth for a in hopeless)
                self.lost_bound = max(self.lost_bound, nowhere)
            if len(hopeless) == len(lost):
                return False
            model = CutModel(self.ground, self.tariff, surveys, give, self._elsewhere, may_lose=True)
            self._limit(model, now - 1)
            outside = sum(int(v) for w, v in self._least.items() if w not in model.known)
            per_lost = 0 if spare is None else int(beyond) + 1
            found = self._solve(model, int(most) - outside, until, per_lost)
            if found.status == "infeasible":
                if spare is None:
                    self.lost_bound = max(self.lost_bound, now)
                return False
            more = set(found.left) - set(surveys)
            if found.status == "unknown" or len(surveys) + len(more) > 3 * _PART_AT_MOST:
                self._within(model, int(most) - outside, until, per_lost)
                return False
            if not more:
                # With a weight on it no more than this can be saved within the limit.
                return spare is None and self.lost_minutes() < now
            grown |= more
        return False

    def _limit(self, model: CutModel, minutes: int) -> None:
        """Let a plan lose no more than so many learner-minutes, and owe quotas no more than now."""
        model.lose_at_most(minutes)
        state = self.ground.state
        for quota, target in enumerate(state.model.quotas):
            # Those that are out now are part of the model, and count for nothing yet.
            model.serve_at_least(quota, min(target, state.reserved[quota]))

    # --- solving -------------------------------------------------------------------------------------

    def _solve(self, model: CutModel, below: int, until: float, per_lost: int = 0) -> Found:
        """Solve, and cut off plans that break rules which the model leaves out, until one can be taken."""
        for clash in self._cuts:
            model.cut(*clash)
        for _ in range(_CUTS_AT_MOST):
            seconds = self._left(until)
            if not self._budget.deterministic:
                # A solve is not interrupted; whoever stops the repair waits for it.
                seconds = min(seconds, _SOLVE_AT_MOST_S)
            found = model.solve(below, seconds, self._budget.deterministic, per_lost)
            self._budget.spend(found.work)
            if found.status not in ("optimal", "feasible") or found.left:
                return found
            clashes = self.take(found.spots)
            if not clashes:
                return found
            for clash in clashes:
                model.cut(*clash)
            self._cuts += clashes
            if self._budget.over(until):
                break
        return found._replace(status="unknown")

    def _within(self, model: CutModel, below: int, until: float, per_lost: int = 0) -> None:
        """Look for a better plan inside the part alone."""
        model.nobody_leaves()
        self._solve(model, below, until, per_lost)

    def _left(self, until: float) -> float:
        """Return seconds, or units, until a share of the budget is used; a little at least."""
        if self._budget.used <= 0:
            return max(0.05, until * self._budget.left_s())
        whole = self._budget.left_s() / max(1e-9, 1 - min(0.999, self._budget.used))
        return max(0.05, (until - self._budget.used) * whole)

    def take(self, spots: dict[int, Spot | None]) -> list[Clash]:
        """Bring activities to their spots; where they clash, change nothing and return the clashes."""
        ground, state = self.ground, self.ground.state
        moving = {a: s for a, s in spots.items() if state.at[a] != s}
        here = state.snapshot()
        clashes: list[Clash] = []
        for activity in moving:
            if state.at[activity] is not None:
                state.remove(activity)
        for activity, spot in moving.items():
            if spot is None:
                continue
            if state.fits(ground.template(activity), *spot):
                state.place(activity, *spot)
            else:
                clashes.append(self._clash(activity, spot))
        if clashes:
            state.restore(here)
            state.trail.clear()
            return clashes
        state.trail.clear()
        for activity in moving:
            self.prices.refresh(activity)
        if moving:
            self._cuts.clear()
        return []

    def _clash(self, activity: int, spot: Spot) -> Clash:
        """Return a node and activities that cannot all be where they are with this one at a spot."""
        ground, state = self.ground, self.ground.state
        template = ground.template(activity)
        option, choice = spot
        alone = {activity: spot}
        if not state.fixed_mask(template, choice) >> option & 1 or not state.possible(template, choice):
            return None, alone
        for node, payload in state.footprint(template, choice):
            if not node.blocked(template.bits, payload) >> option & 1:
                continue
            others = sorted(node.holders(template.bits, option, payload))
            for other, mask in sorted(pairs(node, template.bits, payload).items()):
                if mask >> option & 1:
                    others = [other]
                    break
            for row in scarce(ground, node, template.bits, payload):
                if row.mask >> option & 1:
                    others = self._enough(row.users, row.limit - row.amount)
                    break
            there = {o: at for o in others if (at := state.at[o]) is not None}
            return node, alone | there
        raise AssertionError("a spot that does not fit is blocked by no rule")

    def _enough(self, users: tuple[tuple[int, int], ...], limit: int) -> list[int]:
        """Return users whose amounts together exceed a limit, those with much first."""
        chosen, total = [], 0
        for user, amount in sorted(users, key=lambda u: (-u[1], u[0])):
            chosen.append(user)
            total += amount
            if total > limit:
                break
        return chosen
