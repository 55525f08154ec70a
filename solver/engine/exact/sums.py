"""Constraints that look at tags or at whole periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from solver.engine.exact.choices import Choices, Chosen, Lit
from solver.engine.exact.domains import FixedUse
from solver.engine.exact.parts import Part, add_at_most, context_of
from solver.primitives import PeriodSum
from solver.problem import Interval, Problem

ByResource = Mapping[str, list[Part]]


def add_tagged_windows(choices: Choices, by_resource: ByResource) -> None:
    """Bind uses by windows that hold only with a tag."""
    facts = choices.facts
    for at, (_, window) in enumerate(facts.lowered.windows):
        if not window.on_tags:
            continue
        for resource in window.resources:
            for part in by_resource.get(resource, ()):
                others = choices.tagged(part.chosen, window.on_tags, resource)
                _exclude(choices, part.chosen, at, choices.use(*part), others)
        for name in window.activities:
            chosen = choices.at.get(name)
            if chosen is not None:
                others = choices.tagged(chosen, window.on_tags, None)
                _exclude(choices, chosen, at, enumerate(chosen.at), others)


def _exclude(
    choices: Choices, chosen: Chosen, window: int, uses: Iterable[tuple[int, Lit]], others: list[Lit] | None
) -> None:
    if others == []:
        return
    allowed = choices.facts.inside(chosen.domain.table, window)
    for option, lit in uses:
        if not allowed[chosen.index[option]]:
            if others is None:
                choices.model.add_bool_or([~lit])
            else:
                for other in others:
                    choices.model.add_bool_or([~lit, ~other])


class Addend(NamedTuple):
    """What adds to a sum in a period when a literal holds; of one `part` at most one does."""

    value: int
    lit: Lit
    activity: str
    part: Hashable


def period_slots(problem: Problem, period: str) -> int:
    """Length of a period."""
    grid = problem.grid
    return {"day": grid.slots_per_day, "week": grid.slots_per_week, "horizon": grid.horizon_slots}[period]


def measured(
    problem: Problem, measure: str, activity: str, meetings: tuple[Interval, ...], meeting: Interval
) -> int:
    """Return what one meeting of an activity adds to a measure; 1 where uses are merely counted."""
    if measure == "clock_slots":
        return meeting[1] - meeting[0]
    if measure == "contact_minutes":
        length = sum(end - start for start, end in meetings)
        return problem.activity_by_id[activity].contact_minutes * (meeting[1] - meeting[0]) // length
    return 1


def add_sum(choices: Choices, total: PeriodSum, by_resource: ByResource) -> None:
    """Bind a sum in every period."""
    rows = list(_rows(choices, total, by_resource))
    if not rows:
        return
    fixed = _fixed(choices, total)
    if total.measure == "areas_away":
        _areas(choices, total, rows, fixed)
        return
    for period, addends in addends_of(choices, total.period, total.measure, rows).items():
        there = fixed.get(period, ())
        if total.measure == "activities":
            distinct(choices, addends, total.limit - len({use.activity for use in there}))
        else:
            _bounded(choices, addends, total.limit - sum(_value(choices, total, use) for use in there))


class Row(NamedTuple):
    """Uses by one part of an activity, and the literals of which one must hold for them to count."""

    chosen: Chosen
    part: Hashable
    uses: list[tuple[int, Lit]]
    tags: list[Lit] | None


def _rows(choices: Choices, total: PeriodSum, by_resource: ByResource) -> Iterator[Row]:
    for resource in total.resources:
        for part in by_resource.get(resource, ()):
            tags = choices.tagged(part.chosen, total.on_tags, resource)
            if tags != []:
                yield Row(part.chosen, part.role, list(choices.use(*part)), tags)
    for name in total.activities:
        chosen = choices.at.get(name)
        if chosen is not None:
            tags = choices.tagged(chosen, total.on_tags, None)
            if tags != []:
                yield Row(chosen, "activity", list(enumerate(chosen.at)), tags)


def addends_of(choices: Choices, period: str, measure: str, rows: Iterable[Row]) -> dict[int, list[Addend]]:
    """Return by period what the uses add to a measure."""
    problem = choices.facts.problem
    length = period_slots(problem, period)
    found: dict[int, list[Addend]] = defaultdict(list)
    for chosen, part, uses, tags in rows:
        for option, lit in uses:
            counted = choices.both(lit, tags)
            meetings = chosen.options[option]
            values: dict[int, int] = defaultdict(int)
            for meeting in meetings:
                values[meeting[0] // length] += measured(problem, measure, chosen.name, meetings, meeting)
            for at, value in values.items():
                found[at].append(Addend(value, counted, chosen.name, part))
    return found


def _fixed(choices: Choices, total: PeriodSum) -> dict[int, list[FixedUse]]:
    """Return the uses of the rest by period."""
    problem, rest = choices.facts.problem, choices.rest
    length = period_slots(problem, total.period)
    uses = [use for name in total.resources for use in rest.uses.get(name, ())]
    uses += [
        FixedUse(start, end, name, 0)
        for name in total.activities
        if name in rest.placements
        for start, end in rest.placements[name].meetings
    ]
    found: dict[int, list[FixedUse]] = defaultdict(list)
    for use in uses:
        used = rest.placements[use.activity].resources.values()
        if not total.on_tags or any(problem.resource_by_id[name].tags & total.on_tags for name in used):
            found[use.start // length].append(use)
    return found


def _value(choices: Choices, total: PeriodSum, use: FixedUse) -> int:
    meetings = choices.rest.placements[use.activity].meetings
    return measured(choices.facts.problem, total.measure, use.activity, meetings, (use.start, use.end))


def _bounded(choices: Choices, addends: list[Addend], limit: int) -> None:
    most: dict[tuple[str, Hashable], int] = defaultdict(int)
    for addend in addends:
        key = (addend.activity, addend.part)
        most[key] = max(most[key], addend.value)
    if sum(most.values()) > limit:
        add_at_most(choices, [(a.lit, a.value) for a in addends], limit)


def distinct_lits(choices: Choices, addends: Iterable[Addend]) -> list[list[Lit]]:
    """For every activity, literals whose sum tells at least whether it counts."""
    by_activity: dict[str, dict[Hashable, list[Lit]]] = defaultdict(lambda: defaultdict(list))
    for addend in addends:
        by_activity[addend.activity][addend.part].append(addend.lit)
    found: list[list[Lit]] = []
    for parts in by_activity.values():
        if len(parts) == 1:
            found.extend(parts.values())
        else:
            counts = choices.bool()
            for lits in parts.values():
                for lit in lits:
                    choices.model.add_implication(lit, counts)
            found.append([counts])
    return found


def distinct(choices: Choices, addends: Iterable[Addend], limit: int) -> None:
    """Bind the number of different activities."""
    lits = distinct_lits(choices, addends)
    if len(lits) > limit:
        add_at_most(choices, [(lit, 1) for mine in lits for lit in mine], limit)


def _areas(
    choices: Choices, total: PeriodSum, rows: Iterable[Row], fixed: Mapping[int, list[FixedUse]]
) -> None:
    """Bind the number of different areas away from home."""
    problem = choices.facts.problem
    length = period_slots(problem, total.period)
    there: dict[int, dict[str, Lit]] = defaultdict(dict)
    known = {
        period: {
            problem.place_by_id[place].area
            for use in uses
            if (place := context_of(choices, use.activity).place) is not None
        }
        - {total.home}
        for period, uses in fixed.items()
    }
    for chosen, _, uses, tags in rows:
        for context, lits in choices.contexts(chosen):
            if context.place is None:
                continue
            area = problem.place_by_id[context.place].area
            if area == total.home:
                continue
            for option, lit in uses:
                hosts = [None] if lits is None else lits.get(option, [])
                for period in {start // length for start, _ in chosen.options[option]}:
                    if area in known.get(period, ()):
                        continue
                    if area not in there[period]:
                        there[period][area] = choices.bool()
                    for host in hosts:
                        needed = [~lit] if host is None or host is lit else [~lit, ~host]
                        for tag in [None] if tags is None else tags:
                            more = [] if tag is None else [~tag]
                            choices.model.add_bool_or([*needed, *more, there[period][area]])
    for period, areas in there.items():
        limit = total.limit - len(known.get(period, ()))
        if len(areas) > limit:
            add_at_most(choices, [(lit, 1) for lit in areas.values()], limit)
