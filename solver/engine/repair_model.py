"""An exact model of a part of a repair: some activities with all their spots, all others stay or leave.

What stays binds the rest exactly; where it goes when it leaves is left out, so the optimum is a lower bound
on every repair. It is one when nothing has left and the plan keeps the rules that the model leaves out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from solver.engine.loads import PeriodLoad
from solver.engine.model import Template
from solver.engine.nodes import Exclusive, Node, Order, Pooled, Spacing
from solver.engine.repair_ground import Ground, Spot
from solver.engine.repair_prices import Leaving
from solver.engine.repair_survey import Bound, Survey
from solver.engine.repair_tariff import Tariff
from solver.engine.repair_walls import INFINITE, as_array, load_of, pairs, scarce
from solver.engine.repair_whole import prepared
from solver.problem import Interval

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
    """Variables of one expanded activity.

    `start` is that of its option, if all options have the same `pattern` of meetings from their start on.
    """

    activity: int
    template: Template
    times: dict[int, Var]
    seats: list[dict[int, Var] | int]
    placed: Var
    out: Var
    start: Var | None
    pattern: tuple[Interval, ...]

    @property
    def span(self) -> int:
        """Slots from the start of the first meeting to the end of the last."""
        return self.pattern[-1][1]


@dataclass(slots=True)
class Bill:
    """What the activities of a model pay by one tariff, and may pay at most."""

    tariff: Tariff
    leaving: Leaving
    at_most: int | None = None
    terms: list[tuple[Var, int]] = field(default_factory=list)
    constant: int = 0

    @property
    def total(self) -> Any:
        """The sum of it."""
        return sum(price * var for var, price in self.terms) + self.constant


class PartModel:
    """Built once for a set of activities; cuts may be added between solves.

    The first bill is minimised, all are kept.
    """

    def __init__(self, ground: Ground, surveys: dict[int, Survey], bills: Sequence[Bill]) -> None:
        self.ground = ground
        self._bills = bills
        self.model = cp_model.CpModel()
        self._items: dict[int, Item] = {}
        self._stays: dict[int, Var] = {}
        self._keeps: dict[int, dict[int, Var]] = defaultdict(dict)
        self._surveys = surveys
        self._lines: dict[Node, list[tuple[Item, Bound]]] = defaultdict(list)
        for activity, survey in surveys.items():
            self._expand(activity, survey)
        for activity, survey in surveys.items():
            self._bind(self._items[activity], survey)
        self._bind_together()
        self._bind_groups()
        self._pay_outside()

    # --- variables -------------------------------------------------------------------------------

    def _stay(self, activity: int) -> Var:
        """Whether an activity stays where it is."""
        if activity not in self._stays:
            stays = self._stays[activity] = self.model.new_bool_var("")
            for bill in self._bills:
                # Elsewhere it costs at least this; where, is left open.
                elsewhere = 0 if activity in self._surveys else int(bill.leaving.elsewhere[activity])
                here = bill.tariff.price(activity, self.ground.state.at[activity])
                bill.terms.append((stays, here - elsewhere))
                bill.constant += elsewhere
        return self._stays[activity]

    def _keep(self, node: Node, activity: int) -> Var:
        """Whether an activity keeps what it holds of a node: it stays, or pays less than letting go costs."""
        stays, leaving = self._stay(activity), self._bills[-1].leaving
        price = int(leaving.price(node, activity))
        if activity in self._surveys or price <= leaving.elsewhere[activity]:
            return stays
        keeps = self._keeps[activity]
        if price not in keeps:
            keeps[price] = self.model.new_bool_var("")
        return keeps[price]

    def _expand(self, activity: int, survey: Survey) -> None:
        ground, model = self.ground, self.model
        template = ground.template(activity)
        placed = model.new_bool_var("")
        options = [int(o) for o in np.flatnonzero(survey.options)] if all(survey.seats) else []
        times = {o: model.new_bool_var("") for o in options}
        model.add(sum(times.values()) == placed)
        seats: list[dict[int, Var] | int] = []
        for role, positions in zip(template.roles, survey.seats, strict=True):
            if len(positions) == 1:
                seats.append(positions[0])
                for bill in self._bills:
                    bill.terms.append((placed, bill.tariff.seat(role.seats[positions[0]])))
                continue
            row = {k: model.new_bool_var("") for k in positions}
            model.add(sum(row.values()) == placed)
            for bill in self._bills:
                bill.terms += ((var, bill.tariff.seat(role.seats[k])) for k, var in row.items())
            seats.append(row)
        out = model.new_bool_var("")
        for bill in self._bills:
            at_option = bill.tariff.options(activity)
            bill.terms += ((var, int(at_option[option])) for option, var in times.items())
            bill.terms.append((out, bill.tariff.price(activity, None)))
        start: Var | None = None
        meetings = {o: template.bits.meetings[o] for o in options}
        patterns = {tuple((lo - row[0][0], hi - row[0][0]) for lo, hi in row) for row in meetings.values()}
        pattern = next(iter(patterns), ())
        if len(patterns) == 1:
            at = {o: row[0][0] for o, row in meetings.items()}
            start = model.new_int_var_from_domain(cp_model.Domain.from_values([0, *at.values()]), "")
            model.add(start == sum(at[o] * times[o] for o in options))
        item = self._items[activity] = Item(activity, template, times, seats, placed, out, start, pattern)
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
        before = self.ground.before[activity]
        less = [bill.tariff.back(activity) for bill in self._bills]
        if before is None or not any(less) or not self._offers(item, before):
            return
        back = self.model.new_bool_var("")
        self.model.add_implication(back, item.times[before[0]])
        for row, position in zip(item.seats, before[1], strict=True):
            if isinstance(row, dict):
                self.model.add_implication(back, row[position])
        for bill, amount in zip(self._bills, less, strict=True):
            bill.terms.append((back, -amount))

    def _pay_outside(self) -> None:
        """Let those that have to find a place pay for it outside the part as well."""
        for activity in self.ground.wanted:
            if activity in self._surveys:
                continue
            if self.ground.state.at[activity] is not None:
                self._stay(activity)
                continue
            for bill in self._bills:
                bill.constant += int(bill.leaving.elsewhere[activity])

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
                    self._against(item, acts, mask, node, other)
            if isinstance(node, PeriodLoad):
                continue
            for scarcity in scarce(self.ground, node, bits, payload):
                times = self._times(item, scarcity.mask)
                if times:
                    users = [(u, a) for u, a in scarcity.users if u != item.activity]
                    steady, staying = self._holding(node, users)
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

    def _against(self, item: Item, acts: list[Any], mask: int, node: Node, other: int) -> None:
        times = self._times(item, mask)
        if not times:
            return
        if self._firm(node, other):
            self.model.add(sum(times) + sum(acts) <= len(acts))
        elif acts:
            self.model.add(sum(times) + sum(acts) + self._keep(node, other) <= 1 + len(acts))
        else:
            self.model.add_at_most_one([*times, self._keep(node, other)])

    def _bind_together(self) -> None:
        """Keep expanded activities apart from each other, as far as single stretches of time say it."""
        for node, uses in self._lines.items():
            if isinstance(node, PeriodLoad):
                self._loaded(node, uses)
            elif len({item.activity for item, _ in uses}) < 2:
                continue
            elif isinstance(node, Exclusive):
                gap = min(map(min, node.gaps))
                self._apart((*use, use[0].pattern, gap) for use in _once(uses))
            elif isinstance(node, Spacing):
                self._apart((*use, ((0, use[0].span),), node.min_slots) for use in _once(uses))
            elif isinstance(node, Pooled):
                self._pooled(node, uses)
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

    def _apart(self, stretches: Iterable[tuple[Item, Bound, tuple[Interval, ...], int]]) -> None:
        rows = [row for use in stretches for row in self._stretches(*use)]
        if len(rows) > 1:
            self.model.add_no_overlap(rows)

    def _stretches(
        self, item: Item, bound: Bound, pattern: Iterable[Interval], after: int, before: int = 0
    ) -> list[cp_model.IntervalVar]:
        """Return when an item holds what a line is about, and for so long before and after."""
        start: Any = item.start
        presence: Any = item.placed
        if bound.seats:
            at, (position, *_) = bound.seats[0]
            row = item.seats[at]
            presence = row[position] if isinstance(row, dict) else presence
        return [
            self.model.new_optional_fixed_size_interval_var(
                start + (lo - before), max(1, hi - lo + before + after), presence, ""
            )
            for lo, hi in pattern
        ]

    def _pooled(self, node: Pooled, uses: list[tuple[Item, Bound]]) -> None:
        """Keep what comes and what stays within the capacity of a pool."""
        rows, amounts = [], []
        for item, bound in _once(uses):
            stretches = self._stretches(item, bound, item.pattern, node.cleanup, node.setup)
            rows += stretches
            amounts += [bound.line[1]] * len(stretches)
        if not rows:
            return
        for start, end, activity, amount in node.held():
            there = 1 if self._firm(node, activity) else self._keep(node, activity)
            rows.append(self.model.new_optional_fixed_size_interval_var(start, end - start, there, ""))
            amounts.append(amount)
        self.model.add_cumulative(rows, amounts, node.capacity)

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
            steady, staying = self._holding(node, users)
            self.model.add(total + staying <= node.limit - steady)

    def _firm(self, node: Node | None, activity: int) -> bool:
        """Whether an activity outside the part keeps what it holds of a node, or all."""
        if activity in self._surveys:
            return False
        prices = [
            b.leaving.least[activity] if node is None else b.leaving.of(node, activity) for b in self._bills
        ]
        return max(prices) == INFINITE

    def _holding(self, node: Node, users: list[tuple[int, int]]) -> tuple[int, Any]:
        """Return how much of a node is held for sure, and by those who may let go."""
        firm = {u for u, _ in users if self._firm(node, u)}
        steady = sum(a for u, a in users if u in firm)
        return steady, sum(a * self._keep(node, u) for u, a in users if u not in firm)

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
        model = self.model.clone()
        totals = [bill.total for bill in self._bills]
        totals[-1] += self._letting_go(model)
        for bill, total in zip(self._bills, totals, strict=True):
            if bill.at_most is not None:
                model.add(total <= bill.at_most)
        change = totals[0]
        model.add(change <= below - 1)
        model.minimize(change)
        solver = prepared(seconds, counted=deterministic)
        # Presolve takes longer than the search on models of this size.
        solver.parameters.cp_model_presolve = False
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

    def _letting_go(self, model: cp_model.CpModel) -> Any:
        """Return what activities outside the part pay for what they let go, beyond the least for leaving."""
        cost: Any = 0
        for activity, keeps in self._keeps.items():
            before, paid = self._stays[activity], int(self._bills[-1].leaving.elsewhere[activity])
            for price, keep in sorted(keeps.items()):
                model.add_implication(before, keep)
                cost += (price - paid) * (1 - keep)
                before, paid = keep, price
        return cost

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


def _once(uses: Iterable[tuple[Item, Bound]]) -> Iterator[tuple[Item, Bound]]:
    """Yield the uses of items that have one pattern of meetings, each seat once whatever stands beside it."""
    seen: set[tuple[int, int, int]] = set()
    for item, bound in uses:
        at, (position, *_) = bound.seats[0] if bound.seats else (-1, (-1,))
        key = (item.activity, at, position)
        if item.start is not None and key not in seen:
            seen.add(key)
            yield item, bound
