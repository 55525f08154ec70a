"""A second process for a repair: the compiled search of a cluster, with its aims turned into a repair's.

It is forked, so that it neither reads nor lays out anything again, and sees the plan as it was when it began.
"""

import time
from dataclasses import dataclass, replace
from statistics import fmean

from solver.engine.insertion import pressures
from solver.engine.objective import Worth
from solver.engine.peer import Peer, begin
from solver.engine.repair_ground import Ground, Spot
from solver.engine.workbench import Places

_SLICE_S = 0.05
_PHASE = 3_000
"""Steps from the best plan on, before the search begins from it again."""
_RESEATS = 400
"""Steps of 1,024 that only seek a cheaper place, that of before if it is free."""
_HEAT, _COOL = 0.1, 2.0
"""Cost that is often accepted at first, as a part of what a usual activity costs out; how fast that ends."""
_FIRM = 1_000
"""How much more what is frozen counts, so that nothing is placed in its stead."""


@dataclass(frozen=True, slots=True)
class Better:
    """A plan of the partner, by activity; none that it told before was as good."""

    spots: list[Spot | None]


def start(ground: Ground) -> Peer:
    """Return a partner that searches from the ground's plan on; nobody where processes cannot be forked."""
    return begin(_search, ground, forked=True)


def _search(peer: Peer, ground: Ground) -> None:
    """Tell ever better plans; nothing without a compiled search that suits."""
    from solver.engine.cluster.arrays import knows
    from solver.engine.workbench import waits

    model = ground.model
    seats = _aim(ground)
    if not knows(model) or waits(model):
        return
    course = _Course(ground, seats, peer)
    while True:
        course.phase()


class _Course:
    """A compiled search in phases: the first goes uphill alone, each other one starts from the best plan."""

    def __init__(self, ground: Ground, seats: list[tuple[int, ...] | None], peer: Peer) -> None:
        from solver.engine.cluster.kernel import Kernel, Mix

        model = ground.model
        self._seats, self._peer = seats, peer
        self._bench = bench = Kernel(model, pressures(model), 1, Mix(reseats=_RESEATS, less_rest=True))
        bench.take([_narrow(spot, kept) for spot, kept in zip(ground.state.at, seats, strict=True)])
        bench.begin()
        self._told: Worth = bench.best_worth
        self._heat, self._steps = 0.0, 1
        self._usual = fmean([t.worth for t in model.templates if t.worth] or [0])

    def phase(self) -> None:
        """Search for so many steps, and tell what is better than all before."""
        bench = self._bench
        first = bench.tried
        while (done := (bench.tried - first) / _PHASE) < 1:
            at = time.monotonic()
            bench.run(self._steps, self._heat * max(0.0, 1 - _COOL * done) ** 2)
            took = max(1e-4, time.monotonic() - at)
            self._steps = int(min(4 * self._steps, max(1, self._steps * _SLICE_S / took), _PHASE // 4))
            if bench.best_worth != self._told:
                self._told = bench.best_worth
                self._tell(bench.best())
        self._heat = _HEAT * self._usual
        bench.take(bench.best())
        bench.begin()

    def _tell(self, places: Places) -> None:
        spots = [_wide(spot, kept) for spot, kept in zip(places, self._seats, strict=True)]
        self._peer.send(Better(spots))


def _aim(ground: Ground) -> list[tuple[int, ...] | None]:
    """Let the model ask for what the repair does: quotas met, then the least D.

    Returns
    -------
    list
        For each activity that is to stay where it is the seats that it has.
    """
    model = ground.model
    seats: list[tuple[int, ...] | None] = []
    for activity, index in enumerate(model.template_of):
        template, spot = model.templates[index], ground.state.at[activity]
        kept = spot[1] if activity in ground.frozen and spot is not None else None
        seats.append(kept)
        template.worth = ground.price(activity, None)
        if not template.worth:
            template.base = 0
        template.priority, template.granted = 0, ()
        template.rest, template.unplaced = template.change, 0
        for role in template.roles:
            role.seats = [
                replace(s, cost=s.change, cost_per_meeting=s.change_per_meeting) for s in role.seats
            ]
        if kept is not None and spot is not None:
            template.base = 1 << spot[0]
            if template.bundle < 0:
                template.worth *= _FIRM
            for role, position in zip(template.roles, kept, strict=True):
                role.seats = [role.seats[position]]
            template.settle_tags()
    # What is promised first, then what it costs to be out; fair shares do not count.
    model.targets = {}
    model.worth_of_class = [sum(t.worth * len(t.activities) for t in model.templates)]
    model.quota_groups = tuple((0, members) for _, members in model.quota_groups)
    return seats


def _narrow(spot: Spot | None, kept: tuple[int, ...] | None) -> Spot | None:
    return spot if spot is None or kept is None else (spot[0], (0,) * len(kept))


def _wide(spot: Spot | None, kept: tuple[int, ...] | None) -> Spot | None:
    return spot if spot is None or kept is None else (spot[0], kept)
