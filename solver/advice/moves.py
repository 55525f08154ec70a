"""What a proposed move does: breaches, whom it displaces, every term; and where one activity fits best."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import islice, product
from math import prod
from time import process_time

from solver.advice.desk import Changes, Desk, changed_terms, same
from solver.advice.documents import Move, Paid, Ranked
from solver.engine.model import Choice, Line, Template
from solver.engine.nodes import Pooled
from solver.engine.state import State
from solver.engine.times import OptionBits, bits_of
from solver.problem import Activity, Candidate, TimeOption
from solver.solution import Placement, Violation

_ROUNDS = 3
_MOST_RETURNED = 20
"""Displaced activities that are asked one by one whether they could stay after all."""
_LOOKED_AT = 4
_LOOKED_UP = 60
_LOOKING_S = 1.0
"""After this long, and so many for each place that is wanted, no further place is looked at."""
_CHOICES = 200


class Mover:
    """Evaluates moves on a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # --- one move -------------------------------------------------------------------------------------

    def evaluate(self, placement: Placement) -> Move:
        """Return what a placement of one activity does; it need not be one of its options or candidates.

        Raises
        ------
        KeyError
            The problem has no such activity.
        """
        desk = self.desk
        activity = desk.problem.activity_by_id[placement.activity]
        before = desk.plan.get(activity.id)
        (moved,) = desk.complete({activity.id: placement}).values()
        assert moved is not None
        alone: Changes = {activity.id: moved}
        found = desk.breaches(alone)
        displaced, possible = self._displaced(activity, moved, found)
        terms = desk.terms(alone)
        gone: Changes = {**alone, **dict.fromkeys(displaced)}
        return Move(
            placement=moved,
            before=before,
            violations=tuple(found),
            mended=desk.mended(alone),
            displaced=tuple(map(desk.holder, displaced)),
            terms=terms,
            terms_displaced=desk.terms(gone) if displaced else terms,
            possible=possible,
        )

    def _displaced(
        self, activity: Activity, placement: Placement, found: Iterable[Violation]
    ) -> tuple[list[str], bool]:
        """Return who has to leave, none of them to spare, and whether no rule is broken then."""
        desk = self.desk
        others = {name for v in found for name in v.activities} - {activity.id}
        if not others:
            return [], not any(True for _ in found)
        gone = self._blocking(activity, placement) if desk.compiled else []
        kept = list(gone)
        for _ in range(_ROUNDS):
            rest = desk.breaches({activity.id: placement, **dict.fromkeys(kept)})
            named = {name for v in rest for name in v.activities if name in desk.plan}
            more = sorted(named - {activity.id, *kept})
            if not rest or not more:
                break
            kept += more
        else:
            rest = desk.breaches({activity.id: placement, **dict.fromkeys(kept)})
        if rest:
            return kept, False
        # What the engine named is needed; of what the checker named, some may stay after all.
        for name in [name for name in kept if name not in gone][:_MOST_RETURNED]:
            fewer = [other for other in kept if other != name]
            if not desk.breaches({activity.id: placement, **dict.fromkeys(fewer)}):
                kept = fewer
        return kept, True

    def _blocking(self, activity: Activity, placement: Placement) -> list[str]:
        """Return a smallest set, none to spare, of those who leave no room, in the order of the problem."""
        desk = self.desk
        template = desk.template(activity.id)
        lines = self._lines(template, activity, placement)
        if lines is None:
            return []
        bits = self._bits(template, placement)
        option = bits.meetings.index(placement.meetings)
        with desk.trying() as state:
            if state.at[desk.at[activity.id]] is not None:
                state.remove(desk.at[activity.id])
            out = self._clear(state, bits, option, lines)
            for other in sorted(out, key=lambda a: self._weight(a), reverse=True):
                if state.at[other] is None:
                    group = self._group(state, other, out)
                    for member in group:
                        state.place(member, *out[member])
                    if _blocked(bits, option, lines):
                        for member in group:
                            state.remove(member)
            return [desk.problem.activities[a].id for a in sorted(out) if state.at[a] is None]

    def _clear(
        self, state: State, bits: OptionBits, option: int, lines: list[Line]
    ) -> dict[int, tuple[int, Choice]]:
        """Take out all who stand in the way, with the whole of all-or-none groups; return where they were."""
        out: dict[int, tuple[int, Choice]] = {}
        for _ in range(_ROUNDS):
            holders: set[int] = set()
            for node, payload in lines:
                if node.blocked(bits, payload) >> option & 1:
                    holders |= node.holders(bits, option, payload)
            for holder in sorted(holders):
                bundle = state.model.templates[state.model.template_of[holder]].bundle
                for member in [holder] if bundle < 0 else state.model.bundles[bundle]:
                    if state.at[member] is not None:
                        out[member] = state.remove(member)
            if not holders:
                break
        return out

    def _group(self, state: State, activity: int, out: dict[int, tuple[int, Choice]]) -> list[int]:
        bundle = state.model.templates[state.model.template_of[activity]].bundle
        return [activity] if bundle < 0 else [a for a in state.model.bundles[bundle] if a in out]

    def _weight(self, activity: int) -> tuple[int, int, int]:
        """Rank who should rather stay: the higher class, then the greater worth."""
        model = self.desk.model
        template = model.templates[model.template_of[activity]]
        return (-template.priority, template.worth, -activity)

    def _bits(self, template: Template, placement: Placement) -> OptionBits:
        if self.desk.position_of(template, placement.meetings) is not None:
            return template.bits
        lone = self.desk.lone
        if placement.meetings not in lone:
            day = self.desk.problem.grid.slots_per_day
            number = self.desk.model.windows.fresh()
            lone[placement.meetings] = OptionBits(number, [placement.meetings], day)
        return lone[placement.meetings]

    def _lines(self, template: Template, activity: Activity, placement: Placement) -> list[Line] | None:
        """Return the nodes that a placement asks, on any resources; None: it fits in no plan."""
        model, at = self.desk.model, self.desk.resource_at
        host = self.desk.problem.place_role_of[activity.id]
        used = [
            (requirement, at[name])
            for requirement in activity.requirements
            if (name := placement.resources.get(requirement.role)) in at
        ]
        tags, context = 0, 0
        for requirement, resource in used:
            tags |= model.tags_of[resource]
            if requirement.role == host:
                context = self.desk.context_of(resource)
        found = list(template.lines)
        roles = {role.name: role for role in template.roles}
        for requirement, resource in used:
            found += model.lines(resource, requirement.amount, template.load, context, tags)
            found += roles[requirement.role].lines(resource)
        merged = model.merged(found)
        if merged is None or any(isinstance(n, Pooled) and amount > n.capacity for n, amount in merged):
            return None
        return merged

    # --- the best of many ------------------------------------------------------------------------------

    def ranked(self, activity: str, *, limit: int = 10) -> tuple[Ranked, ...]:
        """Return free placements of one activity that break no rule, the best first, with their effect.

        The order is that of the weighted rest, then change, then the nearest to where it is now or the
        earliest. Sessions that nothing tells apart may change their numbers; `Ranked.renumbered` has them.
        """
        if self.desk.compiled:
            return self._compiled(activity, limit, other_than_now=False)[0]
        return self._looked_up(activity, limit, other_than_now=False)[0]

    def _compiled(
        self, activity: str, limit: int, *, other_than_now: bool
    ) -> tuple[tuple[Ranked, ...], bool]:
        """Return the best placements, and whether there are no others or enough were found."""
        desk = self.desk
        found: list[Ranked] = []
        with desk.trying() as state:
            now = state.at[desk.at[activity]]
            if now is not None:
                state.remove(desk.at[activity])
            most = max(_LOOKED_AT * limit, _LOOKED_UP)
            candidates = self._candidates(state, activity, most + 1, now if other_than_now else None)
            begun = process_time()
            for looked, (option, choice) in enumerate(candidates):
                if looked == most or (looked >= _LOOKED_AT * limit and process_time() - begun > _LOOKING_S):
                    return tuple(found), False
                kept = list(state.trail)
                state.place(desk.at[activity], option, choice)
                changes = desk.settled(state)
                state.remove(desk.at[activity])
                state.trail[:] = kept
                ranked = self._ranked(activity, changes)
                if ranked is not None:
                    found.append(ranked)
                if len(found) == limit:
                    break
        return tuple(found), True

    def _looked_up(
        self, activity: str, limit: int, *, other_than_now: bool
    ) -> tuple[tuple[Ranked, ...], bool]:
        """Return the same by the checker alone, of a number of placements in the order of their penalties."""
        there = self.desk.plan.get(activity)
        near = there.meetings[0][0] if there is not None else 0
        times, roles = self._wanted(activity)
        choices = list(islice(product(*roles.values()), _CHOICES))
        rows = (
            (time.penalty + sum(c.penalty for c in chosen), abs(time.meetings[0][0] - near), at, number)
            for at, time in enumerate(times)
            for number, chosen in enumerate(choices)
        )
        found = []
        for *_, at, number in nsmallest(_LOOKED_UP, rows):
            used = {role: c.resource for role, c in zip(roles, choices[number], strict=True)}
            place = Placement(activity=activity, meetings=times[at].meetings, resources=used)
            if not (other_than_now and same(place, there)):
                ranked = self._ranked(activity, self.desk.complete({activity: place}))
                if ranked is not None:
                    found.append(ranked)
        found.sort(key=lambda r: sum(t.weight * t.delta for t in r.terms if t.stage == "rest"))
        every = len(times) * prod(map(len, roles.values())) <= min(_LOOKED_UP, _CHOICES)
        return tuple(found[:limit]), every or len(found) >= limit

    def _wanted(self, activity: str) -> tuple[Sequence[TimeOption], dict[str, Sequence[Candidate]]]:
        """Return the times of an activity and the candidates of its roles; a pin stands for both."""
        problem = self.desk.problem
        wanted = problem.activity_by_id[activity]
        times: Sequence[TimeOption] = problem.option_sets[wanted.times]
        roles: dict[str, Sequence[Candidate]] = {
            r.role: problem.candidate_sets[r.candidates] for r in wanted.requirements
        }
        for _, pin in self.desk.compiler.lowered.fixed.get(activity, ()):
            penalty = problem.penalty_of_option[wanted.times].get(pin.meetings, 0)
            times = [TimeOption(meetings=pin.meetings, penalty=penalty)]
            for role, name in pin.resources.items():
                known = [c for c in roles[role] if c.resource == name]
                roles[role] = known or [Candidate(resource=name)]
        return times, roles

    def _ranked(self, activity: str, changes: Changes) -> Ranked | None:
        desk = self.desk
        if desk.breaches(changes):
            return None
        there = changes.get(activity, desk.plan.get(activity))
        if there is None:
            return None
        others = {name: p for name, p in changes.items() if name != activity and p is not None}
        return Ranked(placement=there, renumbered=tuple(others.values()), terms=desk.terms(changes))

    def _candidates(
        self, state: State, activity: str, most: int, without: tuple[int, Choice] | None
    ) -> Iterator[tuple[int, Choice]]:
        template = self.desk.template(activity)
        there = self.desk.plan.get(activity)
        near = there.meetings[0][0] if there is not None else 0

        def priced() -> Iterator[tuple[tuple[int, int, int], int, Choice]]:
            meetings = template.bits.meetings
            for choice, mask in state.feasible(template):
                for option in bits_of(mask):
                    if (option, choice) != without:
                        rest, change = state.price(template, option, choice)
                        yield (rest, change, abs(meetings[option][0][0] - near)), option, choice

        return ((option, choice) for _, option, choice in nsmallest(most, priced()))

    # --- what is granted ---------------------------------------------------------------------------------

    def paid(self, activity: str) -> Paid:
        """Return the terms that a placed activity paid, and the next best place for it."""
        desk = self.desk
        placement = desk.plan[activity]
        without = desk.score_of({activity: None})
        search = self._compiled if desk.compiled else self._looked_up
        following, every = search(activity, 1, other_than_now=True)
        return Paid(
            placement=placement,
            terms=changed_terms(without, desk.score),
            penalty=self._penalty(placement),
            next_best=following[0] if following else None,
            complete=every,
        )

    def _penalty(self, placement: Placement) -> int:
        """Return the points that a time and resources cost as such."""
        problem = self.desk.problem
        activity = problem.activity_by_id[placement.activity]
        return problem.penalty_of_option[activity.times].get(placement.meetings, 0) + sum(
            problem.penalty_of_candidate[requirement.candidates].get(
                placement.resources.get(requirement.role, ""), 0
            )
            for requirement in activity.requirements
        )


def _blocked(bits: OptionBits, option: int, lines: list[Line]) -> bool:
    return any(node.blocked(bits, payload) >> option & 1 for node, payload in lines)
