"""Nodes as rows of the arrays: their parameters in the order of `fields`."""

from solver.engine.cluster import fields
from solver.engine.cluster.arena import Arena
from solver.engine.loads import AreasAway, PeriodLoad, WorthWay
from solver.engine.nodes import Exclusive, Node, Order, Pooled, Spacing
from solver.engine.structure_nodes import DaySpan, Filling, Night
from solver.problem import TimeGrid

KNOWN = (AreasAway, DaySpan, Exclusive, Filling, Night, Order, PeriodLoad, Pooled, Spacing, WorthWay)
_MEASURES = ("clock_slots", "contact_minutes", "activities")


class NodeRows:
    """Writes what rows refer to into an arena; `areas`: how many there are."""

    def __init__(self, grid: TimeGrid, arena: Arena, areas: int) -> None:
        self._grid = grid
        self._arena = arena
        self._areas = areas
        self._gaps: dict[int, int] = {}

    def of(self, node: Node, longest: int) -> list[int]:
        """Return the parameters of a node that is told of meetings of at most so many slots.

        Raises
        ------
        TypeError
            The node is of a kind that is not `KNOWN`.
        """
        grid, arena, gaps = self._grid, self._arena, self._gaps
        kind, length, reach, limit, first, second = 0, grid.slots_per_day, 0, 0, 0, 0
        match node:
            case Exclusive():
                kind, reach, second = fields.EXCLUSIVE, node.reach, node.slack
                if id(node.gaps) not in gaps:
                    gaps[id(node.gaps)] = arena.append(gap for row in node.gaps for gap in row)
                first = gaps[id(node.gaps)]
            case Pooled():
                kind, reach, limit = fields.POOL, node.reach, node.capacity
                first, second = node.setup, node.cleanup
            case PeriodLoad() | AreasAway():
                period = node.total.period
                lengths = {"day": length, "week": grid.slots_per_week, "horizon": grid.horizon_slots}
                length, limit = lengths[period], node.limit
                if isinstance(node, AreasAway):
                    kind, first = fields.AREAS, node.home
                else:
                    kind, first = fields.LOAD, _MEASURES.index(node.total.measure)
                    second = arena.room(-(-grid.horizon_slots // length))
            case Spacing():
                kind, length, limit = fields.SPACING, grid.horizon_slots, node.min_slots
            case Order():
                kind, length, limit = fields.ORDER, grid.horizon_slots, node.lag
                first = arena.append(node.spaced)
            case WorthWay():
                kind, limit = fields.WORTH, node.least
                first = arena.append(area in node.far for area in range(self._areas))
            case DaySpan():
                kind, limit = fields.SPAN, node.limit
            case Night():
                kind, reach, limit = fields.NIGHT, node.limit, node.limit
            case Filling():
                kind, length, limit = fields.FILLING, grid.horizon_slots, node.limit
                first = node.same
            case _:
                raise TypeError(f"no array holds a {type(node).__name__}")
        buckets = -(-grid.horizon_slots // length)
        heads, versions = arena.room(buckets, -1), arena.room(buckets)
        return [kind, length, buckets, heads, versions, reach, limit, first, second, longest, 0, 0]
