"""Constraints on the days of teachers and of students: hours, days, gaps, spans, beginnings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from benchmarks.fet.draft import Draft
from benchmarks.fet.school import Constraint, Slot
from solver.structure import DayShape, PairTime, Rest, Structure

Statement = Callable[[Draft, Constraint, str], Iterator[Structure]]


@dataclass(frozen=True)
class Of:
    """Handler of one statement about each teacher or each set of students that a constraint means.

    `everyone`: the constraint names nobody, all are meant.
    """

    statement: Statement
    who: str
    everyone: bool

    def __call__(self, draft: Draft, constraint: Constraint) -> None:
        """State it for everyone meant who has lessons."""
        for name in meant(draft, constraint, self.who, self.everyone):
            for statement in self.statement(draft, constraint, name):
                draft.shaped.add(name)
                draft.state(draft.price(constraint), statement)


def meant(draft: Draft, constraint: Constraint, who: str, everyone: bool) -> list[str]:
    """Return the teachers or indivisible sets of students that a constraint means and that have lessons."""
    if who == "teacher":
        named = constraint.text("Teacher_Name", "Teacher")
        return [
            f"teacher:{name}" for name, ids in draft.of_teacher.items() if ids and (everyone or name == named)
        ]
    atoms = draft.school.atoms.get(constraint.text("Students", "Students_Name"), frozenset())
    chosen = (atom for atom in draft.of_atom if everyone or atom in atoms)
    return list(dict.fromkeys(f"students:{draft.twin[atom]}" for atom in chosen))


def max_days(_: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At most so many days with lessons."""
    at_most = constraint.number("Max_Days_Per_Week")
    yield DayShape("used", "horizon", at_most=at_most, resources=(who,))


def min_days(_: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At least so many days with lessons."""
    at_least = constraint.number("Minimum_Days_Per_Week", "Min_Days_Per_Week")
    yield DayShape("used", "horizon", at_least=at_least, resources=(who,))


def interval_max_days(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At most so many days with lessons in these hours of the day."""
    hours = draft.school.hour_at
    first = hours[constraint.text("Interval_Start_Hour")]
    until = hours.get(constraint.text("Interval_End_Hour"), len(hours))
    days = range(len(draft.school.days))
    within = tuple((draft.at(day, first), draft.at(day, until)) for day in days)
    at_most = constraint.number("Max_Days_Per_Week")
    yield DayShape("used", "horizon", at_most=at_most, resources=(who,), within=within)


def gaps_in_week(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At most so many free hours between lessons of a day, all days together."""
    yield _gaps(draft, constraint.number("Max_Gaps"), who, "horizon")


def gaps_in_day(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At most so many free hours between lessons of a day."""
    yield _gaps(draft, constraint.number("Max_Gaps"), who, "day")


def no_gaps(draft: Draft, _: Constraint, who: str) -> Iterator[Structure]:
    """No free hour between lessons of a day."""
    yield _gaps(draft, 0, who, "horizon")


def _gaps(draft: Draft, at_most: int, who: str, period: str) -> DayShape:
    """Neither breaks nor hours of absence are gaps."""
    pauses = draft.spans(draft.breaks | draft.away[who])
    shape = DayShape("gaps", at_most=at_most, resources=(who,), pauses=pauses)
    return replace(shape, period="horizon") if period == "horizon" else shape


def max_hours(_: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At most so many hours on a day."""
    yield DayShape("load", at_most=constraint.number("Maximum_Hours_Daily"), resources=(who,))


def min_hours(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At least so many hours on each day with lessons or, if none may be empty, on each day."""
    at_least = constraint.number("Minimum_Hours_Daily")
    yield DayShape("load", at_least=at_least, resources=(who,))
    if at_least > 0 and constraint.text("Allow_Empty_Days").lower() == "false":
        yield DayShape("used", "horizon", at_least=len(draft.school.days), resources=(who,))


def max_run(_: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At most so many hours without a break."""
    yield DayShape("run", at_most=constraint.number("Maximum_Hours_Continuously"), resources=(who,))


def _tagged(draft: Draft, constraint: Constraint, who: str) -> tuple[str, ...]:
    tag = constraint.text("Activity_Tag_Name", "Activity_Tag")
    return tuple(name for name in draft.lessons_of(who) if tag in draft.school.lesson[name].tags)


def tag_max_hours(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At most so many hours of a tag on a day."""
    if ids := _tagged(draft, constraint, who):
        yield DayShape("load", at_most=constraint.number("Maximum_Hours_Daily"), activities=ids)


def tag_max_run(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At most so many hours of a tag without a break."""
    if ids := _tagged(draft, constraint, who):
        yield DayShape("run", at_most=constraint.number("Maximum_Hours_Continuously"), activities=ids)


def tag_min_hours(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At least so many hours of a tag on each day that has one or, if none may be empty, on each day."""
    if ids := _tagged(draft, constraint, who):
        at_least = constraint.number("Minimum_Hours_Daily")
        yield DayShape("load", at_least=at_least, activities=ids)
        if at_least > 0 and constraint.text("Allow_Empty_Days").lower() == "false":
            yield DayShape("used", "horizon", at_least=len(draft.school.days), activities=ids)


def tag_min_gaps(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """So many free hours between two lessons of a tag on one day."""
    ids = _tagged(draft, constraint, who)
    if len(ids) > 1:
        yield PairTime("min_gap", ids, limit=constraint.number("MinGaps", "Min_Gaps"))


def max_span(_: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """At most so many hours from the first lesson's start to the last one's end on a day.

    A day of exception that is allowed is not made use of.
    """
    yield DayShape("span", at_most=constraint.number("Max_Span"), resources=(who,))


def rest(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """So many free hours between the end of a day and the start of the next, the first after the last too."""
    least, hours = constraint.number("Minimum_Resting_Hours"), len(draft.school.hours)
    yield Rest(who, least + draft.width - hours)
    if constraint.flag("Circular"):
        for late, early in product(range(hours), repeat=2):
            if hours - 1 - late + early < least:
                within = draft.spans({(len(draft.school.days) - 1, late), (0, early)})
                yield DayShape("covered", "horizon", at_most=1, resources=(who,), within=within)


def early(draft: Draft, constraint: Constraint, who: str) -> Iterator[Structure]:
    """Days begin with the first hour that is open, on at most so many days with the second one."""
    yield from _early(draft, constraint.number("Max_Beginnings_At_Second_Hour"), who)


def always_early(draft: Draft, _: Constraint, who: str) -> Iterator[Structure]:
    """Days begin with the first hour that is open."""
    yield from _early(draft, 0, who)


def _early(draft: Draft, at_most: int, who: str) -> Iterator[Structure]:
    first, second = _beginnings(draft, who, 1), _beginnings(draft, who, 2)
    yield DayShape("late", "horizon", at_most=at_most, resources=(who,), within=draft.spans(first))
    if at_most:
        yield DayShape("late", "horizon", at_most=0, resources=(who,), within=draft.spans(second))


def _beginnings(draft: Draft, who: str, count: int) -> set[Slot]:
    """Slots of each day up to the so-and-so-many-th that is open."""
    closed = draft.breaks | draft.away[who]
    found: set[Slot] = set()
    for day in range(len(draft.school.days)):
        left = count
        for hour in range(len(draft.school.hours)):
            if left == 0:
                break
            found.add((day, hour))
            left -= (day, hour) not in closed
    return found
