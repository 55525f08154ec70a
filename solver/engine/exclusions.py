"""Which rules exclude how many placements of an activity: in any plan, and because of what is placed."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice, product

from solver.engine.model import Choice, Role, Seat, Template
from solver.engine.nodes import Node
from solver.engine.state import State
from solver.engine.times import bits_of
from solver.problem import Activity, Requirement

MOST_HOLDERS = 10
_SAMPLED_CHOICES = 48

_ByRule = dict[int, int]
"""For each rule the options that it allows, as a mask; of what is placed, those that it blocks."""


def _needed(rules: Iterable[int], left: Callable[[frozenset[int]], int]) -> set[int]:
    """Return rules that together leave nothing, each of them needed for that; empty when all leave something.

    Of several such sets the one that keeps the rules given first.
    """
    ordered = list(rules)
    core = frozenset(ordered)
    if left(core):
        return set()
    for rule in reversed(ordered):
        if not left(core - {rule}):
            core -= {rule}
    return set(core)


def _folded(masks: Mapping[int, int], roles: Iterable[Mapping[int, int]]) -> int:
    """Count placements: how many combinations of one mask of each role share how many options."""
    for role in roles:
        together: Counter[int] = Counter()
        for mask, times in masks.items():
            for other, others in role.items():
                if both := mask & other:
                    together[both] += times * others
        masks = together
    return sum(mask.bit_count() * times for mask, times in masks.items())


class Fixed:
    """What rules exclude in any plan, over all candidates and options of an activity."""

    def __init__(self, state: State, template: Template, activity: Activity) -> None:
        self._model = model = state.model
        self._bits = model.windows.every(activity)
        self._sure_tags = template.sure_tags
        self._activity = activity
        self._own: _ByRule = {}
        for window in model.windows.of_activity.get(activity.id, ()):
            self._narrow(self._own, model.windows.rule(window), model.windows.inside(self._bits, window))
        self._host = model.problem.place_role_of[activity.id]
        self._seats: dict[str, list[tuple[str, int, _ByRule]]] = {}
        for requirement in activity.requirements:
            self._seats[requirement.role] = list(self._candidates(requirement))
        self._rules = set(self._own)
        for seats in self._seats.values():
            self._rules.update(rule for _, _, by_rule in seats for rule in by_rule)
        self.total = self._count(lambda rule: False)

    def _narrow(self, by_rule: _ByRule, rule: int, mask: int) -> None:
        by_rule[rule] = by_rule.get(rule, self._bits.full) & mask

    def _candidates(self, requirement: Requirement) -> Iterator[tuple[str, int, _ByRule]]:
        model, lowered = self._model, self._model.lowered
        forbidden = lowered.forbidden.get(self._activity.id, ())
        for candidate in model.problem.candidate_sets[requirement.candidates]:
            name = candidate.resource
            at = model.resource_at[name]
            by_rule: _ByRule = {}
            for rule, primitive in forbidden:
                if primitive.role == requirement.role and name in primitive.resources:
                    by_rule[rule] = 0
            for rule, fixed in lowered.fixed.get(self._activity.id, ()):
                if fixed.resources.get(requirement.role, name) != name:
                    by_rule[rule] = 0
            for rule, cumulative in lowered.cumulatives:
                if cumulative.resource == name and requirement.amount > cumulative.capacity:
                    by_rule[rule] = 0
            for window, tags in model.windows.of_resource[at]:
                if not tags:
                    self._narrow(
                        by_rule, model.windows.rule(window), model.windows.inside(self._bits, window)
                    )
            yield name, at, by_rule

    def _tagged(self, at: int, tags: int) -> _ByRule:
        found: _ByRule = {}
        for window, needed in self._model.windows.of_resource[at]:
            if needed & tags:
                self._narrow(
                    found, self._model.windows.rule(window), self._model.windows.inside(self._bits, window)
                )
        return found

    def _count(self, holds: Callable[[int], bool]) -> int:
        """Placements that all rules for which `holds` is true allow."""

        def mask(by_rule: _ByRule) -> int:
            found = self._bits.full
            for rule, allowed in by_rule.items():
                if holds(rule):
                    found &= allowed
            return found

        own = mask(self._own)
        total = 0
        hosts: dict[int, Counter[int]] = {}
        for _, at, by_rule in self._seats.get(self._host or "", [("", -1, {})]):
            tags = self._sure_tags | (self._model.tags_of[at] if at >= 0 else 0)
            both = own & mask(by_rule) & (mask(self._tagged(at, tags)) if at >= 0 else own)
            hosts.setdefault(tags, Counter())[both] += 1
        for tags, masks in hosts.items():
            others = [
                Counter(mask(by_rule) & mask(self._tagged(at, tags)) for _, at, by_rule in seats)
                for role, seats in self._seats.items()
                if role != self._host
            ]
            total += _folded(masks, others)
        return total

    def left(self, without: Collection[int] = ()) -> int:
        """Placements that all rules allow, or all but some."""
        return self._count(lambda rule: rule not in without)

    def ranked(self) -> list[tuple[int, int]]:
        """Return ``(placements that it excludes, rule)``, the most first."""
        found = [(self.total - self._count(lambda r, one=rule: r == one), rule) for rule in self._rules]  # type: ignore[misc]
        return sorted(found, key=lambda row: (-row[0], row[1]))

    def core(self) -> set[int]:
        """Rules that together leave no placement, none of them to spare."""
        return _needed((rule for _, rule in self.ranked()), lambda rules: self._count(rules.__contains__))

    def bound(self, rule: int) -> list[str]:
        """Candidates from which the rule takes options away."""
        full = self._bits.full
        seats = (seat for seats in self._seats.values() for seat in seats)
        return list(dict.fromkeys(name for name, _, by_rule in seats if by_rule.get(rule, full) != full))

    def names(self, without: int) -> dict[str, list[str]]:
        """Candidates of every role that the other rules leave an option."""
        own = self._bits.full
        for rule, mask in self._own.items():
            if rule != without:
                own &= mask
        found: dict[str, list[str]] = {}
        for role, seats in self._seats.items():
            found[role] = []
            for name, _, by_rule in seats:
                left = own
                for rule, mask in by_rule.items():
                    if rule != without:
                        left &= mask
                if left:
                    found[role].append(name)
        return found


class Held:
    """What rules exclude because of what is placed now, of the placements that no rule excludes for good."""

    def __init__(self, state: State, template: Template) -> None:
        self._state = state
        self.template = template
        self._own = self._blocked(template.lines)
        host = next((i for i, role in enumerate(template.roles) if role.hosts), None)
        self._hosts: list[tuple[int, int, int, list[list[tuple[int, _ByRule]]]]] = []
        lead = template.roles[host].seats if host is not None else [None]
        for position, seat in enumerate(lead):
            context, tags = (seat.context, seat.tags) if seat is not None else (0, 0)
            tags |= template.sure_tags
            rows = []
            for i, role in enumerate(template.roles):
                seats = [seat] if i == host and seat is not None else role.seats
                rows.append([self._row(role, s, context, tags) for s in seats])
            self._hosts.append((-1 if host is None else host, position, tags, rows))
        self._rules = set(self._own)
        for _, _, _, rows in self._hosts:
            self._rules.update(rule for row in rows for _, by_rule in row for rule in by_rule)
        self.total = self._count(frozenset())
        self._ranked: list[tuple[int, int]] | None = None

    def _row(self, role: Role, seat: Seat, context: int, tags: int) -> tuple[int, _ByRule]:
        mask = seat.mask
        for needed, tagged in seat.tagged:
            if needed & (tags | seat.tags):
                mask &= tagged
        lines = self._state.model.lines(
            seat.resource, role.amount, self.template.load, context, tags | seat.tags
        )
        return mask, self._blocked([*lines, *role.lines(seat.resource)])

    def _blocked(self, lines: Iterable[tuple[Node, int]]) -> _ByRule:
        found: _ByRule = {}
        for node, payload in lines:
            found[node.rule] = found.get(node.rule, 0) | node.blocked(self.template.bits, payload)
        return found

    def _count(self, rules: frozenset[int]) -> int:
        """Placements that these rules leave."""

        def free(by_rule: _ByRule) -> int:
            found = -1
            for rule, blocked in by_rule.items():
                if rule in rules:
                    found &= ~blocked
            return found

        own = self.template.base & free(self._own)
        return sum(
            _folded({own: 1}, [Counter(mask & free(by_rule) for mask, by_rule in row) for row in rows])
            for _, _, _, rows in self._hosts
        )

    def left(self, without: Collection[int] = ()) -> int:
        """Placements that all rules leave, or all but some."""
        return self._count(frozenset(self._rules.difference(without)))

    def ranked(self) -> list[tuple[int, int]]:
        """Return ``(placements that it excludes, rule)``, the most first, without those that exclude none."""
        if self._ranked is None:
            found = [(self.total - self._count(frozenset((rule,))), rule) for rule in self._rules]
            self._ranked = sorted((row for row in found if row[0]), key=lambda row: (-row[0], row[1]))
        return self._ranked

    def core(self) -> list[tuple[int, int]]:
        """Return those of `ranked` that together leave nothing, none to spare; all when they leave some."""
        ranked = self.ranked()
        if ranked and ranked[0][0] == self.total:
            return ranked[:1]
        core = _needed((rule for _, rule in ranked), self._count)
        return [row for row in ranked if row[1] in core] or ranked

    def bound(self, rule: int) -> list[str]:
        """Candidates from which the rule takes options away."""
        resources, found = self._state.model.problem.resources, dict[str, None]()
        for host, position, _, rows in self._hosts:
            for i, (role, row) in enumerate(zip(self.template.roles, rows, strict=True)):
                seats = role.seats[position : position + 1] if i == host else role.seats
                for seat, (_, by_rule) in zip(seats, row, strict=True):
                    if by_rule.get(rule):
                        found[resources[seat.resource].id] = None
        return list(found)

    def _choices(self) -> Iterator[tuple[Choice, list[tuple[int, _ByRule]]]]:
        for host, position, _, rows in self._hosts:
            for chosen in islice(product(*(range(len(row)) for row in rows)), _SAMPLED_CHOICES // 4):
                choice = tuple(position if i == host else k for i, k in enumerate(chosen))
                yield choice, [rows[i][k] for i, k in enumerate(chosen)]

    def holders(self, rule: int) -> list[int]:
        """Activities that hold places which this rule denies, those first whose leaving would be enough.

        Of these the ones of other requests: what a request denies itself is seldom the question.
        """
        state, template = self._state, self.template
        activities = state.model.problem.activities
        asks = activities[template.activities[0]].request
        samples: list[tuple[int, bool, tuple[int, ...]]] = []
        choices = list(islice(self._choices(), _SAMPLED_CHOICES))
        for choice, rows in choices:
            mask, denied, other = template.base, self._own.get(rule, 0), 0
            for by_rule in [self._own, *(by_rule for _, by_rule in rows)]:
                denied |= by_rule.get(rule, 0)
                for r, blocked in by_rule.items():
                    other |= blocked if r != rule else 0
            for allowed, _ in rows:
                mask &= allowed
            only = mask & denied & ~other or mask & denied
            if not only or not state.possible(template, choice):
                continue
            told = [
                (node, payload, node.blocked(template.bits, payload))
                for node, payload in state.footprint(template, choice)
                if node.rule == rule
            ]
            # Others may stand there at another hour.
            options = list(bits_of(only))
            for option in options[:: -(-len(options) * len(choices) // _SAMPLED_CHOICES)]:
                found: set[int] = set()
                for node, payload, blocked in told:
                    if blocked >> option & 1:
                        found |= node.holders(template.bits, option, payload)
                if found:
                    own = any(activities[a].request == asks for a in found)
                    samples.append((len(found), own, tuple(sorted(found))))
        samples.sort()
        ordered = dict.fromkeys(a for _, _, group in samples for a in group)
        return list(islice(ordered, MOST_HOLDERS))
