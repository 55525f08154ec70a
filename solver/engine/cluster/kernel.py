"""The compiled search of one model, as an object."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solver.engine.chance import seeded
from solver.engine.cluster import fields, plan, search, worth
from solver.engine.cluster.arena import Ints
from solver.engine.cluster.arrays import Layout
from solver.engine.cluster.places import EARLIEST
from solver.engine.model import Choice, Model, Template
from solver.engine.objective import Worth
from solver.engine.workbench import MANY, Places

_TRIED_A_UNIT = 20_000


@dataclass(frozen=True, slots=True)
class Mix:
    """How many of 1,024 steps are of a kind, and how plans are compared.

    Attributes
    ----------
    reseats, reseats_fair
        Seek less rest alone, while coverage is sought and once fair shares are.
    ejects
        Of the others, chains of sessions that make room for each other; what is left empties some days of a
        resource and fills them again.
    less_rest
        The rest counts against coverage, in its units, and not after it.
    """

    reseats: int = 100
    reseats_fair: int = 512
    ejects: int = 700
    less_rest: bool = False


class Kernel:
    """The compiled workbench of a model whose nodes the arrays know."""

    tried_a_unit = _TRIED_A_UNIT

    def __init__(self, model: Model, pressure: Sequence[float], seed: int, mix: Mix | None = None) -> None:
        self.model = model
        self._mix = mix or Mix()
        self._fair = False
        self._layout = Layout(model, pressure)
        self._ints = self._layout.ints
        self._arrays = (self._ints, self._layout.floats, self._layout.masks, seeded(seed))
        if self._mix.less_rest:
            kinds = self._block(fields.AIMS, 2 * int(self._ints[fields.N_AIM]))[::2]
            kinds[kinds == 1] = worth.LESS_REST

    def _block(self, name: int, size: int) -> Ints:
        first = self._ints[name]
        return self._ints[first : first + size]

    # --- filling in --------------------------------------------------------------------------------

    def fill(self, template: Template, *, earliest: bool = False, at_most: int = MANY) -> int:
        """Place up to so many waiting sessions of a template; see `Workbench`."""
        if template.dead:
            return 0
        return int(search.fill(*self._arrays, template.index, EARLIEST if earliest else 0.0, at_most))

    def lacks(self, quota: int) -> bool:
        """Tell whether a quota is not yet met."""
        return bool(self._block(fields.MET, quota + 1)[quota] < self.model.quotas[quota])

    # --- improving ---------------------------------------------------------------------------------

    def begin(self, floors: Sequence[int] | None = None) -> None:
        """Search from the plan in work; see `Workbench`."""
        self._fair = floors is not None
        number = len(self.model.worth_of_class)
        self._block(fields.FLOORS, number)[:] = [-1] * number if floors is None else floors
        worth.begin_from_here(self._ints)

    def run(self, steps: int, heat: float, *, owed_only: bool = False) -> None:
        """Try so many changes; see `Workbench`."""
        reseats = self._mix.reseats_fair if self._fair else self._mix.reseats
        search.run(*self._arrays, steps, heat, owed_only, reseats, self._mix.ejects)

    @property
    def tried(self) -> int:
        """Sessions for which a place was looked for: the unit in which work is counted."""
        return int(self._ints[fields.TRIED])

    @property
    def calm(self) -> int:
        """Steps since the best plan was met."""
        return int(self._ints[fields.CALM])

    @property
    def waiting(self) -> int:
        """Sessions without a place in the plan in work."""
        return int(self._block(fields.N_WAIT, len(self.model.templates)).sum())

    # --- plans -------------------------------------------------------------------------------------

    def best(self) -> Places:
        """Return the best plan met since `begin`."""
        if self._ints[fields.BEST_HERE]:
            worth.save_best(self._ints)
            self._ints[fields.BEST_HERE] = 1
        return self._places(fields.BEST_OPTION, fields.BEST_SEAT)

    def now(self) -> Places:
        """Return the plan in work."""
        return self._places(fields.AT_OPTION, fields.AT_SEAT)

    def _places(self, options: int, seats: int) -> Places:
        number = len(self.model.template_of)
        first_of = self._block(fields.ACT_SEAT, number + 1)
        seat = self._block(seats, int(first_of[number]))
        found: Places = [None] * number
        for activity, option in enumerate(self._block(options, number).tolist()):
            if option >= 0:
                t = self.model.template_of[activity]
                mine = seat[first_of[activity] : first_of[activity + 1]].tolist()
                choice = tuple(s - low for s, low in zip(mine, self._layout.first_seat[t], strict=True))
                found[activity] = (option - self._layout.first_option[t], choice)
        return found

    def take(self, places: Sequence[tuple[int, Choice] | None]) -> None:
        """Make the plan in work this one."""
        number = len(self.model.template_of)
        first_of = self._block(fields.ACT_SEAT, number + 1)
        options = np.full(number, -1, dtype=np.int64)
        seats = np.full(int(first_of[number]), -1, dtype=np.int64)
        for activity, there in enumerate(places):
            if there is not None:
                t = self.model.template_of[activity]
                options[activity] = there[0] + self._layout.first_option[t]
                seats[first_of[activity] : first_of[activity + 1]] = [
                    position + low for position, low in zip(there[1], self._layout.first_seat[t], strict=True)
                ]
        plan.restore(self._ints, options, seats)

    def clear(self) -> None:
        """Take everything out."""
        self.take([None] * len(self.model.template_of))

    # --- worth -------------------------------------------------------------------------------------

    @property
    def best_worth(self) -> Worth:
        """What the best plan met since `begin` is worth."""
        return self._read(fields.BEST)

    def _read(self, name: int) -> Worth:
        values = self._block(name, int(self._ints[fields.N_VALUE])).tolist()
        classes, aims = len(self.model.worth_of_class), int(self._ints[fields.N_AIM])
        shares_end = aims + len(self.model.targets)
        kinds = self._block(fields.AIMS, 2 * aims).tolist()
        return Worth(
            served=tuple(values[shares_end : shares_end + classes]),
            shares=tuple(values[aims:shares_end]),
            rest=values[-2],
            change=values[-1],
            owed=tuple(
                (self.model.quota_groups[group][0], met)
                for kind, group, met in zip(kinds[::2], kinds[1::2], values, strict=False)
                if kind == 0
            ),
        )

    def worth(self) -> Worth:
        """Return what the plan in work is worth."""
        worth.value(self._ints, self._ints[fields.NOW])
        return self._read(fields.NOW)
