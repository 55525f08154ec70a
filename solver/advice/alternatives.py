"""Free places near what a request asks for, which it could take if it gave up wishes of its own."""

from collections.abc import Iterator

from solver.advice.desk import Changes, Desk
from solver.advice.documents import Alternative
from solver.advice.relaxations import Finder
from solver.advice.variant import Unfit, Variant
from solver.amendment import Amendment
from solver.engine.model import Choice, Template
from solver.engine.state import State
from solver.engine.times import bits_of
from solver.errors import InvalidProblem
from solver.problem import Activity, Problem
from solver.rules import parsed
from solver.rules.base import Relief
from solver.solution import Placement

_LOOKED_AT = 40
_MOST_OF_A_PLACE = 2


class Alternatives:
    """Seeks free places for one unplaced activity: all rules of others, of the law and of places hold."""

    def __init__(self, desk: Desk, activity: str) -> None:
        self.desk = desk
        self.activity: Activity = desk.problem.activity_by_id[activity]
        template = desk.template(activity) if desk.compiled else None
        self._asked = set(template.bits.meetings) if template is not None else set()
        self._known = {
            role.name: {desk.problem.resources[seat.resource].id for seat in role.seats}
            for role in (template.roles if template is not None else ())
        }

    def found(self, limit: int = 5) -> tuple[Alternative, ...]:
        """Return free places, the nearest in time to what was asked first, not all of them in one place."""
        rules, amendment = self._wishes()
        if not rules or not self.desk.compiled:
            return ()
        variant = Variant(self.desk, amendment, rules, [self.activity.id])
        try:
            with variant.grafted() as state:
                if variant.whole:
                    return ()
                return tuple(self._free(variant, state, limit))
        except (Unfit, InvalidProblem):
            return ()

    def _wishes(self) -> tuple[list[int], Amendment]:
        """Return the rules with wishes of the request, and what gives up most of each."""
        problem, amendment = self.desk.problem, Amendment()
        rules: list[int] = []
        for position, rule in enumerate(parsed(self.desk.problem)):
            ladders = self._most(self.desk.problem, position) if rule.stage == "hard" else {}
            for number, ladder in enumerate(ladders):
                # What one ladder changes is what the next one changes further.
                most = self._most(problem, position)[ladder] if number else ladders[ladder]
                problem = most.amendment.applied(problem)
                amendment = amendment.then(most.amendment)
                rules.append(position)
        return rules, amendment

    def _most(self, problem: Problem, position: int) -> dict[str, Relief]:
        """Return for every ladder of wishes in a rule the relief that gives up most."""
        found = parsed(problem)[position]
        reliefs = found.kind.relaxations(problem, found.rule, found.params, [self.activity])
        return {r.ladder: r for r in reliefs if r.own and r.amendment.rules and not r.amendment.requests}

    def _free(self, variant: Variant, state: State, limit: int) -> Iterator[Alternative]:
        finder = Finder(self.desk, variant, state)
        ((template, _),) = variant.templates
        count = 0
        of_host: dict[object, int] = {}
        for option, choice in self._near(finder, template, state):
            place = self.desk.placement(self.desk.at[self.activity.id], template, option, choice)
            host = self._host(place)
            if of_host.get(host, 0) >= _MOST_OF_A_PLACE:
                continue
            state.place(self.desk.at[self.activity.id], option, choice)
            changes = finder.settled()
            state.remove(self.desk.at[self.activity.id])
            state.trail.clear()
            if self.desk.breaches(changes, variant.problem):
                continue
            of_host[host] = of_host.get(host, 0) + 1
            count += 1
            yield self._alternative(place, finder.away(template)[option], changes)
            if count == limit:
                return

    def _near(self, finder: Finder, template: Template, state: State) -> list[tuple[int, Choice]]:
        """Return free places by nearness in time, then cost; of every host some."""
        away = finder.away(template)
        host = next((i for i, role in enumerate(template.roles) if role.hosts), None)
        rows: dict[object, list[tuple[tuple[int, int, int], int, Choice]]] = {}
        for choice, mask in state.feasible(template):
            key = choice[host] if host is not None else 0
            for option in bits_of(mask):
                price = state.price(template, option, choice)
                rows.setdefault(key, []).append(((away[option], *price), option, choice))
        best = [row for found in rows.values() for row in sorted(found)[: _MOST_OF_A_PLACE * 4]]
        return [(option, choice) for _, option, choice in sorted(best)[:_LOOKED_AT]]

    def _host(self, place: Placement) -> str | None:
        role = self.desk.problem.place_role_of[self.activity.id]
        return place.resources.get(role) if role is not None else None

    def _alternative(self, place: Placement, away: int, changes: Changes) -> Alternative:
        differs = [] if place.meetings in self._asked else ["time"]
        differs += [role for role, name in place.resources.items() if name not in self._known.get(role, ())]
        renumbered = [p for name, p in changes.items() if p is not None and name != self.activity.id]
        mine = changes.get(self.activity.id)
        return Alternative(
            placement=place,
            changes=tuple(p for p in (mine, *renumbered) if p is not None),
            differs=tuple(differs) or (("gap",) if self.desk.breaches(changes) else ("as_asked",)),
            away_slots=away,
        )
