"""Activities to templates: those that nothing tells apart are one template and are numbered at the end."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from solver.engine.lowering import Cost
from solver.engine.model import Line, Model, Role, Seat, Template
from solver.engine.nodes import Exclusive, Pooled
from solver.engine.shapes import marks
from solver.engine.structure_nodes import ORDERED, Days, Night
from solver.engine.times import OptionBits, bits_of
from solver.engine.windows import WindowMasks
from solver.primitives import LinearCost, Quota
from solver.problem import Activity, Interval, Requirement

if TYPE_CHECKING:
    from solver.engine.compile import Compiler


class TemplateBuilder:
    """Groups the activities of a compiler's problem into templates; `beside` those of a model, if given."""

    def __init__(self, compiler: Compiler, beside: Model | None = None) -> None:
        self.c = compiler
        self.problem = compiler.problem
        self.lowered = compiler.lowered
        self._frozen: dict[int, tuple[object, Hashable]] = {}
        self._bits: dict[Hashable, OptionBits] = {}
        self._apart: dict[tuple[int, int, int], int] = {}
        self.windows = WindowMasks(
            self.problem, self.lowered, compiler.tags, beside.windows if beside is not None else None
        )
        self.request_at = {r.id: i for i, r in enumerate(self.problem.requests)}
        participants = list(dict.fromkeys(r.participant for r in self.problem.requests))
        self.participant_at = {name: i for i, name in enumerate(participants)}
        self._load_at = {(0, 1): 0} if beside is None else beside.load_of
        self.capacity: dict[str, int] = {}
        for _, c in self.lowered.cumulatives:
            self.capacity[c.resource] = min(c.capacity, self.capacity.get(c.resource, c.capacity))
        self.worth_at: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for shares in self.lowered.shares:
            for participant, rows in shares.worth.items():
                for name, worth in rows:
                    self.worth_at[name].append((participant, worth))
        self.owed_at: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for position, quota in enumerate(self.lowered.quotas):
            for name, worth in quota.worth:
                self.owed_at[name].append((position, worth))
        self.bundle_at: dict[str, int] = {}
        self.marks = marks([s.primitive for s in self.lowered.structures], ORDERED)
        self._by_itself: dict[tuple[int, str, int], int] = {}

    def _freeze(self, mapping: Mapping[Any, int]) -> Hashable:
        # Rules share mappings between activities; each is turned into a key once.
        kept = self._frozen.get(id(mapping))
        if kept is None or kept[0] is not mapping:
            kept = (mapping, frozenset(mapping.items()))
            self._frozen[id(mapping)] = kept
        return kept[1]

    def _key(self, activity: Activity) -> Hashable:
        name = activity.id
        if self.c.apart:
            return name
        costs = tuple(
            (
                cost.weight,
                cost.linear.unplaced,
                self._freeze(cost.linear.by_meetings),
                cost.linear.other_meetings,
                self._freeze(cost.linear.by_resource),
                cost.linear.per_meeting,
            )
            for cost in self.lowered.costs.get(name, ())
            if cost.stage == "rest"
        )
        return (
            activity.request,
            activity.chain,
            activity.times,
            activity.size,
            activity.contact_minutes,
            tuple((r.role, r.candidates, r.amount) for r in activity.requirements),
            tuple(self.windows.of_activity.get(name, ())),
            tuple((f.role, f.resources) for _, f in self.lowered.forbidden.get(name, ())),
            tuple(
                (f.meetings, tuple(sorted(f.resources.items()))) for _, f in self.lowered.fixed.get(name, ())
            ),
            tuple((id(node), payload) for node, payload in self.c.activity_lines.get(name, ())),
            tuple(self.worth_at.get(name, ())),
            tuple(self.owed_at.get(name, ())),
            self.bundle_at.get(name, -1),
            name in self.lowered.same_place,
            self.marks.get(name, ()),
            costs,
        )

    def _runs(self, stages: tuple[tuple[str, ...], ...], keys: Mapping[str, Hashable]) -> list[list[str]]:
        """Merge neighbouring stages of one activity each that nothing but their number tells apart."""
        index = self.problem.activity_by_id
        merged: list[list[str]] = []
        mergeable = False
        for stage in stages:
            lone = len(stage) == 1
            if (
                lone
                and mergeable
                and keys[merged[-1][-1]] == keys[stage[0]]
                and index[merged[-1][-1]].index < index[stage[0]].index
            ):
                merged[-1].append(stage[0])
            else:
                merged.append(list(stage))
            mergeable = lone
        return merged

    def _bits_of(self, activity: Activity) -> OptionBits:
        """Options of an activity that lie inside its own windows."""
        fixed = self.lowered.fixed.get(activity.id)
        windows = tuple(self.windows.of_activity.get(activity.id, ()))
        key: Hashable = (fixed[0][1].meetings if fixed else activity.times, windows)
        if key not in self._bits:
            every = self.windows.every(activity)
            inside = every.full
            for window in windows:
                inside &= self.windows.inside(every, window)
            options = [every.meetings[i] for i in bits_of(inside)]
            self._bits[key] = OptionBits(self.windows.fresh(), options, self.problem.grid.slots_per_day)
        return self._bits[key]

    def _own_gaps(self, bits: OptionBits, resource: int, context: int) -> int:
        """Options whose own meetings leave each other the gaps that the resource needs."""
        if bits.single:
            return bits.full
        key = (bits.index, resource, context)
        if key not in self._apart:
            gaps = []
            for b in self.c.bindings[resource]:
                if isinstance(b.node, Exclusive):
                    gaps.append(b.node.gaps[context][context])
                elif isinstance(b.node, Pooled):
                    gaps.append(b.node.setup + b.node.cleanup)
            gap = max(gaps, default=-1)
            mask = 0
            for i, meetings in enumerate(bits.meetings):
                ordered = sorted(meetings)
                if gap < 0 or all(b[0] - a[1] >= gap for a, b in pairwise(ordered)):
                    mask |= 1 << i
            self._apart[key] = mask
        return self._apart[key]

    def _undone(self, bits: OptionBits, days: Days) -> int:
        """Options that a rule about days excludes by themselves."""
        if isinstance(days, Night) and bits.single:
            return 0
        key = (bits.index, type(days).__name__, days.limit)
        if key not in self._by_itself:
            self._by_itself[key] = days.by_itself(bits)
        return self._by_itself[key]

    def _seat(
        self,
        activity: Activity,
        requirement: Requirement,
        name: str,
        bits: OptionBits,
    ) -> Seat | None:
        at = self.c.resource_at[name]
        resource = self.problem.resources[at]
        for _, forbidden in self.lowered.forbidden.get(activity.id, ()):
            if forbidden.role == requirement.role and name in forbidden.resources:
                return None
        for _, fixed in self.lowered.fixed.get(activity.id, ()):
            if fixed.resources.get(requirement.role, name) != name:
                return None
        if requirement.amount > self.capacity.get(name, requirement.amount):
            return None
        context = self.c.context_of(resource)
        mask = self._own_gaps(bits, at, context)
        tagged = []
        for window, tags in self.windows.of_resource[at]:
            if tags:
                tagged.append((tags, self.windows.inside(bits, window)))
            else:
                mask &= self.windows.inside(bits, window)
        for binding in self.c.bindings[at]:
            if isinstance(binding.node, Days):
                mask &= ~self._undone(bits, binding.node)
        if not mask:
            return None
        place = -1 if resource.place is None else self.c.place_at[resource.place]
        return Seat(at, mask, tuple(tagged), place, self.c.tags(resource.tags), context)

    def _prices(
        self, template: Template, costs: list[Cost], roles: list[Role]
    ) -> tuple[list[int], dict[tuple[int, int], list[int]]]:
        """Weighted cost of every option, and once and per meeting of every seat that costs something."""
        per_option = [0] * template.bits.size
        per_seat: dict[tuple[int, int], list[int]] = {}
        seats = {
            (role.name, self.problem.resources[seat.resource].id): (i, k)
            for i, role in enumerate(roles)
            for k, seat in enumerate(role.seats)
        }
        for cost in costs:
            linear, weight = cost.linear, cost.weight
            if linear.by_meetings or linear.other_meetings:
                self._pay(template.bits.meetings, linear, weight, per_option)
            for key, price in linear.by_resource.items():
                if key in seats:
                    per_seat.setdefault(seats[key], [0, 0])[linear.per_meeting] += weight * price
        return per_option, per_seat

    def _pay(
        self,
        options: Sequence[tuple[Interval, ...]],
        linear: LinearCost,
        weight: int,
        per_option: list[int],
    ) -> None:
        """Add a cost to that of every option; few listed ones are looked up in the order of options."""
        if len(linear.by_meetings) * 16 > len(options):
            for i, meetings in enumerate(options):
                per_option[i] += weight * linear.by_meetings.get(meetings, linear.other_meetings)
            return
        other = weight * linear.other_meetings
        if other:
            per_option[:] = [price + other for price in per_option]
        for meetings, price in linear.by_meetings.items():
            i = bisect_left(options, meetings)
            if i < len(options) and options[i] == meetings:
                per_option[i] += weight * (price - linear.other_meetings)

    def _price(self, template: Template, names: list[str]) -> None:
        costs = self.lowered.costs.get(names[0], [])
        rest = [c for c in costs if c.stage == "rest"]
        template.rest, seats = self._prices(template, rest, template.roles)
        template.unplaced = sum(cost.weight * cost.linear.unplaced for cost in rest)
        for (i, k), (once, each) in seats.items():
            seat = template.roles[i].seats[k]
            seat.cost, seat.cost_per_meeting = once, each
        # Which of them moves is settled when they are numbered; until then a place costs what it costs
        # the one that it suits best.
        least: list[int] | None = None
        least_seats: dict[tuple[int, int], list[int]] = {}
        for n, name in enumerate(names):
            change = [c for c in self.lowered.costs.get(name, ()) if c.stage == "change"]
            options, seats = self._prices(template, change, template.roles)
            least = options if least is None else [min(a, b) for a, b in zip(least, options, strict=True)]
            for key in least_seats.keys() | seats.keys():
                mine = seats.get(key, [0, 0])
                kept = least_seats.get(key, [0, 0]) if n else mine
                least_seats[key] = [min(a, b) for a, b in zip(mine, kept, strict=True)]
            if not change:
                break
        if len(names) > 1 and not change:
            return
        template.change = least or template.change
        for (i, k), (once, each) in least_seats.items():
            seat = template.roles[i].seats[k]
            seat.change, seat.change_per_meeting = once, each

    def template(self, index: int, names: list[str], lines: list[Line]) -> Template:
        """Return the template of activities that nothing tells apart, with the nodes that bind them."""
        problem = self.problem
        activity = problem.activity_by_id[names[0]]
        bits = self._bits_of(activity)
        base = bits.full
        for _, fixed in self.lowered.fixed.get(activity.id, ())[1:]:
            if (fixed.meetings,) != bits.meetings:
                base = 0
        host = problem.place_role_of[activity.id]
        roles = []
        for requirement in activity.requirements:
            names_of = [c.resource for c in problem.candidate_sets[requirement.candidates]]
            for _, fixed in self.lowered.fixed.get(activity.id, ()):
                # A pin may name a resource that is no candidate.
                pinned = fixed.resources.get(requirement.role)
                if pinned is not None and pinned not in names_of:
                    names_of.append(pinned)
            seats = [
                seat
                for name in names_of
                if (seat := self._seat(activity, requirement, name, bits)) is not None
            ]
            stands = any(seat.place >= 0 for seat in seats)
            nodes = tuple(self.c.role_nodes.get((activity.id, requirement.role), ()))
            hosts = requirement.role == host
            roles.append(Role(requirement.role, requirement.amount, seats, hosts, stands, nodes))
        standing = [i for i, role in enumerate(roles) if role.hosts or role.stands]
        moving = sorted(set(range(len(roles))) - set(standing), key=lambda i: len(roles[i].seats))
        request = problem.request_by_id[activity.request]
        load = self._load(activity.contact_minutes)
        template = Template(
            index=index,
            bits=bits,
            base=base,
            roles=roles,
            lines=[(n, load if p < 0 else p) for n, p in lines],
            activities=[],
            request=self.request_at[request.id],
            participant=self.participant_at[request.participant],
            priority=problem.priorities.index(request.priority),
            size=activity.size,
            contact_minutes=activity.contact_minutes,
            worth=activity.learner_minutes,
            load=load,
            bundle=self.bundle_at.get(activity.id, -1),
            same_place=activity.id in self.lowered.same_place,
            shared=self._shares_nodes(roles),
            order=standing + moving,
            rest=[0] * bits.size,
            change=[0] * bits.size,
            granted=tuple((self.participant_at[p], worth) for p, worth in self.worth_at.get(activity.id, ())),
            owed=tuple(self.owed_at.get(activity.id, ())),
        )
        template.settle_tags()
        self._price(template, names)
        return template

    def _shares_nodes(self, roles: list[Role]) -> bool:
        seen: set[int] = set()
        for role in roles:
            mine = {id(b.node) for s in role.seats for b in self.c.bindings[s.resource]}
            if seen & mine:
                return True
            seen |= mine
        return False

    def _load(self, minutes: int) -> int:
        if (minutes, 1) not in self._load_at:
            self._load_at[minutes, 1] = len(self.c.loads)
            self.c.loads.append((minutes, 1))
        return self._load_at[minutes, 1]

    def model(
        self,
        exclusive: list[Exclusive | None],
        pooled: list[Pooled | None],
        areas: list[int],
        participants: list[str],
    ) -> Model:
        """Return the model with all templates."""
        problem = self.problem
        activity_at = {a.id: i for i, a in enumerate(problem.activities)}
        bundles: list[list[int]] = []
        for _, presence in self.lowered.presences:
            if len(presence.activities) > 1:
                for name in presence.activities:
                    if name in self.bundle_at:
                        raise TypeError("the engine takes an activity in one SamePresence only")
                    self.bundle_at[name] = len(bundles)
                bundles.append([activity_at[name] for name in presence.activities])
        kept = {activity_at[name] for name, pins in self.lowered.fixed.items() if pins}
        kept.update(*(members for members in bundles if not kept.isdisjoint(members)))
        keys = {a.id: self._key(a) for a in problem.activities}
        lines: dict[str, list[Line]] = {
            a.id: list(self.c.activity_lines.get(a.id, ())) for a in problem.activities
        }
        for rule, sequence in self.lowered.sequences:
            stages = self._runs(sequence.stages, keys)
            spaced = [len(stage) > 1 and (stage[0],) in sequence.stages for stage in stages]
            for name, line in self.c.order_node(rule, sequence.min_lag_slots, stages, spaced).items():
                lines[name].append(line)
        grouped: dict[Hashable, list[str]] = {}
        for activity in problem.activities:
            key = (keys[activity.id], tuple((id(node), payload) for node, payload in lines[activity.id]))
            grouped.setdefault(key, []).append(activity.id)
        templates: list[Template] = []
        template_of = [-1] * len(problem.activities)
        for names in grouped.values():
            names.sort(key=lambda name: (problem.activity_by_id[name].index, activity_at[name]))
            template = self.template(len(templates), names, lines[names[0]])
            template.activities = [activity_at[name] for name in names]
            for at in template.activities:
                template_of[at] = template.index
            templates.append(template)
        worth_of_class = [0] * len(problem.priorities)
        for template in templates:
            worth_of_class[template.priority] += template.worth * len(template.activities)
        targets: dict[int, int] = {}
        for shares in self.lowered.shares:
            # Somebody who asks for nothing has a share of nothing, which no plan changes.
            asking = self.participant_at.keys() & shares.target.keys()
            targets.update({self.participant_at[p]: shares.target[p] for p in participants if p in asking})
        return Model(
            problem=problem,
            lowered=self.lowered,
            templates=templates,
            template_of=template_of,
            bindings=self.c.bindings,
            exclusive_of=exclusive,
            pooled_of=pooled,
            loads=self.c.loads,
            contexts=self.c.contexts,
            areas=areas,
            windows=self.windows,
            resource_at=self.c.resource_at,
            tags_of=[self.c.tags(r.tags) for r in problem.resources],
            bundles=bundles,
            kept=frozenset(kept),
            participants=participants,
            targets=targets,
            worth_of_class=worth_of_class,
            quotas=[quota.target for quota in self.lowered.quotas],
            quota_groups=_groups(self.lowered.quotas),
            debt=self.c.debt,
            load_of=self._load_at,
        )


def _groups(quotas: Sequence[Quota]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return the positions of quotas by group, each with the class before which it comes, in order."""
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for position, quota in enumerate(quotas):
        groups[quota.before_class, quota.group].append(position)
    return tuple((before, tuple(groups[before, group])) for before, group in sorted(groups))
