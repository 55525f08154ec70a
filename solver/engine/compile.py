"""Problem to model: rules lowered, candidates and options narrowed to what no plan can exclude."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from solver.engine.debt import Debt
from solver.engine.loads import AreasAway, Demand, PeriodLoad, WorthWay, demand
from solver.engine.lowering import Lowered, lower
from solver.engine.model import Binding, Context, Line, Model, Payload
from solver.engine.nodes import Exclusive, Node, Order, Pooled, Spacing
from solver.engine.shape_nodes import Shaped, Standing
from solver.engine.structure_nodes import DaySpan, Filling, Night, PairNode
from solver.engine.templates import TemplateBuilder
from solver.engine.times import OptionBits
from solver.primitives import PeriodSum
from solver.problem import Problem, Resource
from solver.structure import AwayDay, Concurrent, DayShape, Distinct, PairResource, PairTime, Rest


class Compiler:
    """Builds a `Model` of one problem; used once.

    With `apart`, every activity is a template of its own: it matters which of several alike is where.

    Attributes
    ----------
    told
        For every resource the position of the context that it gives; whoever adds a resource adds its own.
    """

    def __init__(self, problem: Problem, *, apart: bool = False) -> None:
        self.problem = problem
        self.apart = apart
        self.lowered: Lowered = lower(problem)
        self.resource_at = {r.id: i for i, r in enumerate(problem.resources)}
        self.place_at = {p.id: i for i, p in enumerate(problem.places)}
        area_at: dict[str, int] = {}
        for name in [*(p.area for p in problem.places), *(r.home for r in problem.resources)]:
            if name is not None:
                area_at.setdefault(name, len(area_at))
        self.area_at = area_at
        tags = {t for _, w in self.lowered.windows for t in w.on_tags}
        tags.update(t for _, s in self.lowered.sums for t in s.on_tags)
        self.tag_bit = {tag: 1 << i for i, tag in enumerate(sorted(tags))}
        self.contexts = [Context(-1, 0, 0)]
        self.context_at = {self.contexts[0]: 0}
        self.told = [self.context_of(resource) for resource in problem.resources]
        # Breaks up to half an hour between lessons are no loss.
        self.slack = 30 // problem.grid.slot_minutes + 1
        self._gaps: dict[tuple[int, bool, bool], list[list[int]]] = {}
        self._demands: dict[tuple[int, int, int, str, str], Demand] = {}
        self.loads: list[tuple[int, int]] = []
        self.bindings: list[list[Binding]] = [[] for _ in problem.resources]
        self.activity_lines: dict[str, list[Line]] = defaultdict(list)
        self.role_nodes: dict[tuple[str, str], list[Node]] = defaultdict(list)
        self.multiple: set[int] = set()
        self.debt = Debt()

    def tags(self, names: Iterable[str]) -> int:
        """Bit mask of those tags that some rule speaks of."""
        mask = 0
        for name in names:
            mask |= self.tag_bit.get(name, 0)
        return mask

    def context_of(self, resource: Resource) -> int:
        """Position of the context that a resource gives to what it hosts."""
        context = Context(-1, 0, 0)
        if resource.place is not None:
            context = Context(self.place_at[resource.place], resource.setup_slots, resource.cleanup_slots)
        if context not in self.context_at:
            self.context_at[context] = len(self.contexts)
            self.contexts.append(context)
        return self.context_at[context]

    def _travel(self, a: int, b: int) -> int:
        places = self.problem.places
        return 0 if a < 0 or b < 0 else self.problem.travel_slots(places[a].id, places[b].id)

    def _gaps_of(self, base: int, travel: bool, host_buffers: bool) -> list[list[int]]:
        """Slots between uses, by the context of the first and of the second."""
        key = (base, travel, host_buffers)
        if key not in self._gaps:
            self._gaps[key] = [
                [
                    max(
                        base,
                        (self._travel(a.place, b.place) if travel else 0)
                        + (a.cleanup + b.setup if host_buffers else 0),
                    )
                    for b in self.contexts
                ]
                for a in self.contexts
            ]
        return self._gaps[key]

    def _resource_nodes(self) -> tuple[list[Exclusive | None], list[Pooled | None]]:
        exclusive: list[Exclusive | None] = [None] * len(self.problem.resources)
        pooled: list[Pooled | None] = [None] * len(self.problem.resources)
        plain: set[str] = set()
        for rule, d in self.lowered.disjunctives:
            resource = self.problem.resource_by_id[d.resource]
            at = self.resource_at[d.resource]
            own = resource.cleanup_slots + resource.setup_slots
            node = Exclusive(rule, self._gaps_of(own, d.travel, d.host_buffers), self.slack)
            exclusive[at] = exclusive[at] or node
            plain.add(d.resource)
            self.bindings[at].append(Binding(node, Payload.CONTEXT, 0))
        for rule, c in self.lowered.cumulatives:
            if c.resource in plain:
                # Uses with their buffers never meet, so the capacity binds each use by itself.
                continue
            resource = self.problem.resource_by_id[c.resource]
            at = self.resource_at[c.resource]
            pool = Pooled(rule, c.capacity, resource.setup_slots, resource.cleanup_slots)
            pooled[at] = pool
            self.bindings[at].append(Binding(pool, Payload.AMOUNT, 0))
        return exclusive, pooled

    def _demand(self, total: PeriodSum) -> Callable[[OptionBits, int], Demand]:
        grid = self.problem.grid
        slots = {"day": grid.slots_per_day, "week": grid.slots_per_week, "horizon": grid.horizon_slots}[
            total.period
        ]

        def found(bits: OptionBits, payload: int) -> Demand:
            minutes, times = self.loads[payload]
            if total.measure != "contact_minutes":
                minutes = 0
            key = (bits.index, minutes, times, total.measure, total.period)
            if key not in self._demands:
                self._demands[key] = demand(bits, total.measure, minutes, times, slots)
            return self._demands[key]

        return found

    def _sum_nodes(self) -> None:
        self.loads.append((0, 1))
        for rule, total in self.lowered.sums:
            demand_of = self._demand(total)
            node: Node
            if total.measure == "areas_away":
                home = -2 if total.home is None else self.area_at.get(total.home, -2)
                node = AreasAway(rule, total, home, lambda bits, of=demand_of: of(bits, 0))  # type: ignore[misc]
                kind = Payload.AREA
            else:
                node = PeriodLoad(rule, total, demand_of)
                kind = Payload.LOAD
            tags = self.tags(total.on_tags)
            for name in total.resources:
                self.bindings[self.resource_at[name]].append(Binding(node, kind, tags))
            if len(total.resources) > 1:
                self.multiple.update(self.resource_at[name] for name in total.resources)
            if total.activities:
                if tags or total.resources or total.measure == "areas_away":
                    raise TypeError(
                        "the engine takes activities of a PeriodSum without tags, resources, areas"
                    )
                for activity in total.activities:
                    self.activity_lines[activity].append((node, -1))

    def _chain_nodes(self) -> None:
        for rule, distance in self.lowered.distances:
            spacing = Spacing(rule, distance.min_slots)
            for activity in distance.activities:
                self.activity_lines[activity].append((spacing, 0))

    def _worth(self, rule: int, away: AwayDay) -> WorthWay:
        between = self.problem.distances.between_areas
        far = (at for area, at in self.area_at.items() if between(away.home, area) >= away.from_slots)
        areas = len(self.problem.places) + 2  # `Model.lines` packs load and area so
        day_sum = PeriodSum("day", "contact_minutes", 0)
        return WorthWay(
            rule,
            away.min_minutes,
            frozenset(far),
            self._demand(day_sum),
            lambda payload: (payload // areas, payload % areas - 1),
            self.debt,
        )

    def _place_of(self, context: int) -> str | None:
        place = self.contexts[context].place
        return None if place < 0 else self.problem.places[place].id

    def _stand(self, inner: Node, name: str, base: int) -> None:
        """Let a node ask about an activity with the context in which that is."""
        host = self.problem.place_role_of[name]
        if host is None:
            self.activity_lines[name].append((inner, base))
            return
        self.role_nodes[name, host].append(Standing(inner, base, self.told))

    def _shape(self, rule: int, primitive: DayShape | Concurrent) -> None:
        if isinstance(primitive, DayShape) and _is_day_span(primitive):
            span = DaySpan(rule, primitive.at_most or 0, self.problem.grid)
            at = self.resource_at[primitive.resources[0]]
            self.bindings[at].append(Binding(span, Payload.CONTEXT, 0))
            return
        moves = isinstance(primitive, DayShape) and primitive.measure == "moves"
        node = Shaped(rule, self.problem, primitive, self._place_of, self.debt)
        for name in getattr(primitive, "resources", ()):
            kind = Payload.CONTEXT if moves else Payload.NOTHING
            self.bindings[self.resource_at[name]].append(Binding(node, kind, 0))
        for name in primitive.activities:
            if moves:
                self._stand(node, name, 0)
            else:
                self.activity_lines[name].append((node, 0))

    def _ways(self, pair: PairTime) -> list[list[int]]:
        """Slots of travel from one context to another, where the relation asks for them."""
        if pair.relation != "reachable":
            return []
        return [[self._travel(a.place, b.place) for b in self.contexts] for a in self.contexts]

    def _structure_nodes(self) -> None:
        for structured in self.lowered.structures:
            if structured.weight is not None:
                continue
            rule, primitive = structured.rule_position, structured.primitive
            match primitive:
                case PairTime():
                    pair = PairNode(rule, primitive, self.problem.grid, self._ways(primitive))
                    for position, name in enumerate(primitive.activities):
                        if primitive.relation == "reachable":
                            self._stand(pair, name, pair.payload_of(position))
                        else:
                            self.activity_lines[name].append((pair, pair.payload_of(position)))
                case DayShape() | Concurrent():
                    self._shape(rule, primitive)
                case PairResource() | Distinct():
                    filling = Filling(rule, primitive)
                    for name in primitive.activities:
                        self.role_nodes[name, primitive.role].append(filling)
                case Rest():
                    night = Night(rule, primitive.min_slots, self.problem.grid)
                    at = self.resource_at[primitive.resource]
                    self.bindings[at].append(Binding(night, Payload.CONTEXT, 0))
                case AwayDay():
                    at = self.resource_at[primitive.resource]
                    self.bindings[at].append(Binding(self._worth(rule, primitive), Payload.LOAD_AND_AREA, 0))
                case _:
                    raise TypeError(f"the engine keeps no hard {type(primitive).__name__}")

    def nodes(self) -> tuple[list[Exclusive | None], list[Pooled | None]]:
        """Make all nodes but those of sequences; return the exclusive and the pooled one of each resource."""
        exclusive, pooled = self._resource_nodes()
        self._sum_nodes()
        self._chain_nodes()
        self._structure_nodes()
        return exclusive, pooled

    def model(self) -> Model:
        """Return the model."""
        exclusive, pooled = self.nodes()
        areas = [self.area_at[p.area] for p in self.problem.places]
        areas.append(-1)  # place -1 is nowhere
        builder = TemplateBuilder(self)
        participants = list(dict.fromkeys(r.participant for r in self.problem.requests))
        return builder.model(exclusive, pooled, areas, participants)

    def order_node(self, rule: int, lag: int, stages: list[list[str]], spaced: list[bool]) -> dict[str, Line]:
        """One node for a sequence, and the line of every activity in it."""
        node = Order(rule, lag, tuple(spaced))
        return {name: (node, stage) for stage, names in enumerate(stages) for name in names}


def _is_day_span(shape: DayShape) -> bool:
    """Tell whether all that a shape limits is how long a day of one resource lasts."""
    more = shape.at_least is not None or shape.activities or shape.within or shape.fold
    return shape.measure == "span" and shape.period == "day" and len(shape.resources) == 1 and not more


def compile_problem(problem: Problem, *, apart: bool = False) -> Model:
    """Return the compiled problem; with `apart`, no activities are taken for interchangeable.

    Raises
    ------
    TypeError
        A rule lowers to a primitive that this engine does not implement.
    """
    return Compiler(problem, apart=apart).model()
