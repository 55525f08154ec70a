"""Proofs and better repairs: exact models of a growing part of the plan around what has changed.

Every solve gives a lower bound for all repairs (see `repair_model`). Activities whose leaving would pay are
taken into the part; when none is left outside, the model's plan is the best repair there is.
"""

from solver.engine.budget import Budget
from solver.engine.nodes import Node
from solver.engine.peer import Peer
from solver.engine.repair_cuts import CutModel
from solver.engine.repair_ground import Ground, Spot
from solver.engine.repair_model import Bill, Found
from solver.engine.repair_partner import Better
from solver.engine.repair_prices import Leaving, Prices
from solver.engine.repair_survey import ANYTHING, Parts, Surveyor
from solver.engine.repair_tariff import Tariff
from solver.engine.repair_walls import INFINITE, pairs, scarce

_PART_AT_MOST = 40
_CUTS_AT_MOST = 40
_SOLVE_AT_MOST_S = 2.0
_WITHIN = 0.1
"""Share of the budget that looking for a better plan inside a part may take before the part grows."""
_HOPELESS_UNTIL = 0.35
"""Share of the budget that telling what can have no place at all may take."""

Clash = tuple[Node | None, dict[int, Spot]]
"""A node, and where activities would be that it does not allow together."""


class Exact:
    """Improves the plan of a ground and bounds what any repair costs.

    Attributes
    ----------
    bound
        Price, by the tariff, of every repair; with `within` of those that lose no more learner-minutes than
        the plan in the state, and cost no more by the tariff there.
    """

    def __init__(
        self,
        ground: Ground,
        tariff: Tariff,
        prices: Prices,
        budget: Budget,
        peer: Peer | None = None,
        *,
        within: "Exact | None" = None,
    ) -> None:
        self.ground = ground
        self._peer = peer or Peer()
        self.tariff = tariff
        self.prices = prices
        self._budget = budget
        self._kept = within
        self._concerned = ground.concerned
        self._out = [tariff.price(a, None) for a in range(len(ground.before))]
        self._hopeless: set[int] = set()
        self._least: dict[int, float] = {}
        self._elsewhere: list[float] = []
        self._cuts: list[Clash] = []
        self._parts = Parts(ground, tariff)
        self.bound = 0

    @property
    def lost_bound(self) -> int:
        """Learner-minutes of what can have no place, wherever all that may move were."""
        return sum(self.ground.template(a).worth for a in self._hopeless)

    def _look(self) -> None:
        """Note the least price of everything elsewhere, being left out included."""
        if self._kept is not None:
            self._kept._look()
        ground = self.ground
        self._elsewhere = [
            INFINITE
            if a in ground.frozen
            else self._out[a]
            if a in self._hopeless
            else min(full, self._out[a])
            for a, full in enumerate(self.prices.full)
        ]
        self._least = {
            w: min(self._elsewhere[w], self.tariff.price(w, ground.state.at[w])) for w in ground.wanted
        }
        self.bound = max(self.bound, int(sum(self._least.values())))

    def adopt(self) -> None:
        """Go on from the partner's plan, if that misses quotas by less, or by as much and costs less."""
        better = self._peer.take(Better)
        if better is None:
            return
        ground, here = self.ground, self.ground.state.snapshot()
        if any(better.spots[a] != here[a] for a in ground.frozen):
            return
        now = (self.ground.owing(), self.change())
        self.prices.bring(better.spots)
        if (self.ground.owing(), self.change()) >= now:
            self.prices.bring(here)
        elif here != better.spots:
            self._cuts.clear()

    def change(self) -> int:
        """Return what the plan in the state costs by the tariff."""
        return sum(self.tariff.price(a, self.ground.state.at[a]) for a in self._concerned)

    def lost(self) -> list[int]:
        """Return what is wanted or was placed and has no place."""
        return self.ground.lost()

    def lost_minutes(self) -> int:
        """Return the learner-minutes of what has no place."""
        return self.ground.lost_minutes()

    # --- change -------------------------------------------------------------------------------------------

    def minimise_change(self, until: float) -> None:
        """Lower the price until it is proved least, a part is too large, or a share of the budget is used."""
        grown: set[int] = set()
        self._look()
        self._tell_hopeless()
        while not self._budget.over(until):
            self.adopt()
            self._look()
            best = self.change()
            if self.bound >= best:
                return
            spare = best - 1 - sum(self._least.values())
            core = self._core()
            if not core:
                self.bound = best
                return
            if len(core) > _PART_AT_MOST:
                return
            leaving = self._leaving(spare)
            part = self._parts.of(self.ground.with_groups(core | grown), leaving, self._allowed(spare))
            model = CutModel(self.ground, part, self._bills(leaving))
            self._limit(model)
            found = self._solve(model, best, until)
            self.bound = max(self.bound, min(best, found.bound))
            if found.status == "infeasible":
                self.bound = best
                return
            if found.status == "unknown":
                self._within(model, best, until)
                return
            if found.left:
                more = set(found.left) - set(part)
                grown |= more
                if len(part) > 2 * _PART_AT_MOST or not more:
                    return
                self._within(model, best, min(until, self._budget.used + _WITHIN))
                continue
            if self.change() >= best:
                return

    def _core(self) -> set[int]:
        """Return what costs more than it would at its best: the part has to hold it."""
        ground, price = self.ground, self.tariff.price
        kept = set() if self._kept is None else self._kept._core()
        return kept | {
            a
            for a in self._concerned
            if a not in ground.frozen and price(a, ground.state.at[a]) > self._least.get(a, 0.0)
        }

    def _leaving(self, spare: float) -> Leaving:
        """Return what it adds at least that activities leave, as far as so much can be spared."""
        base = [self._least.get(a, 0.0) for a in range(len(self._elsewhere))]
        least = []
        for activity, (full, paid) in enumerate(zip(self._elsewhere, base, strict=True)):
            stuck = full - paid > spare or self.ground.state.at[activity] is None
            least.append(INFINITE if stuck else max(0.0, full - paid))
        return Leaving(self.ground, least, self._elsewhere, self.prices.ways, self._out, base, spare)

    def _bills(self, leaving: Leaving) -> list[Bill]:
        """Return what is to be lowered, and what is not to grow."""
        bills = [Bill(self.tariff, leaving)]
        if self._kept is not None:
            kept = self._kept
            spare = kept.change() - sum(kept._least.values())
            bills.append(Bill(kept.tariff, kept._leaving(spare), kept.change()))
        return bills

    def _allowed(self, spare: float) -> list[float]:
        """Return what each activity may cost at most in a better plan."""
        return [spare + self._least.get(a, 0.0) for a in range(len(self._elsewhere))]

    def _tell_hopeless(self) -> None:
        """Tell what has no spot even if all that may move had left."""
        surveyor = Surveyor(self.ground, self.tariff, self._leaving(ANYTHING))
        for activity in self.lost():
            if self._budget.over(_HOPELESS_UNTIL):
                return
            if not surveyor.survey(activity, ANYTHING).options.any():
                self._hopeless.add(activity)

    def _limit(self, model: CutModel) -> None:
        """Let a plan owe quotas no more than now, and lose no more hours if they are to be kept."""
        if self._kept is not None:
            model.lose_at_most(self.lost_minutes())
        state = self.ground.state
        for quota, target in enumerate(state.model.quotas):
            # Those that are out now are part of the model, and count for nothing yet.
            model.serve_at_least(quota, min(target, state.reserved[quota]))

    # --- solving -------------------------------------------------------------------------------------

    def _solve(self, model: CutModel, below: int, until: float) -> Found:
        """Solve, and cut off plans that break rules which the model leaves out, until one can be taken."""
        for clash in self._cuts:
            model.cut(*clash)
        for _ in range(_CUTS_AT_MOST):
            seconds = self._left(until)
            if not self._budget.deterministic:
                # A solve is not interrupted; whoever stops the repair waits for it.
                seconds = min(seconds, _SOLVE_AT_MOST_S)
            found = model.solve(below, seconds, self._budget.deterministic)
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

    def _within(self, model: CutModel, below: int, until: float) -> None:
        """Look for a better plan inside the part alone."""
        model.nobody_leaves()
        self._solve(model, below, until)

    def _left(self, until: float) -> float:
        """Return seconds, or units, until a share of the budget is used; a little at least."""
        return max(0.05, self._budget.left_until(until))

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
            if self._kept is not None:
                self._kept.prices.refresh(activity)
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
