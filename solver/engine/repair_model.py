"""An exact model of a part of a repair: some activities with all their spots, all others stay or leave.

What stays binds the rest exactly; where it goes when it leaves is left out, so the optimum is a lower bound
on every repair. It is one when nothing has left and the plan keeps the rules that the model leaves out.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.loads import PeriodLoad
from solver.engine.model import Template
from solver.engine.nodes import Exclusive, Node, Order, Spacing
from solver.engine.repair_ground import Ground, Spot
from solver.engine.repair_survey import Bound, Part, Survey
from solver.engine.repair_tariff import Tariff
from solver.engine.repair_walls import INFINITE, as_array, load_of, pairs, scarce

Var = cp_model.IntVar

_BUILT = 0.01
"""Work of building and handing over the model, for each expanded activity."""


class Found(NamedTuple):
    """Outcome of one solve of the model.

    `bound` is proved for every repair within the cut-off; `spots` of the expanded activities (None: out) and
    what has `left`, if a plan was found. `work` is counted in about seconds of one processor.
    """

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    bound: int
    spots: dict[int, Spot | None]
    left: list[int]
    work: float


@dataclass(slots=True)
class Item:
    """Variables of one expanded activity."""

    activity: int
    template: Template
    times: dict[int, Var]
    seats: list[dict[int, Var] | int]
    placed: Var
    out: Var
    start: Var | None
    span: int


class PartModel:
    """Built once for a set of activities; cuts may be added between solves."""

    def __init__(
        self,
        ground: Ground,
        tariff: Tariff,
        part: Part,
        full: list[float],
    ) -> None:
        self.ground = ground
        self._tariff = tariff
        self._give = part.give
        self._full = full
        self.model = cp_model.CpModel()
        self._items: dict[int, Item] = {}
        self._stays: dict[int, Var] = {}
        self._costs: list[tuple[Var, int]] = []
        self._constant = 0
        self._surveys = part.surveys
        self._lines: dict[Node, list[tuple[Item, Bound]]] = defaultdict(list)
        for activity, survey in part.surveys.items():
            self._expand(activity, survey)
        for activity, survey in part.surveys.items():
            self._bind(self._items[activity], survey)
        self._bind_together()
        self._bind_groups()

    @property
    def known(self) -> set[int]:
        """Activities that the model speaks of."""
        return {*self._items, *self._stays}

    # --- variables -------------------------------------------------------------------------------

    def _stay(self, activity: int) -> Var:
        """Whether an activity stays where it is."""
        if activity not in self._stays:
            stays = self._stays[activity] = self.model.new_bool_var("")
            here = self._tariff.price(activity, self.ground.state.at[activity])
            if activity not in self._surveys:
                # Elsewhere it costs at least this; where, is left open.
                elsewhere = int(self._full[activity])
                self._costs.append((stays, here - elsewhere))
                self._constant += elsewhere
            else:
                self._costs.append((stays, here))
        return self._stays[activity]

    def _expand(self, activity: int, survey: Survey) -> None:
        ground, model = self.ground, self.model
        template = ground.template(activity)
        placed = model.new_bool_var("")
        options = [int(o) for o in np.flatnonzero(survey.options)] if all(survey.seats) else []
        times = {o: model.new_bool_var("") for o in options}
        model.add(sum(times.values()) == placed)
        seats: list[dict[int, Var] | int] = []
        fixed = 0
        for role, positions in zip(template.roles, survey.seats, strict=True):
            if len(positions) == 1:
                seat = role.seats[positions[0]]
                fixed += self._tariff.seat(seat)
                seats.append(positions[0])
                continue
            row = {k: model.new_bool_var("") for k in positions}
            model.add(sum(row.values()) == placed)
            for k, var in row.items():
                seat = role.seats[k]
                self._costs.append((var, self._tariff.seat(seat)))
            seats.append(row)
        at_option = self._tariff.options(activity)
        for option, var in times.items():
            self._costs.append((var, int(at_option[option]) + fixed))
        out = model.new_bool_var("")
        self._costs.append((out, self._tariff.price(activity, None)))
        start, span = None, 0
        spans = {template.bits.meetings[o][-1][1] - template.bits.meetings[o][0][0] for o in options}
        if len(spans) == 1:
            span = spans.pop()
            at = {o: template.bits.meetings[o][0][0] for o in options}
            start = model.new_int_var_from_domain(cp_model.Domain.from_values([0, *at.values()]), "")
            model.add(start == sum(at[o] * times[o] for o in options))
        item = self._items[activity] = Item(activity, template, times, seats, placed, out, start, span)
        self._pay_back(activity, item)
        ways = [placed, out]
        spot = ground.state.at[activity]
        if spot is not None:
            ways.append(self._stay(activity))
            taken = [
                row[k] for row, k in zip(seats, spot[1], strict=True) if isinstance(row, dict) and k in row
            ]
            if self._offers(item, spot):
                # To stay is said by one variable only.
                model.add_bool_or([~var for var in (times[spot[0]], *taken)])
        model.add_exactly_one(ways)

    def _pay_back(self, activity: int, item: Item) -> None:
        """Let the spot of before cost what it does, where that is less than its parts say."""
        before, less = self.ground.before[activity], self._tariff.back(activity)
        if before is None or not less or not self._offers(item, before):
            return
        back = self.model.new_bool_var("")
        self.model.add_implication(back, item.times[before[0]])
        for row, position in zip(item.seats, before[1], strict=True):
            if isinstance(row, dict):
                self.model.add_implication(back, row[position])
        self._costs.append((back, -less))

    # --- rules -----------------------------------------------------------------------------------

    def _bind(self, item: Item, survey: Survey) -> None:
        bits = item.template.bits
        for at, row in enumerate(item.seats):
            if isinstance(row, dict):
                for position, var in row.items():
                    shut = [t for o, t in item.times.items() if survey.closed[at, position][o]]
                    if shut:
                        self.model.add_at_most_one([*shut, var])
            for position in row if isinstance(row, dict) else (row,):
                self._tagged(item, at, position)
        for bound in survey.bounds:
            acts = self._acts(item, bound.seats)
            if acts is None:
                continue
            node, payload = bound.line
            self._lines[node].append((item, bound))
            blocked = node.blocked(bits, payload)
            if not blocked:
                continue
            for other, mask in sorted(pairs(node, bits, payload).items()):
                if other != item.activity:
                    self._against(item, acts, mask, other)
            if isinstance(node, PeriodLoad):
                continue
            for scarcity in scarce(self.ground, node, bits, payload):
                times = self._times(item, scarcity.mask)
                if times:
                    users = [(u, a) for u, a in scarcity.users if u != item.activity]
                    steady = sum(a for u, a in users if self._firm(u))
                    staying = sum(a * self._stay(u) for u, a in users if not self._firm(u))
                    asked = sum(times) + sum(acts) - len(acts)
                    self.model.add(scarcity.amount * asked + staying <= scarcity.limit - steady)

    def _tagged(self, item: Item, at: int, position: int) -> None:
        """Keep windows of a seat that bind beside seats with a tag in the place-giving role."""
        seat = item.template.roles[at].seats[position]
        for tags, mask in seat.tagged:
            if tags & (item.template.sure_tags | seat.tags):
                self._forbid(item, [(at, (position,))], ~mask)
                continue
            for other, role in enumerate(item.template.roles):
                chosen = tuple(k for k, s in enumerate(role.seats) if tags & s.tags)
                if other != at and chosen:
                    self._forbid(item, [(at, (position,)), (other, chosen)], ~mask)

    def _forbid(self, item: Item, seats: list[tuple[int, tuple[int, ...]]], mask: int) -> None:
        acts = self._acts(item, tuple(seats))
        times = self._times(item, mask)
        if acts is not None and times:
            self.model.add(sum(times) + sum(acts) <= len(acts))

    def _times(self, item: Item, mask: int) -> list[Var]:
        where = as_array(mask, item.template.bits.size)
        return [t for o, t in item.times.items() if where[o]]

    def _acts(self, item: Item, seats: tuple[tuple[int, tuple[int, ...]], ...]) -> list[Any] | None:
        """Expressions that are all one when a placed activity has all these seats; None: it never has."""
        acts: list[Any] = []
        for at, positions in seats:
            row = item.seats[at]
            if isinstance(row, int):
                if row not in positions:
                    return None
                continue
            chosen = [row[k] for k in positions if k in row]
            if not chosen:
                return None
            if len(chosen) < len(row):
                acts.append(sum(chosen) if len(chosen) > 1 else chosen[0])
        return acts

    def _against(self, item: Item, acts: list[Any], mask: int, other: int) -> None:
        times = self._times(item, mask)
        if not times:
            return
        if self._firm(other):
            self.model.add(sum(times) + sum(acts) <= len(acts))
        elif acts:
            self.model.add(sum(times) + sum(acts) + self._stay(other) <= 1 + len(acts))
        else:
            self.model.add_at_most_one([*times, self._stay(other)])

    def _bind_together(self) -> None:
        """Keep expanded activities apart from each other, as far as single stretches of time say it."""
        for node, uses in self._lines.items():
            if isinstance(node, PeriodLoad):
                self._loaded(node, uses)
            elif len({item.activity for item, _ in uses}) < 2:
                continue
            elif isinstance(node, Exclusive):
                gap = min(min(row) for row in node.gaps)
                self._apart(uses, gap)
            elif isinstance(node, Spacing):
                self._apart(uses, node.min_slots)
            elif isinstance(node, Order):
                self._ordered(node, uses)

    def _bind_groups(self) -> None:
        """Keep all-or-none groups whole or empty, as far as their activities are expanded."""
        for members in self.ground.model.bundles:
            inside = [self._items[a] for a in members if a in self._items]
            outs = [item.out for item in inside]
            for one, other in pairwise(outs):
                self.model.add(one == other)
            if inside and self.ground.frozen.intersection(members):
                # What is frozen stays, and the others with it.
                self.model.add(outs[0] == 0)

    def _apart(self, uses: Iterable[tuple[Item, Bound]], gap: int) -> None:
        intervals = []
        seen: set[tuple[int, int, int]] = set()
        for item, bound in uses:
            if item.start is None:
                continue
            presence: Any = item.placed
            key = (item.activity, -1, -1)
            if bound.seats:
                at, (position, *_) = bound.seats[0]
                row = item.seats[at]
                if isinstance(row, dict):
                    presence, key = row[position], (item.activity, at, position)
            if key not in seen:
                seen.add(key)
                size = max(1, item.span + gap)
                intervals.append(
                    self.model.new_optional_fixed_size_interval_var(item.start, size, presence, "")
                )
        if len(intervals) > 1:
            self.model.add_no_overlap(intervals)

    def _loaded(self, node: PeriodLoad, uses: list[tuple[Item, Bound]]) -> None:
        """Keep the sum of what stays and of what comes within the limit of every period."""
        coming: dict[int, list[tuple[Item, Bound, int, int]]] = defaultdict(list)
        for item, bound in uses:
            demand = node.demand_of(item.template.bits, bound.line[1])
            for period, row in demand.by_period.items():
                for amount, mask in row:
                    coming[period].append((item, bound, amount, mask))
        for period, entries in coming.items():
            users = [(u, load_of(self.ground, node, u, period)) for u in dict.fromkeys(node.users(period))]
            if node.loads.get(period, 0) + sum(amount for *_, amount, _ in entries) <= node.limit:
                continue
            total: Any = 0
            for item, bound, amount, mask in entries:
                times, acts = self._times(item, mask), self._acts(item, bound.seats)
                if not times or acts is None:
                    continue
                if not acts:
                    total += amount * sum(times)
                    continue
                here = self.model.new_bool_var("")
                self.model.add(sum(times) + sum(acts) - len(acts) <= here)
                total += amount * here
            if isinstance(total, int):
                continue
            steady = sum(a for u, a in users if self._firm(u))
            staying = sum(a * self._stay(u) for u, a in users if not self._firm(u))
            self.model.add(total + staying <= node.limit - steady)

    def _firm(self, activity: int) -> bool:
        return self._give[activity] == INFINITE and activity not in self._surveys

    def _ordered(self, node: Order, uses: list[tuple[Item, Bound]]) -> None:
        for first, one in uses:
            for second, other in uses:
                if one.line[1] < other.line[1] and first.start is not None and second.start is not None:
                    self.model.add(first.start + first.span + node.lag <= second.start).only_enforce_if(
                        first.placed, second.placed
                    )

    # --- solving ---------------------------------------------------------------------------------

    def lose_at_most(self, worth: int) -> None:
        """Bound the learner-minutes of what is left out."""
        lost = [item.template.worth * item.out for item in self._items.values()]
        if lost:
            self.model.add(sum(lost) <= worth)

    def serve_at_least(self, quota: int, minutes: int) -> None:
        """Bound from below the learner-minutes that count for a quota."""
        ground = self.ground
        now = ground.state.reserved[quota]
        change: Any = 0
        for activity, item in self._items.items():
            counts = dict(item.template.owed).get(quota, 0)
            if counts:
                here = ground.state.at[activity] is not None
                change += counts * ((0 if here else 1) - item.out)
        if not isinstance(change, int):
            self.model.add(now + change >= minutes)

    def nobody_leaves(self) -> None:
        """Keep every activity that is not expanded where it is."""
        for activity, stays in self._stays.items():
            if activity not in self._surveys:
                self.model.add(stays == 1)

    def solve(self, below: int, seconds: float, deterministic: bool) -> Found:
        """Minimise the price, if there is less than `below` of it."""
        change = sum(price * var for var, price in self._costs) + self._constant
        model = self.model.clone()
        model.add(change <= below - 1)
        model.minimize(change)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        # Presolve takes longer than the search on models of this size.
        solver.parameters.cp_model_presolve = False
        solver.parameters.linearization_level = 2
        if deterministic:
            solver.parameters.max_deterministic_time = seconds
        else:
            solver.parameters.max_time_in_seconds = seconds
        status = solver.solve(model)
        work = solver.deterministic_time + _BUILT * len(self._items)
        if status == cp_model.INFEASIBLE:
            return Found("infeasible", below, {}, [], work)
        bound = int(np.ceil(solver.best_objective_bound - 1e-6))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Found("unknown", bound, {}, [], work)
        spots = {a: self._spot(solver, item) for a, item in self._items.items()}
        left = [a for a, stays in self._stays.items() if a not in self._surveys and not solver.value(stays)]
        proved = status == cp_model.OPTIMAL
        return Found("optimal" if proved else "feasible", bound, spots, left, work)

    def _spot(self, solver: cp_model.CpSolver, item: Item) -> Spot | None:
        if not solver.value(item.placed):
            stays = self._stays.get(item.activity)
            return self.ground.state.at[item.activity] if stays is not None and solver.value(stays) else None
        option = next(o for o, var in item.times.items() if solver.value(var))
        choice = tuple(
            row if isinstance(row, int) else next(k for k, var in row.items() if solver.value(var))
            for row in item.seats
        )
        return option, choice

    def _offers(self, item: Item, spot: Spot) -> bool:
        seats = zip(item.seats, spot[1], strict=True)
        return spot[0] in item.times and all(k in r if isinstance(r, dict) else k == r for r, k in seats)
