"""Primitives to nodes and the links that lead to them."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

from solver.engine.local import daylong, layout
from solver.engine.local.choices import STAGE_SCALE, Choices
from solver.engine.local.contexts import Contexts
from solver.engine.local.layout import Arena
from solver.engine.local.model import Node
from solver.engine.local.patterns import Grids, starts_of
from solver.engine.local.relations import NAMES
from solver.engine.lowering import Lowered, Structured
from solver.primitives import PeriodSum
from solver.problem import Problem
from solver.structure import (
    AwayDay,
    Concurrent,
    DayShape,
    Distinct,
    Excess,
    Makespan,
    PairResource,
    PairTime,
    Rest,
)

_CELLS = 600
_CELLS_A_TIME = 12


class Statements:
    """Collects nodes and links of a problem and lays them out."""

    def __init__(
        self, problem: Problem, lowered: Lowered, choices: Choices, grids: Grids, arena: Arena
    ) -> None:
        self.problem = problem
        self.choices = choices.of
        self.times = choices.times
        self.grids = grids
        self.arena = arena
        self.nodes: list[Node] = []
        self.at = {a.id: i for i, a in enumerate(problem.activities)}
        self.resource_at = choices.resource_at
        self.tags_of = choices.tags_of
        self.links: list[list[tuple[int, int]]] = [[] for _ in self.choices]
        self.resource_links: list[list[tuple[int, int]]] = [[] for _ in problem.resources]
        self.seat_links: dict[tuple[int, int, int], list[tuple[int, int]]] = defaultdict(list)
        self.pairs: list[list[tuple[int, ...]]] = [[] for _ in self.choices]
        self.ties: list[set[int]] = [set() for _ in self.choices]
        self.peers: dict[tuple[int, int], list[tuple[int, ...]]] = defaultdict(list)
        self.same_place = [-1] * len(self.choices)
        self.fixed_users: list[list[tuple[int, int]]] = [[] for _ in problem.resources]
        self.seat_users: list[list[tuple[int, int, int]]] = [[] for _ in problem.resources]
        for at, choice in enumerate(self.choices):
            if choice.dead:
                continue
            for resource, amount in choice.fixed.values():
                self.fixed_users[resource].append((at, amount))
            for k, role in enumerate(choice.roles):
                for s, seat in enumerate(role.seats):
                    self.seat_users[seat.resource].append((at, k, s))
        self.first_role = starts_of(len(c.roles) for c in self.choices)
        self._skips: dict[tuple[tuple[int, int], ...], int] = {}
        self.skip_at: list[int] = []
        self.geometries: dict[tuple[object, ...], tuple[int, int]] = {}
        self.contexts = Contexts(problem)
        self.placed_matters = False
        number, bounds = grids.of_moments(0, 0)
        self._moments = (number, len(bounds))
        rank = {moment: k for k, moment in enumerate(bounds)}
        cells = sum(rank[e] - rank[s] for m in self.times.meetings for s, e in m)
        self._cells_fit = len(bounds) <= _CELLS and cells <= _CELLS_A_TIME * len(self.times.meetings)
        self._survey()
        self._exclusive(lowered)
        for rule, total in lowered.sums:
            self._load(rule, None, total)
        for rule, sequence in lowered.sequences:
            node = self.node(Node(layout.PAIR, rule, None))
            for earlier, later in combinations(sequence.stages, 2):
                for before in earlier:
                    for after in later:
                        self._pair(node, "ends_before", before, after, sequence.min_lag_slots, -1)
        for rule, distance in lowered.distances:
            node = self.node(Node(layout.PAIR, rule, None))
            for one, other in combinations(distance.activities, 2):
                self._pair(node, "spans_apart", one, other, distance.min_slots, -1)
        for name, rule in lowered.same_place.items():
            self._same_place(rule, self.at[name])
        for structured in lowered.structures:
            match structured.primitive:
                case PairTime():
                    self._pair_time(structured, structured.primitive)
                case PairResource():
                    self._pair_resource(structured, structured.primitive)
                case Distinct():
                    self._distinct(structured, structured.primitive)
                case DayShape():
                    daylong.add_shape(self, structured, structured.primitive)
                case Concurrent():
                    daylong.add_concurrent(self, structured, structured.primitive)
                case Rest():
                    daylong.add_rest(self, structured, structured.primitive)
                case Excess():
                    self._load(structured.rule_position, self.weight(structured), structured.primitive)
                case AwayDay():
                    self._away(structured, structured.primitive)
                case Makespan():
                    self._span(structured, structured.primitive)

    # --- building ------------------------------------------------------------------------------------

    def weight(self, structured: Structured) -> float | None:
        """Return what a point of a structure costs; None: it is hard."""
        if structured.weight is None:
            return None
        return structured.weight * (STAGE_SCALE[structured.stage] or 1.0)

    def node(self, node: Node) -> int:
        """Add a node and return its number."""
        self.nodes.append(node)
        return len(self.nodes) - 1

    def link_activities(self, node: int, activities: Iterable[str]) -> None:
        """Lead activities to a node wherever they are."""
        for name in dict.fromkeys(activities):
            at = self.at[name]
            if not self.choices[at].dead:
                self.links[at].append((node, 1))
                self.nodes[node].members.add(at)

    def link_resources(
        self,
        node: int,
        resources: Iterable[str],
        tags: frozenset[str] = frozenset(),
        *,
        once: bool = False,
        amounts: bool = False,
    ) -> None:
        """Lead uses of resources to a node; with tags, those whose activity uses something so tagged.

        `amounts`: uses tell how much they take. `once`: an activity that uses several of them counts once.
        """
        members = self.nodes[node].members
        have = set(members) if once else set()
        gate = self._gate(resources, have) if once else 0
        for name in dict.fromkeys(resources):
            resource = self.resource_at[name]
            for at, amount in self.fixed_users[resource]:
                if at in have:
                    continue
                members.add(at)
                link = (node, -gate or (amount if amounts else 1))
                if not tags or tags & self._sure_tags(at):
                    self.links[at].append(link)
                    if once and not gate:
                        have.add(at)
                    continue
                for k, role in enumerate(self.choices[at].roles):
                    for s, seat in enumerate(role.seats):
                        if tags & self.tags_of[seat.resource]:
                            self.seat_links[at, k, s].append(link)
            for at, k, s in self.seat_users[resource]:
                if at in have or (tags and not tags & (self._sure_tags(at) | self.tags_of[resource])):
                    continue
                members.add(at)
                link = (node, -gate or (0 if amounts else 1))
                if tags or have:
                    self.seat_links[at, k, s].append(link)
                elif link not in self.resource_links[resource]:
                    self.resource_links[resource].append(link)

    def _gate(self, resources: Iterable[str], have: set[int]) -> int:
        """Return where to count the ways by which each activity comes, or 0."""
        ways: dict[int, set[int]] = defaultdict(set)
        for name in resources:
            resource = self.resource_at[name]
            for at, _ in self.fixed_users[resource]:
                ways[at].add(-1)
            for at, k, _ in self.seat_users[resource]:
                ways[at].add(k)
        if any(len(found) > 1 for at, found in ways.items() if at not in have):
            return self.arena.room(len(self.choices))
        return 0

    def _sure_tags(self, at: int) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for resource, _ in self.choices[at].fixed.values():
            found |= self.tags_of[resource]
        return found

    # --- resources -------------------------------------------------------------------------------------

    def _survey(self) -> None:
        """Note the earliest start and the latest end by the clock."""
        day = self.problem.grid.slots_per_day
        clocks = {(s % day, s % day + e - s) for m in self.times.meetings for s, e in m}
        self._earliest = min((s for s, _ in clocks), default=0)
        self._latest = max((e for _, e in clocks), default=0)

    def _exclusive(self, lowered: Lowered) -> None:
        alone: dict[tuple[int, frozenset[int]], tuple[int, str]] = {}
        plain = set()
        for rule, d in lowered.disjunctives:
            plain.add(d.resource)
            at = self.resource_at[d.resource]
            resource = self.problem.resources[at]
            users = frozenset(a for a, _ in self.fixed_users[at])
            once = len(users) == len(self.fixed_users[at])
            if len(self.fixed_users[at]) + len(self.seat_users[at]) < 2:
                continue
            gaps = self.contexts.gaps(
                self.arena, resource.setup_slots + resource.cleanup_slots, d.travel, d.host_buffers
            )
            self.placed_matters |= gaps >= 0
            if once and not self.seat_users[at]:
                alone.setdefault((gaps, users), (rule, d.resource))
                continue
            self.link_resources(self._apart(rule, None, gaps), [d.resource])
        # A set of activities that never meet says the same for all its parts.
        wider: dict[int, list[tuple[int, frozenset[int]]]] = defaultdict(list)
        for gaps, users in sorted(alone, key=lambda key: (-len(key[1]), key[0] < 0)):
            fewest = min((wider[user] for user in users), key=len)
            if not any(users <= other and gaps in (-1, their_gaps) for their_gaps, other in fewest):
                for user in users:
                    wider[user].append((gaps, users))
                rule, name = alone[gaps, users]
                self.link_resources(self._apart(rule, None, gaps), [name])
        for rule, c in lowered.cumulatives:
            if c.resource in plain:
                continue
            resource = self.problem.resource_by_id[c.resource]
            grid, bounds = self.grids.of_moments(resource.setup_slots, resource.cleanup_slots)
            node = self._occupancy(rule, None, grid, len(bounds), c.capacity)
            self.link_resources(node, [c.resource], amounts=True)

    def _occupancy(self, rule: int, weight: float | None, grid: int, bounds: int, capacity: int) -> int:
        counts = self.arena.room(2 * bounds)
        return self.node(Node(layout.OCCUPANCY, rule, weight, [grid, counts, capacity, bounds]))

    def _apart(self, rule: int, weight: float | None, gaps: int) -> int:
        """Return a node whose uses must not meet."""
        if gaps < 0 and weight is None and self._cells_fit:
            return self._occupancy(rule, None, *self._moments, 1)
        longest = self.contexts.longest if gaps >= 0 else 0
        midnight = self._latest + longest > self.problem.grid.slots_per_day + self._earliest
        buckets = 1 if midnight else self.times.buckets
        heads = self.arena.room(buckets, -1)
        return self.node(Node(layout.PAIRWISE, rule, weight, [heads, buckets, gaps, midnight]))

    def _load(self, rule: int, weight: float | None, total: PeriodSum | Excess) -> None:
        kind = ("day", "week", "horizon").index(total.period)
        grid = self.problem.grid
        periods = (grid.weeks * grid.days_per_week, grid.weeks, 1)[kind]
        tags = total.on_tags if isinstance(total, PeriodSum) else frozenset()
        if isinstance(total, PeriodSum) and total.measure == "areas_away":
            counts = self.arena.room(periods * max(1, len(self.contexts.areas)))
            used = self.arena.room(periods)
            home = self.contexts.areas.get(total.home or "", -2)
            node = self.node(Node(layout.AREAS, rule, weight, [counts, used, kind, total.limit, home]))
            self.placed_matters = True
        else:
            measure = ("clock_slots", "contact_minutes", "activities").index(total.measure)
            unit = 1 if weight is not None else self._unit(total.measure)
            loads = self.arena.room(periods)
            node = self.node(Node(layout.LOAD, rule, weight, [loads, measure, kind, total.limit, unit]))
        if isinstance(total, PeriodSum):
            self.link_activities(node, total.activities)
        self.link_resources(node, total.resources, tags, once=total.measure == "activities")

    def _away(self, structured: Structured, away: AwayDay) -> None:
        grid = self.problem.grid
        days = grid.weeks * grid.days_per_week
        far = self.contexts.away(away.home, away.from_slots)
        parameters = [self.arena.room(days), self.arena.room(days), self.arena.block(far), away.min_minutes]
        node = self.node(Node(layout.AWAY, structured.rule_position, self.weight(structured), parameters))
        self.placed_matters = True
        self.link_resources(node, [away.resource])

    def _unit(self, measure: str) -> int:
        """Least load that one activity adds."""
        if measure == "clock_slots":
            return min((e - s for m in self.times.meetings for s, e in m), default=1)
        if measure == "contact_minutes":
            return min((a.contact_minutes for a in self.problem.activities if a.contact_minutes), default=1)
        return 1

    # --- pairs -----------------------------------------------------------------------------------------

    def _pair(self, node: int, relation: str, a: str, b: str, limit: int, pauses: int) -> None:
        at_a, at_b = self.at[a], self.at[b]
        if at_a == at_b or self.choices[at_a].dead or self.choices[at_b].dead:
            return
        number = NAMES.index(relation)
        self.pairs[at_a].append((at_b, node, number, 0, limit, pauses))
        self.pairs[at_b].append((at_a, node, number, 1, limit, pauses))
        self.nodes[node].members |= {at_a, at_b}
        self.placed_matters |= relation == "reachable"

    def _pair_time(self, structured: Structured, pair: PairTime) -> None:
        weight = self.weight(structured)
        if pair.relation == "not_overlap" and len(pair.activities) > 2:
            self.link_activities(self._apart(structured.rule_position, weight, -1), pair.activities)
            return
        node = self.node(Node(layout.PAIR, structured.rule_position, weight))
        pauses = self._skip(pair.pauses) if pair.pauses else -1
        if pair.relation == "same_start" and weight is None:
            self._tie({self.at[name] for name in pair.activities if not self.choices[self.at[name]].dead})
        for a, b in combinations(pair.activities, 2):
            self._pair(node, pair.relation, a, b, pair.limit, pauses)

    def _tie(self, together: set[int]) -> None:
        """Let activities that have to start together move together."""
        for at in tuple(together):
            together |= self.ties[at]
        for at in together:
            self.ties[at] = together

    def _skip(self, pauses: tuple[tuple[int, int], ...]) -> int:
        """Return the table of how far one comes from each slot through pauses alone."""
        if pauses not in self._skips:
            size = self.problem.grid.horizon_slots + self.problem.grid.slots_per_day + 1
            reach = list(range(size))
            free = {slot for start, end in pauses for slot in range(start, end)}
            for slot in range(size - 2, -1, -1):
                if slot in free:
                    reach[slot] = reach[slot + 1]
            self._skips[pauses] = len(self.skip_at)
            self.skip_at.append(self.arena.block(reach))
        return self._skips[pauses]

    def _seats(self, activities: Iterable[str], role: str) -> list[tuple[int, int]]:
        found = []
        for name in dict.fromkeys(activities):
            choice = self.choices[self.at[name]]
            k = next((k for k, r in enumerate(choice.roles) if r.requirement.role == role), None)
            if k is not None and not choice.dead:
                found.append((self.at[name], k))
        return found

    def _pair_resource(self, structured: Structured, pair: PairResource) -> None:
        node = self.node(Node(layout.PAIR, structured.rule_position, self.weight(structured)))
        for one, other in combinations(self._seats(pair.activities, pair.role), 2):
            for here, there in ((one, other), (other, one)):
                self.peers[here].append((0, node, int(self.first_role[there[0]]) + there[1], int(pair.same)))
                self.nodes[node].members.add(here[0])

    def _distinct(self, structured: Structured, distinct: Distinct) -> None:
        counts = self.arena.room(len(self.problem.resources))
        node = self.node(
            Node(
                layout.DISTINCT,
                structured.rule_position,
                self.weight(structured),
                [counts, 0, distinct.at_most],
            )
        )
        for here in self._seats(distinct.activities, distinct.role):
            self.peers[here].append((1, node, 0, 0))
            self.nodes[node].members.add(here[0])

    def _same_place(self, rule: int, at: int) -> None:
        choice, place = self.choices[at], [r.place for r in self.problem.resources]
        standing = [
            r for role in choice.roles for r in {place[s.resource] for s in role.seats} if r is not None
        ]
        fixed = {place[r] for r, _ in choice.fixed.values()} - {None}
        if choice.dead or len((set(standing) | fixed) - {None}) < 2:
            return
        own = self.contexts.place_at[next(iter(fixed)) or ""] if fixed else -1
        self.same_place[at] = self.node(Node(layout.OWN, rule, None, [own], {at}))

    def _span(self, structured: Structured, makespan: Makespan) -> None:
        last = [max(e for _, e in m) for m in self.times.meetings]
        ranked = [0, *sorted(set(last))]
        rank = {end: k for k, end in enumerate(ranked)}
        parameters = [
            self.arena.room(len(ranked)),
            self.arena.block(rank[end] for end in last),
            self.arena.block(ranked),
            len(ranked),
            0,
        ]
        node = self.node(Node(layout.SPAN, structured.rule_position, self.weight(structured), parameters))
        self.link_activities(node, makespan.activities)
