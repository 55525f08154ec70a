"""A repair as a programme: a column for every spot of what may move, rows for the rules that bind them.

Everything stands where it was before the disruption. What was hit has to find a spot, and what is
`expanded` may; others stay or leave: where these go is left open and costs the least that it can. Every
repair that costs D no more than the plan in the state did, and owes quotas no more, is a solution, so what
the programme costs at least is a lower bound on all of these.

The rows state in full that there is one use at a time, that amounts fit into pools and loads into periods,
and what stands between a session and those that stay. Order among sessions that move is stated where a
solution breaks it; travel between them is left out until a plan is laid that breaks it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.engine.loads import AreasAway
from solver.engine.model import Choice, Line, Template
from solver.engine.nodes import Node, Pooled
from solver.engine.repair_ground import Ground, Spot
from solver.engine.repair_rows import Columns, Numbers, Row, Rows, Table, at_most_one
from solver.engine.repair_tariff import Change
from solver.engine.repair_walls import READ, as_array, pairs, scarce
from solver.engine.times import OptionBits, bits_of

_LARGEST = 300_000
"""Columns beyond which no further activity is expanded, if it had all that it may have."""
_CHOICES = 600
"""Choices of resources beyond which an activity is not expanded."""


@dataclass(slots=True)
class _Wall:
    """What a node holds against options: what it shuts for good, what each one denies that may leave.

    `holders`: for options of a node that is not read in full, of whom one has to leave.
    """

    shut: int = 0
    denied: dict[int, NDArray[np.bool_]] = field(default_factory=dict)
    holders: dict[int, tuple[int, ...]] = field(default_factory=dict)


class Item(NamedTuple):
    """An expanded activity: columns with the spots that they stand for, and the one of having none."""

    spots: dict[int, Spot]
    out: int


class Programme:
    """Built while everything that was not hit stands where it was before; whoever calls sees to that.

    Attributes
    ----------
    items
        What is expanded.
    stays
        The columns of activities that were placed and may leave: one while they stay where they were.
    change, moves, lost
        What a column adds to D, to the number of moves, and to the learner-minutes that are lost.
    group
        The activity of each column.
    base_change, base_moves
        D and moves with all columns at zero.
    least_of_all
        What all that needs a place adds to D at least, as if each were alone.
    """

    def __init__(self, ground: Ground, change: int, floors: Sequence[int]) -> None:
        """Begin an empty programme for repairs that cost D no more than `change` and serve quotas so much."""
        self._ground = ground
        self._floors = floors
        self._tariff = Change(ground)
        self.items: dict[int, Item] = {}
        self.stays: dict[int, int] = {}
        self.group: list[int] = []
        self.change: list[float] = []
        self.moves: list[float] = []
        self.lost: list[float] = []
        self.base_change = self.base_moves = 0.0
        self._tried: set[int] = set()
        self._least: dict[int, float] = {}
        self._rows = Rows(ground, self._stay)
        self._grouped: set[int] = set()
        self._lines: dict[int, list[tuple[list[Line], Columns, Columns]]] = defaultdict(list)
        self._walls: dict[tuple[int, int, int], _Wall] = {}
        self.least_of_all = sum(map(self.least, ground.wanted))
        self._spare = change - self.least_of_all

    def least(self, activity: int) -> float:
        """Return the least that an activity adds to D anywhere but where it stands, or nowhere."""
        if activity not in self._least:
            ways = self._tariff.ways(activity, self._ground.state.at[activity])
            self._least[activity] = min(ways.least, self._ground.price(activity, None))
        return self._least[activity]

    def _column(self, activity: int, change: float, moves: float, lost: float) -> int:
        self.group.append(activity)
        self.change.append(change)
        self.moves.append(moves)
        self.lost.append(lost)
        return len(self.change) - 1

    def _stay(self, activity: int) -> int:
        """Return the column of an activity that may leave."""
        if activity not in self.stays:
            least = self.least(activity)
            self.base_change += least
            self.base_moves += 1.0
            self.stays[activity] = self._column(activity, -least, -1.0, 0.0)
        return self.stays[activity]

    def always(self) -> NDArray[np.bool_]:
        """Return the columns without which there may be no solution: those of staying, and of no place."""
        found = np.zeros(len(self.change), dtype=bool)
        found[[*self.stays.values(), *(item.out for item in self.items.values())]] = True
        return found

    def knows(self, activity: int) -> bool:
        """Tell whether an activity is expanded, or cannot be."""
        return activity in self._tried

    def leave_aside(self, activity: int) -> None:
        """Let an activity pay the least it can, if it needs a place and is not expanded."""
        ground = self._ground
        self._tried.add(activity)
        if ground.state.at[activity] is None:
            self.base_change += self.least(activity)
            self.base_moves += activity in ground.placed and ground.before[activity] is None

    # --- columns -----------------------------------------------------------------------------------------

    def expand(self, activity: int) -> bool:
        """Add a column for every spot of an activity; False: there are too many."""
        ground = self._ground
        template = ground.template(activity)
        choices = prod(len(role.seats) for role in template.roles)
        if choices > _CHOICES or len(self.change) + choices * template.base.bit_count() > _LARGEST:
            return False
        self._tried.add(activity)
        here = ground.state.at[activity]
        allowed = self._spare + self.least(activity)
        spots: dict[int, Spot] = {}
        met: dict[int, list[Columns]] = defaultdict(list)
        for choice in product(*(range(len(role.seats)) for role in template.roles)):
            mask = ground.state.fixed_mask(template, choice)
            if not mask or not ground.state.possible(template, choice):
                continue
            if here is not None and here[1] == choice:
                mask &= ~(1 << here[0])
            spots |= self._spots(activity, template, choice, mask, allowed, met)
        if here is None:
            # Who is new has not moved.
            out = self._column(
                activity, ground.price(activity, None), float(activity in ground.placed), template.worth
            )
            ends = [out]
        else:
            # To stay is free, and what leaves pays for where it goes.
            stay = self._stay(activity)
            self.base_change += self.change[stay]
            self.base_moves += self.moves[stay]
            self.change[stay] = self.moves[stay] = 0.0
            out = self._column(activity, ground.price(activity, None), 1.0, template.worth)
            ends = [out, stay]
        self.items[activity] = Item(spots, out)
        self._apart(activity, met)
        columns = np.array([*spots, *ends], dtype=np.int64)
        self._rows.add(Row(columns, np.ones(len(columns)), 1.0, 1.0))
        return True

    def _spots(
        self,
        activity: int,
        template: Template,
        choice: Choice,
        mask: int,
        allowed: float,
        met: dict[int, list[Columns]],
    ) -> dict[int, Spot]:
        """Add the columns of one choice of resources and return their spots; note whom they meet."""
        ground, bits = self._ground, template.bits
        lines = ground.state.footprint(template, choice)
        walls = [self._wall(node, bits, payload) for node, payload in lines]
        for wall in walls:
            mask &= ~wall.shut
        if not mask:
            return {}
        options = np.flatnonzero(as_array(mask, bits.size))
        seats = [role.seats[k] for role, k in zip(template.roles, choice, strict=True)]
        meetings = np.array([len(bits.meetings[o]) for o in options.tolist()], dtype=np.float64)
        prices = np.asarray(template.change, dtype=np.float64)[options]
        prices += sum(s.change for s in seats) + sum(s.change_per_meeting for s in seats) * meetings
        options = options[prices <= allowed]
        if not len(options):
            return {}
        first = len(self.change)
        moved = float(activity in ground.placed)
        before = ground.before[activity]
        for option, price in zip(options.tolist(), prices[prices <= allowed].tolist(), strict=True):
            back = before is not None and before == (option, choice)
            self._column(activity, price, 0.0 if back else moved, 0.0)
        columns = first + np.arange(len(options))
        self._lines[activity].append((lines, options, columns))
        for (node, payload), wall in zip(lines, walls, strict=True):
            self._rows.bind(activity, node, payload, bits, options, columns)
            for other, where in wall.denied.items():
                hit = columns[where[options]]
                if len(hit) and other != activity:
                    met[other].append(hit)
            for option, column in zip(options.tolist(), columns.tolist(), strict=True):
                if not wall.holders:
                    break
                there = wall.holders.get(option)
                if there and activity not in there:
                    row = np.array([column, *map(self._stay, there)], dtype=np.int64)
                    self._rows.add(Row(row, np.ones(len(row)), 0.0, float(len(there))))
        return {column: (o, choice) for column, o in zip(columns.tolist(), options.tolist(), strict=True)}

    def _wall(self, node: Node, bits: OptionBits, payload: int) -> _Wall:
        """Return what a node holds against the options of a set."""
        key = (id(node), bits.index, payload)
        if key not in self._walls:
            self._walls[key] = self._made(node, bits, payload)
        return self._walls[key]

    def _made(self, node: Node, bits: OptionBits, payload: int) -> _Wall:
        frozen = self._ground.frozen
        blocked = node.blocked(bits, payload)
        wall = _Wall()
        if not blocked:
            return wall
        for other, mask in pairs(node, bits, payload).items():
            if other in frozen:
                wall.shut |= mask
            else:
                wall.denied[other] = as_array(mask, bits.size)
        held = not isinstance(node, Pooled) or any(a in frozen for _, _, a, _ in node.held())
        for row in scarce(self._ground, node, bits, payload) if held else ():
            if row.amount + sum(amount for user, amount in row.users if user in frozen) > row.limit:
                wall.shut |= row.mask
        if not isinstance(node, READ) or (isinstance(node, AreasAway) and node.limit != 1):
            for option in bits_of(blocked):
                there = node.holders(bits, option, payload) - frozen
                wall.holders[option] = tuple(sorted(there))
                if not there:
                    wall.shut |= 1 << option
        return wall

    def _apart(self, activity: int, denied: Mapping[int, list[Columns]]) -> None:
        """State that others leave before an activity comes to where it meets them."""
        for other, hits in denied.items():
            self._rows.add(at_most_one(np.append(np.unique(np.concatenate(hits)), self._stay(other))))

    # --- rows --------------------------------------------------------------------------------------------

    def fresh(self) -> Table:
        """Return the entries of rows, and the limits of rows, since this was last asked."""
        for row in (*self._groups(), *self._quotas()):
            self._rows.add(row)
        return self._rows.fresh()

    def whole(self) -> Table:
        """Return all rows, and those that are to be kept besides by solutions in whole columns."""
        return self._rows.whole()

    def limit(self, factors: Numbers, most: float) -> None:
        """State that a sum of all columns is at most so much."""
        columns = np.flatnonzero(factors)
        kept = factors[columns]
        self._rows.add(Row(columns, kept, float(np.minimum(kept, 0.0).sum()), float(most)))

    def others(self) -> Columns:
        """Return the columns of those who may leave and are not expanded."""
        return np.array([stay for a, stay in self.stays.items() if a not in self.items], dtype=np.int64)

    def broken(self, values: Numbers) -> bool:
        """Add rows about order that a solution breaks; False: there are none."""
        return self._rows.broken(values)

    def cut(self, activity: int, node: Node, other: int, column: int) -> None:
        """State that an activity does not clash on a node with another one where that is now, its column."""
        bits = self._ground.template(activity).bits
        hits = [
            columns[as_array(mask, bits.size)[options]]
            for lines, options, columns in self._lines[activity]
            for payload in (p for n, p in lines if n is node)
            for by, mask in pairs(node, bits, payload).items()
            if by == other
        ]
        if hits:
            self._rows.add(at_most_one(np.append(np.concatenate(hits), column)))

    def _groups(self) -> Iterator[Row]:
        """Yield that all-or-none groups are whole or empty, as far as they are expanded."""
        for members in self._ground.model.bundles:
            outs = [self.items[a].out for a in members if a in self.items]
            if outs and outs[0] not in self._grouped and self._ground.frozen.intersection(members):
                # What is frozen stays, and the others with it.
                self._grouped.add(outs[0])
                yield Row(np.array(outs[:1]), np.ones(1), 0.0, 0.0)
            for other in outs[1:]:
                if other in self._grouped:
                    continue
                self._grouped.add(other)
                yield Row(np.array([outs[0], other]), np.array([1.0, -1.0]), 0.0, 0.0)

    def _quotas(self) -> Iterator[Row]:
        """Yield that quotas get what they have to."""
        ground = self._ground
        terms: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for activity, item in self.items.items():
            for quota, worth in ground.template(activity).owed:
                terms[quota].append((item.out, float(worth)))
        for quota, owed in terms.items():
            coming = (dict(ground.template(activity).owed).get(quota, 0) for activity in ground.wanted)
            spare = ground.state.reserved[quota] + sum(coming) - self._floors[quota]
            columns, factors = zip(*owed, strict=True)
            yield Row(np.array(columns), np.array(factors), 0.0, float(spare))
