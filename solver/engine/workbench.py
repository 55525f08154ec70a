"""A plan in work as a search sees it: fill in, improve, go back; and the one that every model suits."""

import random
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from solver.engine.company import never
from solver.engine.compile import compile_problem
from solver.engine.improve import Improver
from solver.engine.insertion import EarliestFirst, Inserter, pressures
from solver.engine.model import Choice, Model, Template
from solver.engine.objective import Aim, Worth, worth
from solver.engine.state import State

Places: TypeAlias = list[tuple[int, Choice] | None]
"""Where each session is: option and choice, or None."""

MANY = 1 << 30
_TRIED_A_UNIT = 1_500


class Workbench(Protocol):
    """A plan in work; nothing is placed at first. It keeps all hard rules at all times.

    Attributes
    ----------
    tried
        Sessions for which a place was looked for: the unit in which a search counts its work.
    tried_a_unit
        How many of them are a unit of counted work.
    calm
        Steps since the best plan was met.
    waiting
        Sessions without a place in the plan in work.
    best_worth
        What the best plan met since `begin` is worth.
    """

    tried_a_unit: int

    @property
    def tried(self) -> int: ...  # noqa: D102

    @property
    def calm(self) -> int: ...  # noqa: D102

    @property
    def waiting(self) -> int: ...  # noqa: D102

    @property
    def best_worth(self) -> Worth: ...  # noqa: D102

    def fill(self, template: Template, *, earliest: bool = False, at_most: int = MANY) -> int:
        """Place up to so many waiting sessions of a template, an all-or-none group whole; return how many.

        Each goes where it does least harm, or with `earliest` to the earliest free time, with the first
        candidates on the lists.
        """

    def lacks(self, quota: int) -> bool:
        """Tell whether a quota is not yet met."""

    def clear(self) -> None:
        """Take everything out."""

    def now(self) -> Places:
        """Return the plan in work."""

    def worth(self) -> Worth:
        """Return what the plan in work is worth."""

    def take(self, places: Sequence[tuple[int, Choice] | None]) -> None:
        """Make the plan in work this one."""

    def begin(self, floors: Sequence[int] | None = None) -> None:
        """Search from the plan in work, which is taken for the best so far.

        With `floors`, learner-minutes of each class beyond which coverage counts only after fair shares.
        """

    def run(self, steps: int, heat: float, *, owed_only: bool = False) -> None:
        """Try so many changes.

        `heat`: learner-minutes whose loss is accepted with a chance of about a third. `owed_only`: serve
        what quotas owe alone.
        """

    def best(self) -> Places:
        """Return the best plan met since `begin`."""


class Interpreted:
    """The workbench of any model, on a `State`; slower than a compiled one.

    Nodes hold what is placed, so it has a copy of the model for itself.
    """

    tried_a_unit = _TRIED_A_UNIT

    def __init__(self, model: Model, seed: int, hurried: Callable[[], bool] = never) -> None:
        model = compile_problem(model.problem)
        self.state = State(model)
        self._inserter = Inserter(self.state, pressures(model), random.Random(seed))
        self._inserter.hurried = hurried
        self._by_hand = EarliestFirst(self.state, self._inserter.pressure, self._inserter.rng)
        self._by_hand.hurried = hurried
        self._improver = Improver(self._inserter)
        owing = [t for t in model.templates if t.owed]
        self._for_quotas = Improver(self._inserter, owing) if owing else self._improver
        self.calm = 0
        self.begin()

    @property
    def tried(self) -> int:
        """Sessions for which a place was looked for."""
        return self._inserter.tried + self._by_hand.tried

    @property
    def waiting(self) -> int:
        """Sessions without a place in the plan in work."""
        return sum(map(len, self.state.waiting))

    @property
    def best_worth(self) -> Worth:
        """What the best plan met since `begin` is worth."""
        return self._best_worth

    def fill(self, template: Template, *, earliest: bool = False, at_most: int = MANY) -> int:
        """Place up to so many waiting sessions of a template; see `Workbench`."""
        inserter = self._by_hand if earliest else self._inserter
        template = self.state.model.templates[template.index]
        if template.dead:
            return 0
        inserter.noise = 0.0
        if at_most >= len(self.state.waiting[template.index]):
            return inserter.fill(template)
        return sum(inserter.one(template) for _ in range(at_most))

    def lacks(self, quota: int) -> bool:
        """Tell whether a quota is not yet met."""
        return self.state.reserved[quota] < self.state.model.quotas[quota]

    def clear(self) -> None:
        """Take everything out."""
        self.state.clear()

    def now(self) -> Places:
        """Return the plan in work."""
        return self.state.snapshot()

    def worth(self) -> Worth:
        """Return what the plan in work is worth."""
        return worth(self.state)

    def take(self, places: Sequence[tuple[int, Choice] | None]) -> None:
        """Make the plan in work this one."""
        self.state.restore(list(places))

    def begin(self, floors: Sequence[int] | None = None) -> None:
        """Search from the plan in work; see `Workbench`."""
        self._aim = Aim(None if floors is None else tuple(floors))
        self._improver.aim = self._for_quotas.aim = self._aim
        self._inserter.settled = floors is not None
        self._best, self._best_worth = self.state.snapshot(), worth(self.state)
        self.calm = 0

    def run(self, steps: int, heat: float, *, owed_only: bool = False) -> None:
        """Try so many changes; see `Workbench`."""
        improver = self._for_quotas if owed_only else self._improver
        improver.heat = heat
        for _ in range(steps):
            improver.step()
            self.calm += 1
            now = worth(self.state)
            if self._aim(now) > self._aim(self._best_worth):
                self._best, self._best_worth = self.state.snapshot(), now
                self.calm = 0

    def best(self) -> Places:
        """Return the best plan met since `begin`."""
        return self._best


def soft(model: Model) -> bool:
    """Tell whether a model has soft structures, of which a compiled workbench knows nothing."""
    return any(stated.weight is not None for stated in model.lowered.structures)


def waits(model: Model) -> bool:
    """Tell whether the compiled workbench of a model would have to be compiled first."""
    # A process that solves nothing imports neither numpy nor numba.
    from solver.engine import jit
    from solver.engine.cluster.arrays import knows
    from solver.engine.cluster.compiled import PACKAGE

    return knows(model) and not jit.ready(PACKAGE)


def workbench(
    model: Model,
    seed: int,
    *,
    shaped: bool = False,
    at_once: bool = False,
    hurried: Callable[[], bool] = never,
) -> Workbench:
    """Return the fastest workbench for a model.

    A compiled one knows nothing of soft structures: `shaped` asks for one that seeks them too. `at_once`
    asks for one that nobody has to wait for, should the compiled one not be compiled yet. Once `hurried` says
    so, it takes no step any longer that takes long.
    """
    from solver.engine.cluster.arrays import knows
    from solver.engine.cluster.kernel import Kernel

    if knows(model) and not (shaped and soft(model)) and not (at_once and waits(model)):
        return Kernel(model, pressures(model), seed)
    return Interpreted(model, seed, hurried)
