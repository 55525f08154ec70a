"""Which spots of an activity can be part of a better repair, and who would have to leave them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.engine.model import Line, Role, Seat, Template
from solver.engine.repair_ground import Ground, Spot
from solver.engine.repair_prices import Leaving
from solver.engine.repair_tariff import Tariff
from solver.engine.repair_walls import INFINITE, Costs, Walls, as_array

ANYTHING = 1e12
"""More than any repair costs."""


@dataclass(slots=True)
class Bound:
    """A line that binds an activity when all of `seats`, as ``(role, positions)``, are taken."""

    line: Line
    seats: tuple[tuple[int, tuple[int, ...]], ...] = ()


@dataclass(slots=True)
class Survey:
    """What is left of an activity's spots.

    Attributes
    ----------
    options
        Options that may be worth it.
    seats
        For every role the positions that may be.
    closed
        For every role and position the options at which the seat cannot be had at all.
    reach
        Least D of any spot, with what must leave it.
    """

    options: NDArray[np.bool_]
    seats: list[list[int]]
    closed: dict[tuple[int, int], NDArray[np.bool_]]
    bounds: list[Bound]
    reach: float


class Surveyor:
    """Surveys activities of a ground."""

    def __init__(self, ground: Ground, tariff: Tariff, leaving: Leaving) -> None:
        self.ground = ground
        self.leaving = leaving
        self._tariff = tariff
        self.walls = Walls(ground, leaving.of)
        self._bounds: dict[int, list[Bound]] = {}

    def bounds(self, template: Template) -> list[Bound]:
        """Return every line of a template with the seats that make it bind, as far as two roles say it."""
        if template.index not in self._bounds:
            found = [Bound(line) for line in template.lines]
            groups = _host_groups(template)
            for at, role in enumerate(template.roles):
                for position, seat in enumerate(role.seats):
                    found += self._of_seat(template, at, role, position, seat, groups)
            self._bounds[template.index] = found
        return self._bounds[template.index]

    def _of_seat(
        self,
        template: Template,
        at: int,
        role: Role,
        position: int,
        seat: Seat,
        groups: dict[tuple[int, int], tuple[int, tuple[int, ...]]],
    ) -> list[Bound]:
        own = (at, (position,))
        model = self.ground.model

        def lines(context: int, tags: int) -> tuple[Line, ...]:
            of_resource = model.lines(
                seat.resource, role.amount, template.load, context, template.sure_tags | tags | seat.tags
            )
            return (*of_resource, *role.lines(seat.resource))

        if role.hosts or not groups:
            return [Bound(line, (own,)) for line in lines(seat.context if role.hosts else 0, 0)]
        of_group = {key: lines(*key) for key in groups}
        shared = set.intersection(*({(id(n), p) for n, p in found} for found in of_group.values()))
        bounds = [Bound((n, p), (own,)) for n, p in next(iter(of_group.values())) if (id(n), p) in shared]
        for key, found in of_group.items():
            bounds += [Bound((n, p), (own, groups[key])) for n, p in found if (id(n), p) not in shared]
        return bounds

    def survey(self, activity: int, allowed: float) -> Survey:
        """Return the spots of an activity that with what must leave them cost at most `allowed`."""
        template = self.ground.template(activity)
        bits, size = template.bits, template.bits.size
        own = -1 if self.ground.state.at[activity] is None else activity
        bounds = self.bounds(template)
        price = np.where(as_array(template.base, size), self._tariff.options(activity), INFINITE)
        before = self.ground.before[activity]
        if before is not None:
            price[before[0]] -= self._tariff.back(activity)
        wall = np.zeros(size)
        of_seat: dict[tuple[int, int], Costs] = {}
        partly: dict[tuple[int, int], dict[tuple[int, ...], Costs]] = {}
        for bound in bounds:
            cost = self.walls.of(bound.line, bits, own)
            if not bound.seats:
                wall = np.maximum(wall, cost)
            elif len(bound.seats) == 1:
                at, (position,) = bound.seats[0]
                of_seat[at, position] = np.maximum(of_seat.get((at, position), 0.0), cost)
            else:
                (at, (position,)), (_, group) = bound.seats
                row = partly.setdefault((at, position), {})
                row[group] = np.maximum(row.get(group, 0.0), cost)
        prices: list[Costs] = []
        seat_costs: dict[tuple[int, int], tuple[Costs, Costs]] = {}
        closed: dict[tuple[int, int], NDArray[np.bool_]] = {}
        for at, role in enumerate(template.roles):
            cheapest, lowest = np.full(size, INFINITE), np.full(size, INFINITE)
            for position, seat in enumerate(role.seats):
                clear = of_seat.get((at, position), np.zeros(size))
                if (at, position) in partly:
                    clear = np.maximum(clear, np.minimum.reduce(list(partly[at, position].values())))
                open_ = as_array(seat.mask, size) & np.isfinite(clear)
                closed[at, position] = ~open_
                paid = np.where(open_, float(self._tariff.seat(seat)), INFINITE)
                seat_costs[at, position] = (paid, np.where(open_, clear, INFINITE))
                cheapest, lowest = np.minimum(cheapest, paid), np.minimum(lowest, seat_costs[at, position][1])
            prices.append(cheapest)
            wall = np.maximum(wall, lowest)
        total_price = price + (np.add.reduce(prices) if prices else 0.0)
        total = total_price + wall
        options = total <= allowed
        seats: list[list[int]] = []
        for at, role in enumerate(template.roles):
            kept = []
            for position in range(len(role.seats)):
                paid, clear = seat_costs[at, position]
                with np.errstate(invalid="ignore"):
                    here = total_price - prices[at] + paid + np.maximum(wall, clear)
                if bool(np.any(options & (here <= allowed))):
                    kept.append(position)
            seats.append(kept)
        reach = float(total.min()) if size else INFINITE
        return Survey(options, seats, closed, bounds, reach)


class Parts:
    """Surveys parts of a plan, and keeps what it has seen while nothing but the part has changed."""

    def __init__(self, ground: Ground, tariff: Tariff) -> None:
        self._ground = ground
        self._tariff = tariff
        self._seen_at: tuple[list[Spot | None], list[float]] | None = None
        self._surveyor: Surveyor
        self._surveys: dict[int, Survey] = {}

    def of(self, core: set[int], leaving: Leaving, allowed: list[float]) -> dict[int, Survey]:
        """Return what is left of each one's spots; `allowed` is what one may cost with what must leave it."""
        here = (self._ground.state.snapshot(), allowed)
        if self._seen_at != here:
            self._seen_at, self._surveys = here, {}
            self._surveyor = Surveyor(self._ground, self._tariff, leaving)
        for activity in sorted(core - self._surveys.keys()):
            self._surveys[activity] = self._surveyor.survey(activity, allowed[activity])
        return {a: self._surveys[a] for a in sorted(core)}


def _host_groups(template: Template) -> dict[tuple[int, int], tuple[int, tuple[int, ...]]]:
    """Positions of the place-giving role by the context and the tags that they give."""
    host = next((i for i, role in enumerate(template.roles) if role.hosts), None)
    if host is None:
        return {}
    found: dict[tuple[int, int], list[int]] = {}
    for position, seat in enumerate(template.roles[host].seats):
        found.setdefault((seat.context, seat.tags), []).append(position)
    return {key: (host, tuple(positions)) for key, positions in found.items()}
