"""The compiled problem: templates of interchangeable activities, their roles and their nodes."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from solver.engine.debt import Debt
from solver.engine.loads import PeriodLoad
from solver.engine.lowering import Lowered
from solver.engine.nodes import Exclusive, Node, Pooled
from solver.engine.times import OptionBits
from solver.engine.windows import WindowMasks
from solver.problem import Problem

Line = tuple[Node, int]
"""A node and the payload with which something asks it."""

Choice = tuple[int, ...]
"""For every role of a template, in order, the position of a seat."""


class Payload(IntEnum):
    """What a node of a resource wants to be told about a use."""

    CONTEXT = 0
    AMOUNT = 1
    LOAD = 2
    AREA = 3
    LOAD_AND_AREA = 4
    NOTHING = 5


class Binding(NamedTuple):
    """A node on a resource; it counts only uses with one of `tags` (a bit mask; 0: all uses)."""

    node: Node
    payload: Payload
    tags: int


class Context(NamedTuple):
    """Where a use is and what its host needs before and after: what travel and transitions depend on."""

    place: int
    setup: int
    cleanup: int


@dataclass(slots=True)
class Seat:
    """A candidate of a role, with the options that nothing but the plan can exclude.

    Attributes
    ----------
    mask
        Options within all windows of the resource that hold whatever else is chosen.
    tagged
        Further masks that hold if the activity uses a resource with one of the tags, as ``(tags, mask)``.
    cost, cost_per_meeting
        Weighted rest; `change`, `change_per_meeting`: the same for the change aim.
    context
        Context that this resource gives when it fills the place-giving role.
    """

    resource: int
    mask: int
    tagged: tuple[tuple[int, int], ...]
    place: int
    tags: int
    context: int
    cost: int = 0
    cost_per_meeting: int = 0
    change: int = 0
    change_per_meeting: int = 0


@dataclass(slots=True)
class Role:
    """A requirement of a template and its seats; `hosts`: it gives the activity its place.

    `nodes` ask which resource fills the role.
    """

    name: str
    amount: int
    seats: list[Seat]
    hosts: bool
    stands: bool
    nodes: tuple[Node, ...] = ()

    def lines(self, resource: int) -> list[Line]:
        """Nodes that ask about the role, with what a resource in it tells them."""
        return [(node, resource) for node in self.nodes]


@dataclass(slots=True)
class Template:
    """What interchangeable activities have in common.

    Attributes
    ----------
    base
        Options that the activity's own windows leave.
    lines
        Nodes that bind the activity wherever it is.
    sure_tags
        Tags of the resources that every placement uses.
    late_tags
        A choice after the place-giving role may bring further tags.
    unplaced
        Weighted rest of an activity that stays unplaced.
    order
        Roles in the order in which a search settles them: first those that stand somewhere.
    rest, change
        Weighted cost of every option, by bit.
    shared
        A node may bind two resources of one placement, so that loads must be added up before they are asked.
    bundle
        Position of its all-or-none group, or -1.
    granted, owed
        Worth of one activity by position of the participant, and of the quota, for which it counts.
    """

    index: int
    bits: OptionBits
    base: int
    roles: list[Role]
    lines: list[Line]
    activities: list[int]
    request: int
    participant: int
    priority: int
    size: int
    contact_minutes: int
    worth: int
    load: int
    bundle: int
    same_place: bool
    shared: bool
    order: list[int]
    sure_tags: int = 0
    late_tags: bool = False
    unplaced: int = 0
    rest: list[int] = field(default_factory=list)
    change: list[int] = field(default_factory=list)
    granted: tuple[tuple[int, int], ...] = ()
    owed: tuple[tuple[int, int], ...] = ()

    def settle_tags(self) -> None:
        """Note which tags are certain and which are not, given the seats as they are now."""
        self.sure_tags = 0
        for role in self.roles:
            if len(role.seats) == 1:
                self.sure_tags |= role.seats[0].tags
        self.late_tags = any(
            seat.tags & ~self.sure_tags for role in self.roles if not role.hosts for seat in role.seats
        )

    @property
    def dead(self) -> bool:
        """No placement exists, whatever else is placed."""
        return not self.base or any(not role.seats for role in self.roles)


@dataclass(slots=True)
class Model:
    """A compiled problem.

    Attributes
    ----------
    template_of
        Template of every activity, by position.
    bindings
        Nodes of every resource, by position.
    windows, resource_at, tags_of
        Window primitives; positions of resources by id; tags of every resource that some rule speaks of.
    loads
        ``(contact minutes, how many times)`` of every load payload; `load_of` has their positions.
    contexts
        Contexts of travel; context 0 is nowhere.
    bundles
        Activities of every all-or-none group.
    kept
        Activities that are pinned, with the whole of their all-or-none groups: they are placed before all
        others, and nobody takes their places.
    targets
        Target of every participant that takes part in the fair shares, by its position in `participants`.
    worth_of_class
        Learner-minutes asked for by each priority class.
    quotas
        Target of every quota.
    quota_groups
        Quotas by group, in order, each with the position of the priority class before which it comes.
    debt
        What hard limits that several sessions meet together lack; a plan to show has none.
    """

    problem: Problem
    lowered: Lowered
    templates: list[Template]
    template_of: list[int]
    bindings: list[list[Binding]]
    exclusive_of: list[Exclusive | None]
    pooled_of: list[Pooled | None]
    loads: list[tuple[int, int]]
    contexts: list[Context]
    areas: list[int]
    windows: WindowMasks
    resource_at: dict[str, int]
    tags_of: list[int]
    bundles: list[list[int]]
    kept: frozenset[int]
    participants: list[str]
    targets: dict[int, int]
    worth_of_class: list[int]
    quotas: list[int]
    quota_groups: tuple[tuple[int, tuple[int, ...]], ...]
    debt: Debt
    load_of: dict[tuple[int, int], int] = field(default_factory=dict)
    _lines: dict[tuple[int, int, int, int, int], tuple[Line, ...]] = field(default_factory=dict)

    def forget_lines(self) -> None:
        """Drop what is remembered of nodes, after bindings have changed."""
        self._lines.clear()

    def load(self, contact_minutes: int, times: int) -> int:
        """Payload of an activity that counts `times` times."""
        key = (contact_minutes, times)
        if key not in self.load_of:
            self.load_of[key] = len(self.loads)
            self.loads.append(key)
        return self.load_of[key]

    def lines(self, resource: int, amount: int, load: int, context: int, tags: int) -> tuple[Line, ...]:
        """Nodes that a use of the resource must ask, with what it tells them."""
        key = (resource, amount, load, context, tags)
        found = self._lines.get(key)
        if found is None:
            area = self.areas[self.contexts[context].place]
            told = {
                Payload.CONTEXT: context,
                Payload.AMOUNT: amount,
                Payload.LOAD: load,
                Payload.AREA: area,
                Payload.LOAD_AND_AREA: load * (len(self.areas) + 1) + area + 1,
                Payload.NOTHING: 0,
            }
            found = tuple(
                (b.node, told[b.payload]) for b in self.bindings[resource] if not b.tags or b.tags & tags
            )
            self._lines[key] = found
        return found

    def merged(self, lines: list[Line]) -> list[Line] | None:
        """Lines of one placement with each node once, amounts added up; None: a clash with itself."""
        found: dict[Node, int] = {}
        for node, payload in lines:
            if node not in found:
                found[node] = payload
            elif isinstance(node, Exclusive):
                return None
            elif isinstance(node, Pooled):
                found[node] += payload
            elif isinstance(node, PeriodLoad) and node.total.measure != "activities":
                minutes, times = self.loads[found[node]]
                found[node] = self.load(minutes, times + self.loads[payload][1])
        return list(found.items())
