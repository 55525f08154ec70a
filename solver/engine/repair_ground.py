"""Where a repair begins: the previous plan as far as it still holds, what stays, what has to find a place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from solver import checker
from solver.engine.compile import compile_problem
from solver.engine.lowering import lower
from solver.engine.model import Choice, Model, Template
from solver.engine.nodes import Node
from solver.engine.numbering import spots
from solver.engine.state import State
from solver.problem import Problem
from solver.rules import parsed
from solver.solution import Placement, Reason, Solution, Unplaced
from solver.stability import change_rule, missing_cost

Spot = tuple[int, Choice]
"""Option and choice of a placed activity."""
Plan = list[Spot | None]
"""Where every activity is."""

_ANY = Reason(rule="search", code="not_found")


@dataclass(slots=True)
class Ground:
    """A repair in the making; activities are positions in the problem.

    Attributes
    ----------
    priced
        The problem with D as the cost of its rule `change`.
    whole
        The state keeps every hard rule.
    state
        The plan; at first all that could stay. Every activity is a template of its own.
    before
        Where the previous plan has each activity; None: it had it nowhere, or nowhere that exists.
    placed
        Activities that the previous plan had placed.
    frozen
        Activities that are not to be moved.
    hit
        Activities that could not stay, in the problem's order.
    wanted
        Activities that have to find a place if there is one: what is hit, and what is new.
    missing
        What each new one adds to D without a place.
    """

    problem: Problem
    priced: Problem
    whole: bool
    model: Model
    state: State
    before: list[Spot | None]
    placed: set[int]
    frozen: set[int]
    hit: list[int]
    wanted: list[int]
    missing: dict[int, int]
    freeze_until_slot: int
    _binds: dict[int, tuple[Spot, dict[Node, tuple[int, ...]]]] = field(default_factory=dict)

    def template(self, activity: int) -> Template:
        """Return the template of an activity."""
        return self.model.templates[self.model.template_of[activity]]

    def price(self, activity: int, spot: Spot | None) -> int:
        """Return what an activity adds to D at a spot, or without one."""
        if spot is None:
            return self.missing.get(activity, 0) or _weight(self.model, activity)
        return self.state.price(self.template(activity), *spot)[1]

    @property
    def concerned(self) -> list[int]:
        """What was placed or has to find a place."""
        return sorted({*self.wanted, *self.placed})

    def lost(self) -> list[int]:
        """Return what was placed or is wanted and has no place."""
        return [a for a in self.concerned if self.state.at[a] is None]

    def lost_minutes(self) -> int:
        """Return the learner-minutes of what has no place."""
        return sum(self.template(a).worth for a in self.lost())

    def owing(self) -> int:
        """Return the learner-minutes by which the plan misses quotas."""
        quotas = zip(self.model.quotas, self.state.reserved, strict=True)
        return sum(max(0, target - met) for target, met in quotas)

    def with_groups(self, activities: Iterable[int]) -> set[int]:
        """Return activities with the others of their all-or-none groups that are not frozen."""
        found = set(activities)
        groups = [m for m in self.model.bundles if found.intersection(m)]
        return found | {a for m in groups for a in m} - self.frozen

    def binds(self, activity: int) -> dict[Node, tuple[int, ...]]:
        """Return the nodes that an activity binds where it is, each with roles of which one has to change.

        Without roles it binds the node with any seats; empty for an activity without a place.
        """
        spot = self.state.at[activity]
        if spot is None:
            return {}
        kept = self._binds.get(activity)
        if kept is None or kept[0] != spot:
            kept = self._binds[activity] = (spot, self._bound(self.template(activity), spot[1]))
        return kept[1]

    def _bound(self, template: Template, choice: Choice) -> dict[Node, tuple[int, ...]]:
        context, tags = self.state.where(template, choice)
        found: dict[Node, tuple[int, ...]] = {node: () for node, _ in template.lines}
        hosts = tuple(at for at, role in enumerate(template.roles) if role.hosts)
        for at, (role, position) in enumerate(zip(template.roles, choice, strict=True)):
            resource = role.seats[position].resource
            lines = self.model.lines(resource, role.amount, template.load, context, tags)
            for node, _ in (*lines, *role.lines(resource)):
                # What a resource binds may depend on where the activity stands.
                found.setdefault(node, (at,) if role.hosts else (at, *hosts))
        return found

    def release(self, frozen: set[int], previous: Solution) -> None:
        """Let activities that were frozen count as hit: they may go later, or nowhere."""
        self.frozen -= frozen
        self.hit = sorted({*self.hit, *frozen})
        self.wanted = sorted({*self.wanted, *frozen})
        _bar_early(self, previous.placement_of, sorted(frozen))


def ground(problem: Problem, previous: Solution, freeze_until_slot: int) -> Ground:
    """Lay the previous plan into a new state; what does not fit there is hit."""
    was = previous.placement_of
    rules = tuple(r for r in problem.rules if r.kind != "change")
    priced = problem.model_copy(update={"rules": (*rules, change_rule(problem, was, freeze_until_slot))})
    beyond = _beyond(priced)
    kept = tuple(r for i, r in enumerate(priced.rules) if i not in beyond)
    model = compile_problem(priced.model_copy(update={"rules": kept}) if beyond else priced, apart=True)
    state = State(model)
    numbers = {a.id: i for i, a in enumerate(problem.activities)}
    placed = {numbers[name] for name in was if name in numbers}
    early = {a for a in placed if was[problem.activities[a].id].meetings[0][0] < freeze_until_slot}
    before = _before(problem, model, was)
    whole = [a for a in sorted(placed) if before[a] is not None]
    doubtful = _doubtful(problem, was, whole)
    _place(state, model, before, [a for a in whole if a not in doubtful], sure=True)
    order = sorted(doubtful, key=lambda a: (a not in early, -_weight(model, a), a))
    _place(state, model, before, order, sure=False)
    hit = [a for a in sorted(placed) if state.at[a] is None]
    known = {u.activity for u in previous.unplaced}
    new = [i for i, a in enumerate(problem.activities) if i not in placed and a.id not in known]
    found = Ground(
        problem=problem,
        priced=priced,
        whole=not beyond,
        model=model,
        state=state,
        before=before,
        placed=placed,
        frozen=early - set(hit),
        hit=hit,
        wanted=sorted([*hit, *new]),
        missing={i: missing_cost(problem, problem.activities[i]) for i in new},
        freeze_until_slot=freeze_until_slot,
    )
    _bar_early(found, was, sorted(set(range(len(before))) - found.frozen))
    return found


def _beyond(problem: Problem) -> set[int]:
    """Return the positions of hard rules about structure, if some of them are more than a state keeps."""
    if not any(p.rule.weight is None and p.kind.flexible for p in parsed(problem)):
        return set()
    lowered = lower(problem)
    hard = {s.rule_position for s in lowered.structures if s.weight is None}
    return hard if lowered.needs_local else set()


def _place(
    state: State, model: Model, before: list[Spot | None], activities: list[int], *, sure: bool
) -> None:
    """Place activities where they were; unless sure, only those that fit beside what is there."""
    for activity in activities:
        spot = before[activity]
        assert spot is not None
        template = model.templates[model.template_of[activity]]
        if sure or state.fits(template, *spot):
            state.place(activity, *spot)


def _weight(model: Model, activity: int) -> int:
    """Return what it costs D to leave the activity out."""
    costs = model.lowered.costs.get(model.problem.activities[activity].id, ())
    return sum(c.weight * c.linear.unplaced for c in costs if c.stage == "change")


def _before(problem: Problem, model: Model, was: Mapping[str, Placement]) -> list[Spot | None]:
    """Return where the previous plan has activities; None also where that breaks a rule by itself."""
    empty = State(model)
    found = spots(model, [was[a.id] for a in problem.activities if a.id in was])
    for activity, spot in enumerate(found):
        # What it breaks with nothing beside it is told by the checker like all the rest.
        template = model.templates[model.template_of[activity]]
        if spot is not None and not (
            empty.fixed_mask(template, spot[1]) >> spot[0] & 1 and empty.possible(template, spot[1])
        ):
            found[activity] = None
    return found


def _doubtful(problem: Problem, was: Mapping[str, Placement], whole: list[int]) -> set[int]:
    """Return the activities that break a rule together, by the checker's word."""
    numbers = {a.id: i for i, a in enumerate(problem.activities)}
    there = set(whole)
    kept = Solution(
        problem_sha256="",
        placements=tuple(was[problem.activities[a].id] for a in whole),
        unplaced=tuple(
            Unplaced(activity=a.id, reasons=(_ANY,))
            for i, a in enumerate(problem.activities)
            if i not in there
        ),
    )
    found: set[int] = set()
    for violation in checker.check(problem, kept):
        if violation.kind in ("structure", "all_or_none"):
            # Units are given anew, and whole requests are made whole or empty at the end.
            continue
        if not violation.activities:
            return there
        found.update(numbers[name] for name in violation.activities if name in numbers)
    return found & there


def _bar_early(ground: Ground, was: Mapping[str, Placement], activities: Iterable[int]) -> None:
    """Leave no option before the freeze: to what is hit there only those that are no earlier than it was."""
    freeze = ground.freeze_until_slot
    for activity in activities:
        template, spot = ground.template(activity), ground.before[activity]
        known = was.get(ground.problem.activities[activity].id)
        since = freeze if known is None else min(freeze, known.meetings[0][0])
        allowed = ~template.bits.starting_before(since)
        if spot is not None:
            allowed |= 1 << spot[0]
        template.base &= allowed
