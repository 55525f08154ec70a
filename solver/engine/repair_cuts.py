"""What a plan of a part model broke, as cuts: strong enough that it is not broken the same way again."""

from typing import Any

from solver.engine.nodes import Exclusive, Node
from solver.engine.repair_ground import Spot
from solver.engine.repair_model import Item, PartModel
from solver.engine.repair_survey import Bound
from solver.engine.repair_walls import as_array


class CutModel(PartModel):
    """A part model that learns from plans which break rules that it leaves out."""

    def cut(self, node: Node | None, spots: dict[int, Spot]) -> None:
        """Forbid that activities are at these spots together, for what they do to one node if it is given."""
        literals: list[Any] = []
        for activity, spot in spots.items():
            if self._firm(node, activity):
                continue
            item = self._items.get(activity)
            if spot == self.ground.state.at[activity]:
                literals.append(self._stay(activity) if node is None else self._keep(node, activity))
                continue
            if item is None or not self._offers(item, spot):
                return
            bound = None if node is None else self._bound(item, node, spot)
            literals.append(sum(item.times[o] for o in self._alike(item, node, bound, spots)))
            if bound is not None:
                literals += self._acts(item, bound.seats) or []
                continue
            for row, position in zip(item.seats, spot[1], strict=True):
                if isinstance(row, dict):
                    literals.append(row[position])
        self.model.add(sum(literals) <= len(literals) - 1)

    def _bound(self, item: Item, node: Node, spot: Spot) -> Bound | None:
        """Return the line by which a spot binds a node."""
        return next(
            (
                bound
                for bound in self._surveys[item.activity].bounds
                if bound.line[0] is node and all(spot[1][at] in positions for at, positions in bound.seats)
            ),
            None,
        )

    def _alike(self, item: Item, node: Node | None, bound: Bound | None, spots: dict[int, Spot]) -> list[int]:
        """Options that clash as well with the other of two activities on a node of single uses."""
        own = [spots[item.activity][0]]
        first, *rest = spots
        if bound is None or not isinstance(node, Exclusive) or len(rest) != 1 or item.activity == first:
            return own
        there = spots[first]
        template = self.ground.template(first)
        line = next((p for n, p in self.ground.state.footprint(template, there[1]) if n is node), None)
        if line is None:
            return own
        mask, mine = 0, bound.line[1]
        for start, end in template.bits.meetings[there[0]]:
            mask |= item.template.bits.overlap(start - node.gaps[mine][line], end + node.gaps[line][mine])
        where = as_array(mask, item.template.bits.size)
        return [o for o in item.times if where[o]] or own
