"""An amended problem on the compiled plan: only what the amendment touches is compiled anew."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from solver.advice.desk import Desk
from solver.amendment import Amendment
from solver.engine.compile import Compiler
from solver.engine.loads import AreasAway, PeriodLoad
from solver.engine.lowering import Lowered
from solver.engine.model import Binding, Line, Model, Payload, Template
from solver.engine.nodes import Exclusive, Node, Pooled, Spacing
from solver.engine.state import State
from solver.engine.templates import TemplateBuilder
from solver.errors import InvalidProblem
from solver.primitives import Cumulative, Disjunctive, Distance, PeriodSum
from solver.problem import Problem
from solver.rules import kind, read
from solver.rules.base import RuleParams, stage_of


class Unfit(Exception):
    """The amendment changes what cannot be exchanged in the compiled plan."""


class Variant:
    """The plan's state as it is under an amendment, for some unplaced activities of one request.

    Everything that is placed stays where it is; only the given activities are compiled anew.

    Attributes
    ----------
    problem
        The amended problem.
    templates
        New templates of the given activities, with the positions of the templates they come from.
    added
        Those of them whose activities the amendment adds.
    whole
        The given activities are placed together or not at all.
    """

    def __init__(
        self, desk: Desk, amendment: Amendment, rules: Collection[int], activities: Sequence[str]
    ) -> None:
        self.desk = desk
        self.problem: Problem = amendment.applied(desk.problem)
        self.templates: list[tuple[Template, int]] = []
        self.whole = False
        self.added: set[int] = set()
        # The compiled plan keeps every activity at its position: what is dropped is just not placed.
        self._kept = self.problem
        if amendment.without:
            self._kept = amendment.model_copy(update={"without": ()}).applied(desk.problem)
        self._at = {a.id: i for i, a in enumerate(self._kept.activities)}
        self._rules = frozenset(rules)
        self._rules |= _touched(desk.compiler.lowered, amendment)
        gone = set(amendment.without)
        self._dropped = [name for name in activities if name in gone]
        self._activities = [name for name in activities if name not in gone]
        self._activities += [a.id for a in amendment.activities if a.id not in desk.at]
        self._origin = desk.model.template_of[desk.at[activities[0]]]

    @contextmanager
    def grafted(self) -> Iterator[State]:
        """Lend the state with the new templates in it; all is taken back afterwards.

        Raises
        ------
        Unfit
            The amendment cannot be grafted.
        """
        desk = self.desk
        state, model, compiler = desk.state, desk.model, desk.compiler
        kept = (
            list(model.bindings),
            list(model.exclusive_of),
            list(model.pooled_of),
            list(model.tags_of),
            [template.lines for template in model.templates],
            len(model.templates),
            list(model.template_of),
            {i: list(waiting) for i, waiting in enumerate(state.waiting)},
        )
        state.trail.clear()

        def take_back() -> None:
            state.undo()
            bindings, exclusive, pooled, tags, lines, size, template_of, waiting = kept
            model.bindings[:] = bindings
            model.exclusive_of[:] = exclusive
            model.pooled_of[:] = pooled
            model.tags_of[:] = tags
            del compiler.told[len(tags) :]
            del model.templates[size:]
            for template, its in zip(model.templates, lines, strict=True):
                template.lines = its
            model.template_of[:] = template_of
            del state.at[len(template_of) :]
            del state.waiting[size:]
            for i, there in waiting.items():
                state.waiting[i] = there
            model.problem = desk.problem
            model.forget_lines()
            state.forget()
            self.templates = []

        with desk.safely(take_back, expected=(Unfit, InvalidProblem)):
            graft = _Graft(desk, self._kept, self._rules)
            graft.exchange_nodes()
            self._replant(graft, state, model, compiler)
            yield state

    def _replant(self, graft: _Graft, state: State, model: Model, compiler: Compiler) -> None:
        builder = graft.builder()
        added = len(self._at) - len(state.at)
        state.at += [None] * added
        model.template_of += [self._origin] * added
        groups: dict[tuple[int, tuple[str, int] | None], list[str]] = defaultdict(list)
        for name in self._activities:
            # What is added is told apart by its chain and size; the rest as it was.
            activity = self._kept.activity_by_id[name]
            apart = None if name in self.desk.at else (activity.chain, activity.size)
            groups[model.template_of[self._at[name]], apart].append(name)
        gone = {self.desk.at[name] for name in self._dropped}
        for (origin, apart), names in groups.items():
            lines = graft.lines_of(model.templates[origin]) if apart is None else graft.lines_for(names[0])
            template = builder.template(len(model.templates), names, lines)
            template.activities = [self._at[name] for name in names]
            template.bundle = -1
            model.templates.append(template)
            for at in template.activities:
                model.template_of[at] = template.index
            moved = set(template.activities) | gone
            state.waiting[origin] = [a for a in state.waiting[origin] if a not in moved]
            state.waiting.append(list(reversed(template.activities)))
            self.templates.append((template, origin))
            if apart is not None:
                self.added.add(template.index)
        together = {a for _, presence in graft.compiler.lowered.presences for a in presence.activities}
        asked = {self._kept.activity_by_id[name].request for name in self._activities}
        self.whole = not together.isdisjoint(self._activities) or any(
            not self._kept.request_by_id[request].partial for request in asked
        )
        model.problem = self._kept
        model.forget_lines()
        state.forget()


class _Graft:
    """Exchanges the nodes and windows of some rules in a compiled plan for those of the amended rules."""

    def __init__(self, desk: Desk, problem: Problem, rules: frozenset[int]) -> None:
        self.desk = desk
        self.problem = problem
        self.rules = rules
        self.model = desk.model
        old = desk.compiler.lowered
        self.changed = [*sorted(rules), *range(len(desk.problem.rules), len(problem.rules))]
        self.new = Lowered()
        for position in self.changed:
            rule = problem.rules[position]
            params = read(problem, rule)
            if not isinstance(params, RuleParams):
                raise InvalidProblem(list(params))
            meaning = kind(rule.kind)
            for primitive in meaning.lower(problem, params):
                self.new.take(position, stage_of(meaning, rule), rule.weight, primitive)
        if any(row[0] in rules for row in (*old.sequences, *self.new.sequences)):
            raise Unfit
        if any(isinstance(p, PeriodSum) and len(p.resources) > 1 for _, p in _statements(old, rules)):
            raise Unfit
        if any(s.rule_position in rules and s.weight is None for s in old.structures):
            raise Unfit
        self._dead: set[int] = set()
        self._lines: dict[str, list[Line]] = defaultdict(list)
        self.compiler = self._compiler()

    def _compiler(self) -> Compiler:
        desk = self.desk
        compiler = copy.copy(desk.compiler)
        compiler.problem = self.problem
        compiler.resource_at = {r.id: i for i, r in enumerate(self.problem.resources)}
        for resource in self.problem.resources:
            known = len(compiler.contexts)
            compiler.context_of(resource)
            if len(compiler.contexts) != known:
                raise Unfit
        for resource in self.problem.resources[len(self.model.bindings) :]:
            compiler.told.append(compiler.context_of(resource))
            self.model.bindings.append([])
            self.model.exclusive_of.append(None)
            self.model.pooled_of.append(None)
        self.model.tags_of[:] = [compiler.tags(r.tags) for r in self.problem.resources]
        compiler.lowered = self._lowered()
        return compiler

    def _lowered(self) -> Lowered:
        """Everything lowered before, with what the rules say now in place of what they said."""
        old, new, rules = self.desk.compiler.lowered, self.new, self.rules
        lists: dict[str, Any] = {
            name: [row for row in getattr(old, name) if row[0] not in rules] + getattr(new, name)
            for name in ("windows", "cumulatives", "disjunctives", "sums", "distances", "presences")
        }
        for name in ("forbidden", "fixed"):
            kept = {
                activity: [row for row in rows if row[0] not in rules]
                for activity, rows in getattr(old, name).items()
            }
            for activity, rows in getattr(new, name).items():
                kept[activity] = [*kept.get(activity, []), *rows]
            lists[name] = kept
        same_place = {a: r for a, r in old.same_place.items() if r not in rules}
        return replace(old, same_place={**same_place, **new.same_place}, **lists)

    # --- nodes ------------------------------------------------------------------------------------------

    def exchange_nodes(self) -> None:
        """Take out the nodes of statements that are gone, put in those of new ones with what is placed."""
        old = _statements(self.desk.compiler.lowered, self.rules)
        new = _statements(self.new, frozenset(self.changed))
        before, after = set(old), set(new)
        for position, primitive in old:
            if (position, primitive) not in after:
                self._take_out(position, primitive)
        self._put_in([row for row in new if row not in before])

    def _take_out(self, rule: int, primitive: Any) -> None:
        model = self.model
        if isinstance(primitive, Cumulative | Disjunctive):
            resources: Sequence[str] = (primitive.resource,)
        else:
            resources = getattr(primitive, "resources", ())
        for name in resources:
            at = self.compiler.resource_at[name]
            kept = [b for b in model.bindings[at] if not _states(b.node, rule, primitive)]
            self._dead.update(id(b.node) for b in model.bindings[at] if b not in kept)
            model.bindings[at] = kept
            if isinstance(primitive, Disjunctive):
                model.exclusive_of[at] = None
            elif isinstance(primitive, Cumulative):
                model.pooled_of[at] = None
        names = getattr(primitive, "activities", ())
        for index in {model.template_of[self.desk.at[n]] for n in names if n in self.desk.at}:
            lines = model.templates[index].lines
            self._dead.update(id(node) for node, _ in lines if _states(node, rule, primitive))

    def _put_in(self, statements: Sequence[tuple[int, Any]]) -> None:
        desk, model = self.desk, self.model
        maker = copy.copy(self.compiler)
        maker.lowered = Lowered()
        for position, primitive in statements:
            maker.lowered.take(position, "hard", None, primitive)
        # Which resources are exclusive decides what a capacity means; the old rules still say so.
        exclusive = {d.resource for _, d in self.compiler.lowered.disjunctives}
        maker.lowered.cumulatives = [c for c in maker.lowered.cumulatives if c[1].resource not in exclusive]
        maker.bindings = [[] for _ in self.problem.resources]
        maker.activity_lines = defaultdict(list)
        maker.multiple = set()
        nodes = maker.nodes()
        for at, found in enumerate(maker.bindings):
            if found:
                self._fill(at, found)
                model.bindings[at] = [*model.bindings[at], *found]
                model.exclusive_of[at] = model.exclusive_of[at] or nodes[0][at]
                model.pooled_of[at] = model.pooled_of[at] or nodes[1][at]
        self._lines = maker.activity_lines
        for index in range(len(model.templates)):
            template = model.templates[index]
            template.lines = self.lines_of(template)
        for name, lines in maker.activity_lines.items():
            at_activity = desk.at.get(name)
            place = None if at_activity is None else desk.state.at[at_activity]
            if at_activity is not None and place is not None:
                template = model.templates[model.template_of[at_activity]]
                for node, payload in lines:
                    told = template.load if payload < 0 else payload
                    node.add(template.bits, place[0], told, at_activity)

    def lines_of(self, template: Template) -> list[Line]:
        """Return a template's own nodes under the amended rule."""
        kept = [line for line in template.lines if id(line[0]) not in self._dead]
        name = self.desk.problem.activities[template.activities[0]].id
        have = {id(node) for node, _ in kept}
        more = [(n, template.load if p < 0 else p) for n, p in self._lines.get(name, ()) if id(n) not in have]
        return kept + more if more or len(kept) != len(template.lines) else template.lines

    def lines_for(self, name: str) -> list[Line]:
        """Return the nodes of an activity that is new; of the rules that are not amended it has none."""
        return [(node, payload) for node, payload in self._lines.get(name, ()) if payload >= 0]

    def _fill(self, resource: int, bindings: Iterable[Binding]) -> None:
        """Tell new nodes of a resource what is placed on it."""
        desk, model = self.desk, self.model
        state = desk.state
        for activity, place in enumerate(state.at):
            if place is None:
                continue
            template = model.templates[model.template_of[activity]]
            uses = [
                role
                for role, position in zip(template.roles, place[1], strict=True)
                if role.seats[position].resource == resource
            ]
            if not uses:
                continue
            context, tags = state.where(template, place[1])
            told = {
                Payload.CONTEXT: context,
                Payload.LOAD: template.load,
                Payload.AREA: model.areas[model.contexts[context].place],
            }
            for binding in bindings:
                if binding.tags and not binding.tags & tags:
                    continue
                for role in uses:
                    payload = role.amount if binding.payload is Payload.AMOUNT else told[binding.payload]
                    binding.node.add(template.bits, place[0], payload, activity)

    # --- templates ----------------------------------------------------------------------------------------

    def builder(self) -> TemplateBuilder:
        """Return a builder of templates under the amended rule, on the live nodes."""
        compiler = copy.copy(self.compiler)
        compiler.bindings = self.model.bindings
        return TemplateBuilder(compiler, self.model)


def _statements(lowered: Lowered, rules: frozenset[int]) -> list[tuple[int, Any]]:
    """Return the statements of rules that have nodes of their own."""
    rows = [*lowered.cumulatives, *lowered.disjunctives, *lowered.sums, *lowered.distances]
    return [(position, primitive) for position, primitive in rows if position in rules]


def _touched(lowered: Lowered, amendment: Amendment) -> set[int]:
    """Return the rules that say something else when there are other resources or activities."""
    found: set[int] = set()
    if amendment.resources or amendment.candidate_sets or amendment.activities:
        # Who is forbidden what depends on who is there.
        found.update(rule for rows in lowered.forbidden.values() for rule, _ in rows)
    if amendment.activities:
        rows = (*lowered.windows, *lowered.sums, *lowered.distances)
        found.update(row[0] for row in rows)
        found -= {rule for rule, _ in lowered.sequences}
    return found


def _states(node: Node, rule: int, primitive: Any) -> bool:
    """Tell whether a node comes from this statement of a rule."""
    if node.rule != rule:
        return False
    if isinstance(primitive, PeriodSum):
        if isinstance(node, PeriodLoad):
            return node.total == primitive
        return isinstance(node, AreasAway) and primitive.measure == "areas_away"
    if isinstance(primitive, Distance):
        return isinstance(node, Spacing) and node.min_slots == primitive.min_slots
    return isinstance(node, Exclusive if isinstance(primitive, Disjunctive) else Pooled)
