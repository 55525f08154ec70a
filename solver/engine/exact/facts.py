"""What every model of one problem needs to know, read once: primitives by subject, options, contexts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from solver.engine.lowering import Lowered, lower
from solver.problem import Activity, Interval, Problem, Resource

Meetings: TypeAlias = tuple[Interval, ...]
Mask: TypeAlias = npt.NDArray[np.bool_]

_KEPT = "_exact_facts"


class Context(NamedTuple):
    """Where a use is and what its host needs before and after."""

    place: str | None
    setup: int
    cleanup: int


NOWHERE = Context(None, 0, 0)


class Spans:
    """Stretches of time that exclude whatever shares a slot with one of them."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        los: list[int] = []
        his: list[int] = []
        for lo, hi in sorted(intervals):
            if his and lo <= his[-1]:
                his[-1] = max(his[-1], hi)
            elif lo < hi:
                los.append(lo)
                his.append(hi)
        self._los = np.array([*los, np.iinfo(np.int64).max], dtype=np.int64)
        self._his = np.array(his, dtype=np.int64)

    def miss(self, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Mask:
        """Tell for each ``[start, end)`` whether it shares no slot with any stretch."""
        found: Mask = self._los[np.searchsorted(self._his, starts, side="right")] >= ends
        return found


class Table:
    """An option set, laid out flat.

    Attributes
    ----------
    meetings
        Meetings of every option, in order of time.
    starts, ends
        Of all meetings of all options, one after the other.
    span_starts, span_ends
        Of every option: its first start and its last end.
    single
        Every option is one meeting.
    """

    def __init__(self, options: Iterable[Meetings]) -> None:
        self.meetings = tuple(sorted(options))
        counts = [len(m) for m in self.meetings]
        self.starts = np.array([s for m in self.meetings for s, _ in m], dtype=np.int64)
        self.ends = np.array([e for m in self.meetings for _, e in m], dtype=np.int64)
        self._first = np.concatenate(([0], np.cumsum(counts[:-1], dtype=np.int64))).astype(np.int64)
        self.span_starts = np.array([min(s for s, _ in m) for m in self.meetings], dtype=np.int64)
        self.span_ends = np.array([max(e for _, e in m) for m in self.meetings], dtype=np.int64)
        self.single = max(counts, default=1) == 1
        self._inside: dict[int, Mask] = {}

    def each(self, held: Mask) -> Mask:
        """Options of which every meeting is held."""
        if self.single:
            return held
        found: Mask = np.logical_and.reduceat(held, self._first)
        return found

    def clear_of(self, spans: Spans) -> Mask:
        """Options with no meeting that shares a slot with the spans."""
        return self.each(spans.miss(self.starts, self.ends))

    def spaced(self, gap: int) -> Mask:
        """Options whose own meetings lie at least `gap` slots apart."""
        if self.single:
            return np.ones(len(self.meetings), dtype=np.bool_)
        return np.array(
            [all(b[0] - a[1] >= gap for a, b in pairwise(m)) for m in self.meetings],
            dtype=np.bool_,
        )

    def inside(self, key: int, windows: Sequence[Interval]) -> Mask:
        """Options whose every meeting lies within a single one of the windows; kept by `key`."""
        if key not in self._inside:
            ordered = sorted(windows)
            starts = np.array([s for s, _ in ordered], dtype=np.int64)
            reach = np.maximum.accumulate(np.array([-1, *(e for _, e in ordered)], dtype=np.int64))
            self._inside[key] = self.each(
                reach[np.searchsorted(starts, self.starts, side="right")] >= self.ends
            )
        return self._inside[key]


class Facts:
    """A problem's primitives by what they bind; those of `lowered`, if it is given."""

    def __init__(self, problem: Problem, lowered: Lowered | None = None) -> None:
        self.problem = problem
        self.lowered: Lowered = lower(problem) if lowered is None else lowered
        self._tables: dict[Hashable, Table] = {}
        self.windows_of_activity: dict[str, list[int]] = defaultdict(list)
        self.windows_of_resource: dict[str, list[int]] = defaultdict(list)
        for i, (_, window) in enumerate(self.lowered.windows):
            for name in window.activities:
                self.windows_of_activity[name].append(i)
            for name in window.resources:
                self.windows_of_resource[name].append(i)
        self.exclusive: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
        for _, d in self.lowered.disjunctives:
            self.exclusive[d.resource].append((d.travel, d.host_buffers))
        self.capacity: dict[str, int] = {}
        for _, c in self.lowered.cumulatives:
            self.capacity[c.resource] = min(c.capacity, self.capacity.get(c.resource, c.capacity))
        self.mean_tags: frozenset[str] = frozenset().union(
            *(w.on_tags for _, w in self.lowered.windows), *(s.on_tags for _, s in self.lowered.sums)
        )

    @cached_property
    def structures(self) -> list[Any]:
        """Primitives of `solver.structure`, each with its rule, stage and weight."""
        return list(getattr(self.lowered, "structures", ()))

    def table(self, activity: Activity) -> Table:
        """Options of an activity, or the one of its pin."""
        pins = self.lowered.fixed.get(activity.id)
        key: Hashable = pins[0][1].meetings if pins else activity.times
        if key not in self._tables:
            options = (
                [pins[0][1].meetings]
                if pins
                else (o.meetings for o in self.problem.option_sets[activity.times])
            )
            self._tables[key] = Table(options)
        return self._tables[key]

    def inside(self, table: Table, window: int) -> Mask:
        """Options that a lowered window allows."""
        return table.inside(window, self.lowered.windows[window][1].windows)

    def gap(self, resource: str) -> int:
        """Slots that lie between two uses of a resource wherever they are."""
        r = self.problem.resource_by_id[resource]
        return r.cleanup_slots + r.setup_slots

    def context(self, resource: Resource | None) -> Context:
        """Return the context that a host gives."""
        if resource is None or resource.place is None:
            return NOWHERE
        return Context(resource.place, resource.setup_slots, resource.cleanup_slots)

    def between(self, resource: str, a: Context, b: Context) -> int:
        """Slots between a use of an exclusive resource in context `a` and a later one in `b`."""
        need = self.gap(resource)
        for travel, buffers in self.exclusive[resource]:
            if travel:
                way = self.problem.travel_slots(a.place, b.place)
                need = max(need, way + (a.cleanup + b.setup if buffers else 0))
        return need

    def travels(self, resource: str) -> bool:
        """Tell whether the slots between uses of a resource depend on where they are."""
        return any(travel for travel, _ in self.exclusive.get(resource, ()))


def facts_of(problem: Problem) -> Facts:
    """Return the facts of a problem, read once.

    Raises
    ------
    UnknownRule, InvalidProblem
        The problem's rules cannot be read.
    """
    found: Facts | None = problem.__dict__.get(_KEPT)
    if found is None:
        found = problem.__dict__[_KEPT] = Facts(problem)
    return found
