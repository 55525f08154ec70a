"""Window primitives by what they bind, and the options that lie inside them."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import count

from solver.engine.lowering import Lowered
from solver.engine.times import OptionList, Windows
from solver.primitives import Window
from solver.problem import Activity, Interval, Problem


class WindowMasks:
    """Windows of a problem, each by its position among the lowered ones.

    Attributes
    ----------
    of_activity
        Positions of the windows that bind an activity, by its id.
    of_resource
        ``(position, tags)`` of the windows that bind a resource, by its position; tags 0: all uses.
    """

    def __init__(
        self,
        problem: Problem,
        lowered: Lowered,
        tags: Callable[[Iterable[str]], int],
        beside: "WindowMasks | None" = None,
    ) -> None:
        self._problem = problem
        self._fixed = lowered.fixed
        self._every: dict[Hashable, OptionList] = {}
        # Option sets of masks that are used side by side have different numbers.
        self._numbers: Iterator[int] = count() if beside is None else beside._numbers
        self._rules = [rule for rule, _ in lowered.windows]
        self._read: dict[tuple[Interval, ...], Windows] = {} if beside is None else beside._read
        self._windows = [self._hours(window) for _, window in lowered.windows]
        self._inside: dict[tuple[int, int], int] = {}
        self.of_activity: dict[str, list[int]] = defaultdict(list)
        self.of_resource: list[list[tuple[int, int]]] = [[] for _ in problem.resources]
        at = {r.id: i for i, r in enumerate(problem.resources)}
        for position, (_, window) in enumerate(lowered.windows):
            if window.activities and window.on_tags:
                raise TypeError("the engine takes a Window on activities without tags only")
            for name in window.activities:
                self.of_activity[name].append(position)
            for name in window.resources:
                self.of_resource[at[name]].append((position, tags(window.on_tags)))

    def _hours(self, window: Window) -> Windows:
        """Return the hours of a window, read once for all that have the same."""
        found = self._read.get(window.windows)
        if found is None:
            found = self._read[window.windows] = Windows(window.windows)
        return found

    def fresh(self) -> int:
        """Return a number for an option set that no other has."""
        return next(self._numbers)

    def every(self, activity: Activity) -> OptionList:
        """All options of an activity, or the one of its pin, before any window."""
        fixed = self._fixed.get(activity.id)
        key: Hashable = fixed[0][1].meetings if fixed else activity.times
        if key not in self._every:
            options = [o.meetings for o in self._problem.option_sets[activity.times]]
            self._every[key] = OptionList(self.fresh(), [fixed[0][1].meetings] if fixed else options)
        return self._every[key]

    def rule(self, window: int) -> int:
        """Position of the rule that a window comes from."""
        return self._rules[window]

    def inside(self, bits: OptionList, window: int) -> int:
        """Options whose every meeting the window primitive allows."""
        key = (bits.index, window)
        if key not in self._inside:
            self._inside[key] = bits.inside(self._windows[window])
        return self._inside[key]
