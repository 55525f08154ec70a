"""Where uses are and what their hosts need before and after: what gaps and travel depend on."""

from solver.engine.local import layout
from solver.engine.local.layout import Arena
from solver.problem import Problem


class Contexts:
    """Kinds of surroundings that a host gives; number 0 is nowhere.

    Attributes
    ----------
    of_resource
        Context that each resource gives to what it hosts.
    longest
        Slots of the longest gap.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.place_at = {p.id: i for i, p in enumerate(problem.places)}
        self.areas: dict[str, int] = {}
        for place in problem.places:
            self.areas.setdefault(place.area, len(self.areas))
        number: dict[tuple[str | None, int, int], int] = {(None, 0, 0): 0}
        self.of_resource = []
        for r in problem.resources:
            key = (None, 0, 0) if r.place is None else (r.place, r.setup_slots, r.cleanup_slots)
            self.of_resource.append(number.setdefault(key, len(number)))
        self._kinds = list(number)
        self._gaps: dict[tuple[int, bool, bool], int] = {}
        self.longest = 0

    def gaps(self, arena: Arena, own: int, travel: bool, host_buffers: bool) -> int:
        """Return where the least slots between uses are, by both contexts; -1: there are none."""
        key = (own, travel, host_buffers)
        if key not in self._gaps:
            found = [
                max(
                    own,
                    (self._problem.travel_slots(a[0], b[0]) if travel else 0)
                    + (a[2] + b[1] if host_buffers else 0),
                )
                for a in self._kinds
                for b in self._kinds
            ]
            self.longest = max(self.longest, *found)
            self._gaps[key] = arena.block(found) if any(found) else -1
        return self._gaps[key]

    def away(self, home: str, from_slots: int) -> list[int]:
        """Tell for every context whether it is so far from a home."""
        return [int(self._problem.travel_from(home, place) >= from_slots) for place, _, _ in self._kinds]

    def write(self, arena: Arena) -> None:
        """Lay the contexts out."""
        problem, kinds = self._problem, self._kinds
        arena.number(layout.N_CONTEXT, len(kinds))
        arena.number(layout.N_AREA, len(self.areas))
        arena.ints(layout.RES_CONTEXT, self.of_resource)
        arena.ints(layout.RES_PLACE, (self.place_at.get(r.place or "", -1) for r in problem.resources))
        areas = [-1 if p is None else self.areas[problem.place_by_id[p].area] for p, _, _ in kinds]
        arena.ints(layout.X_AREA, areas)
        arena.ints(layout.TRAVEL, (problem.travel_slots(a[0], b[0]) for a in kinds for b in kinds))
