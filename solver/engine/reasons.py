"""Why an activity has no place: which rules exclude how many placements, and who holds the rest."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from solver.engine.counting import Overload, Overloads, places_of
from solver.engine.exclusions import Fixed, Held
from solver.engine.model import Model, Template
from solver.engine.state import State
from solver.problem import Activity
from solver.rules import parsed
from solver.solution import Fact, Reason
from solver.words import BOUND, NARROWED

_MOST_REASONS = 5
_MOST_PLACES_NAMED = 4
_MOST_BOUND_NAMED = 2
_WITHOUT_NAMES = frozenset({NARROWED, "excluded"})
"""Codes whose templates name nobody."""


class Shortages:
    """Proofs by counting that places are asked for more than they have, whatever the plan; one for a model.

    Attributes
    ----------
    alone
        Reasons that hold when nothing else is placed, by template, as far as somebody asked.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.alone: dict[int, list[Reason]] = {}

    def of(self, template: Template) -> Reason | None:
        """Return what is lacking in the fewest places that a template's sessions share with others."""
        places = places_of(self._model, template)
        overload = self._overloads.fewest(places) if places else None
        return None if overload is None else self._reason(overload)

    @cached_property
    def _overloads(self) -> Overloads:
        return Overloads(self._model)

    def _reason(self, overload: Overload) -> Reason:
        resources = [self._model.problem.resources[place] for place in sorted(overload.places)]
        facts: dict[str, Fact] = {
            "needed_slots": overload.needed_slots,
            "offered_slots": overload.offered_slots,
            "lacking_slots": overload.needed_slots - overload.offered_slots,
        }
        shared = frozenset.intersection(*(r.tags for r in resources))
        if len(resources) > _MOST_PLACES_NAMED and shared and not overload.shared:
            carried = Counter(tag for r in self._model.problem.resources for tag in r.tags)
            tag = min(shared, key=lambda tag: (carried[tag], tag))
            facts |= {"tag_id": tag, "places": len(resources)}
            return Reason(rule="counting", code="short_of_tag", facts=facts, proof="counting")
        facts["place_ids"] = ",".join(r.id for r in resources)
        code = "short_of_workplaces" if overload.shared else "short_of_places"
        return Reason(rule="counting", code=code, facts=facts, proof="counting")


class Explainer:
    """Explains against the plan that a state holds now; interchangeable activities share their reasons."""

    def __init__(self, state: State, *, not_found: bool = False, shortages: Shortages | None = None) -> None:
        self._state = state
        self._model = state.model
        self._problem = state.model.problem
        self._not_found = not_found
        self._shortages = shortages or Shortages(state.model)
        self._parsed = parsed(self._problem)
        self._known: dict[int, tuple[Reason, ...]] = {}

    def reasons(self, template: int) -> tuple[Reason, ...]:
        """Return the reasons why one more activity of a template has no place; the first decides."""
        if template not in self._known:
            found = tuple(islice(self._find(self._model.templates[template]), _MOST_REASONS))
            self._known[template] = tuple(_told_apart(found)) or (NOT_FOUND,)
        return self._known[template]

    def _find(self, template: Template) -> Iterator[Reason]:
        if any(True for _ in self._state.feasible(template)):
            yield from self._alone(template)
        else:
            yield from self._excluded(template)

    def _excluded(self, template: Template) -> Iterator[Reason]:
        """Yield why a template has no place now: in any plan, or because of what is placed."""
        activity = self._problem.activities[template.activities[0]]
        fixed = Fixed(self._state, template, activity)
        if not fixed.left():
            yield from self._never(activity, fixed)
            return
        held = Held(self._state, template)
        core = held.core()
        reasons = [self._taken(held, rule, excluded, activity) for excluded, rule in core]
        # What it breaks by itself is no reason while it would fit without the others.
        reasons.sort(key=lambda reason: not reason.holders)
        if not all(reason.holders for reason in reasons) and (proved := self._by_itself(template)):
            yield from proved
        else:
            if short := self._short(template, reasons):
                yield short
            yield from reasons
        told = {rule for _, rule in core}
        for excluded, rule in held.ranked():
            if rule not in told:
                yield self._narrowed(rule, excluded, held, self._holders(held, rule))
        for excluded, rule in fixed.ranked():
            if excluded:
                yield self._narrowed(rule, excluded, fixed)

    def _short(self, template: Template, reasons: Sequence[Reason]) -> Reason | None:
        """Return the proof that its places lack time, if it is for want of a place that it is left out."""
        lead = next((role for role in template.roles if role.hosts), None)
        if lead is None or not lead.seats or not reasons:
            return None
        place = lead.seats[0].resource
        nodes = (self._model.exclusive_of[place], self._model.pooled_of[place])
        kinds = {self._parsed[node.rule].kind.kind for node in nodes if node is not None}
        return self._shortages.of(template) if reasons[0].rule in kinds else None

    def _never(self, activity: Activity, fixed: Fixed) -> Iterator[Reason]:
        """Yield reasons that hold in any plan: rules that together leave nothing, none of them to spare."""
        ranked = fixed.ranked()
        core = fixed.core()
        alone = [(fixed.left(without=(rule,)), excluded, rule) for excluded, rule in ranked if rule in core]
        alone.sort(key=lambda row: (-row[0], -row[1], row[2]))
        for _, excluded, rule in alone:
            reason = self._reason(rule, activity, fixed.names(rule), excluded)
            yield reason.model_copy(update={"proof": "counting"})
        for excluded, rule in ranked:
            if rule not in core and excluded:
                yield self._narrowed(rule, excluded, fixed)
        if not core:
            # No rule excludes anything: there is nobody to ask.
            yield from self._nothing(activity)

    def _nothing(self, activity: Activity) -> Iterator[Reason]:
        """Yield of what the problem itself gives an activity nothing to choose from."""
        if not self._problem.option_sets[activity.times]:
            yield Reason(rule="choice", code="no_times", proof="counting")
        for requirement in activity.requirements:
            if not self._problem.candidate_sets[requirement.candidates]:
                facts: dict[str, Fact] = {"role_id": requirement.role}
                yield Reason(rule="choice", code="no_candidates", facts=facts, proof="counting")

    def _by_itself(self, template: Template) -> list[Reason]:
        """Return reasons that hold even when nothing else is placed; none when there is a place then."""
        state, known = self._state, self._shortages.alone
        if template.index not in known:
            # An empty plan takes its time to make: whatever else might be asked is looked at now.
            asked = {template.index} | {
                t.index for t in self._model.templates if state.waiting[t.index] and t.index not in known
            }
            kept, trail = state.snapshot(), list(state.trail)
            state.clear()
            try:
                for at in sorted(asked):
                    known[at] = self._on_empty(self._model.templates[at])
            finally:
                state.restore(kept)
                state.trail[:] = trail
        return known[template.index]

    def _on_empty(self, template: Template) -> list[Reason]:
        # What only others beside it make possible is not impossible.
        with self._model.debt.opened(wide=True):
            if any(True for _ in self._state.feasible(template)):
                return []
            held = Held(self._state, template)
            core = held.core() or held.ranked()[:1]
        names = self._names(template)
        activity = self._problem.activities[template.activities[0]]
        reasons = [self._reason(rule, activity, names, excluded) for excluded, rule in core]
        return [reason.model_copy(update={"proof": "core"}) for reason in reasons]

    def _alone(self, template: Template) -> Iterator[Reason]:
        """Yield reasons of an activity that would fit by itself."""
        if template.bundle < 0 or self._not_found:
            yield NOT_FOUND
            return
        rule = self._model.lowered.presences[template.bundle][0]
        activity = self._problem.activities[template.activities[0]]
        siblings = {self._model.template_of[a] for a in self._model.bundles[template.bundle]}
        others: list[Reason] = []
        for at in sorted(siblings - {template.index}):
            sibling = self._model.templates[at]
            if not any(True for _ in self._state.feasible(sibling)):
                others += self._excluded(sibling)
                break
        proof = others[0].proof if others and others[0].rule != "counting" else "none"
        yield self._reason(rule, activity, {}, 0).model_copy(update={"proof": proof})
        yield from others

    def _names(self, template: Template) -> dict[str, list[str]]:
        return {
            role.name: [self._problem.resources[seat.resource].id for seat in role.seats]
            for role in template.roles
        }

    def _taken(self, held: Held, rule: int, excluded: int, activity: Activity) -> Reason:
        template = self._model.templates[held.template.index]
        reason = self._reason(rule, activity, self._names(template), excluded)
        facts = {**reason.facts, **_bound(held, rule)}
        return reason.model_copy(update={"holders": self._holders(held, rule), "facts": facts})

    def _holders(self, held: Held, rule: int) -> tuple[str, ...]:
        return tuple(self._problem.activities[a].id for a in held.holders(rule))

    def _narrowed(
        self, rule: int, excluded: int, among: Fixed | Held, holders: tuple[str, ...] = ()
    ) -> Reason:
        facts: dict[str, Fact] = {"excluded": excluded, "total": among.total, **_bound(among, rule)}
        kind = self._parsed[rule].kind.kind
        return Reason(rule=kind, code=NARROWED, facts=facts, holders=holders, options=excluded)

    def _reason(self, rule: int, activity: Activity, left: Mapping[str, list[str]], excluded: int) -> Reason:
        found = self._parsed[rule]
        roles = {r.role: left.get(r.role, []) for r in activity.requirements}
        reason = found.kind.reason(self._problem, found.params, activity, roles)
        return reason.model_copy(update={"options": excluded})


def _bound(among: Fixed | Held, rule: int) -> dict[str, Fact]:
    """Return whom a rule binds, of the candidates of an activity, as facts."""
    names = among.bound(rule)
    shown = names[:_MOST_BOUND_NAMED]
    return {BOUND: ",".join(shown), f"{BOUND}_more": len(names) - len(shown)} if names else {}


def _told_apart(reasons: Sequence[Reason]) -> Iterator[Reason]:
    """Yield the reasons; those that say the same of different candidates name them, no others do."""
    times = Counter(reason.rule for reason in reasons if reason.code in _WITHOUT_NAMES)
    for reason in reasons:
        if reason.code not in _WITHOUT_NAMES or times[reason.rule] == 1:
            facts = {name: fact for name, fact in reason.facts.items() if not name.startswith(BOUND)}
            yield reason.model_copy(update={"facts": facts})
        else:
            yield reason


NOT_FOUND = Reason(rule="search", code="not_found")
