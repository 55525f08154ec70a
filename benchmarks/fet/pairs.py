"""Constraints on how activities lie to each other in time."""

from collections.abc import Callable, Iterable
from itertools import combinations, product

from benchmarks.fet.draft import Draft
from benchmarks.fet.school import Constraint
from benchmarks.fet.shapes import meant
from solver.structure import DayShape, PairTime, Relation

Handler = Callable[[Draft, Constraint], None]


def _listed(draft: Draft, constraint: Constraint) -> list[str]:
    return draft.active(constraint.all("Activity_Id"))


def _named(draft: Draft, constraint: Constraint) -> list[str]:
    names = ("First_Activity_Id", "Second_Activity_Id", "Third_Activity_Id")
    ids = [constraint.text(name) for name in names if constraint.text(name)]
    return ids if all(i in draft.school.lesson for i in ids) else []


def _state(
    draft: Draft, constraint: Constraint, ids: Iterable[str], relation: Relation, limit: int = 0
) -> None:
    chosen = tuple(ids)
    if len(chosen) > 1:
        pauses = draft.spans(draft.breaks) if relation in {"consecutive", "grouped"} else ()
        draft.state(draft.price(constraint), PairTime(relation, chosen, limit, pauses))


def _state_steps(
    draft: Draft, constraint: Constraint, ids: Iterable[str], relation: Relation, limit: int
) -> None:
    """State it once for each day or hour that a soft one may miss: each is paid for.

    FET breaks a pair by one draw, however much it misses, so only the first step costs effort.
    """
    chosen = tuple(ids)
    for step in _steps(draft, constraint, relation, limit) if len(chosen) > 1 else ():
        price = draft.price(constraint) if step == limit else constraint.weight
        draft.state(price, PairTime(relation, chosen, step))


def among(relation: Relation, number: str | None = None) -> Handler:
    """Make the handler of a relation between all activities of a list, with a limit read from `number`."""

    def handle(draft: Draft, constraint: Constraint) -> None:
        limit = constraint.number(number) if number else 0
        _state_steps(draft, constraint, _listed(draft, constraint), relation, limit)

    return handle


def tags_ordered_apart(who: str, everyone: bool) -> Handler:
    """Make the handler of: so many free hours from a lesson of one tag to one of another on the same day.

    The same hours are kept where they come the other way round, which is more than is asked.
    """

    def handle(draft: Draft, constraint: Constraint) -> None:
        least = constraint.number("MinGaps", "Min_Gaps")
        tags = constraint.text("First_Activity_Tag"), constraint.text("Second_Activity_Tag")
        seen: set[frozenset[str]] = set()
        for name in meant(draft, constraint, who, everyone):
            lessons = [draft.school.lesson[i] for i in draft.lessons_of(name)]
            for a, b in product(lessons, lessons):
                pair = frozenset((a.id, b.id))
                if a != b and pair not in seen and tags[0] in a.tags and tags[1] in b.tags:
                    seen.add(pair)
                    _state(draft, constraint, (a.id, b.id), "min_gap", least)

    return handle


def _steps(draft: Draft, constraint: Constraint, relation: Relation, limit: int) -> Iterable[int]:
    """Return the limits to state for one."""
    if constraint.hard:
        return (limit,)
    if relation in {"days_apart", "min_gap"}:
        return range(1, limit + 1)
    if relation == "days_within":
        return range(limit, len(draft.school.days) - 1)
    return (limit,)


def min_days(draft: Draft, constraint: Constraint) -> None:
    """So many days lie between; where that is given up for one day, side by side if asked so."""
    ids = _listed(draft, constraint)
    limit = constraint.number("MinDays", "Min_Days")
    _state_steps(draft, constraint, ids, "days_apart", limit)
    beside = constraint.flag("Consecutive_If_Same_Day", "Adjacent_If_Broken")
    if beside and limit > 0 and not constraint.hard and len(ids) > 1:
        draft.state(None, PairTime("grouped_if_same_day", tuple(ids)))


def consecutive(draft: Draft, constraint: Constraint) -> None:
    """The second starts when the first ends, breaks apart."""
    _state(draft, constraint, _named(draft, constraint), "consecutive")


def grouped(draft: Draft, constraint: Constraint) -> None:
    """One starts when the other ends, breaks apart."""
    _state(draft, constraint, _named(draft, constraint), "grouped")


def three_grouped(draft: Draft, constraint: Constraint) -> None:
    """Three in a row on one day, in any order, breaks apart.

    Soft, it may cost more than once.
    """
    ids = _named(draft, constraint)
    if ids:
        _state(draft, constraint, ids, "same_days")
        _state(draft, constraint, ids, "not_overlap")
        pauses = draft.spans(draft.breaks)
        draft.state(
            draft.price(constraint), DayShape("gaps", at_most=0, activities=tuple(ids), pauses=pauses)
        )


def ordered(draft: Draft, constraint: Constraint) -> None:
    """The second starts after the first."""
    _state(draft, constraint, _named(draft, constraint), "before")


def ordered_on_a_day(draft: Draft, constraint: Constraint) -> None:
    """On one day, the second starts after the first."""
    _state(draft, constraint, reversed(_named(draft, constraint)), "after_if_same_day")


def sets_ordered(draft: Draft, constraint: Constraint) -> None:
    """Every activity of the second set starts after every one of the first."""
    first = draft.active(_below(constraint, "First_Activities_Ids_Set"))
    second = draft.active(_below(constraint, "Second_Activities_Ids_Set"))
    for pair in product(first, second):
        _state(draft, constraint, pair, "before")


def _below(constraint: Constraint, name: str) -> list[str]:
    return [(part.text or "").strip() for part in constraint.element.iterfind(f"{name}/Activity_Id")]


def tags_apart(draft: Draft, constraint: Constraint) -> None:
    """Activities of different tags out of a list do not overlap."""
    tags = constraint.all("Activity_Tag")
    having = [[x.id for x in draft.school.lessons if tag in x.tags] for tag in tags]
    seen: set[frozenset[str]] = set()
    for one, other in combinations(having, 2):
        for a, b in product(one, other):
            if a != b and frozenset((a, b)) not in seen:
                seen.add(frozenset((a, b)))
                _state(draft, constraint, (a, b), "not_overlap")


def edge(who: str, *, last: bool, many: bool) -> Handler:
    """Make the handler of: the day of students or teachers begins or ends with one or many activities."""

    def handle(draft: Draft, constraint: Constraint) -> None:
        if many:
            ids = [lesson.id for lesson in draft.matching(constraint)]
        else:
            ids = draft.active([constraint.text("Activity_Id")])
        _edge(draft, constraint, ids, last=last, who=who)

    return handle


def _edge(draft: Draft, constraint: Constraint, ids: Iterable[str], *, last: bool, who: str) -> None:
    for name in ids:
        lesson = draft.school.lesson[name]
        if who == "students":
            others = {o for atom in draft.atoms_of(lesson) for o in draft.of_atom[atom]}
        else:
            others = {o for teacher in lesson.teachers for o in draft.of_teacher[teacher]}
        for other in sorted(others - {name}):
            pair = (name, other) if last else (other, name)
            _state(draft, constraint, pair, "after_if_same_day")
