"""A problem and one plan, kept ready for many questions; every answer leaves the plan as it was."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, lru_cache

from solver import checker
from solver.advice.documents import Holder, TermChange
from solver.advice.reach import Standing
from solver.advice.units import with_units
from solver.codec import sha256_of
from solver.engine.compile import Compiler
from solver.engine.model import Choice, Model, Template
from solver.engine.reasons import Explainer
from solver.engine.state import State
from solver.engine.times import OptionBits
from solver.plan import Plan
from solver.problem import Interval, Problem
from solver.solution import Placement, Reason, Score, Solution, Unplaced, Violation

Changes = Mapping[str, Placement | None]
"""Activities with their new placements; None: out of the plan."""

UNSAID = (Reason(rule="search", code="not_found"),)


class Desk:
    """Answers questions about one plan; compiles the problem once.

    Attributes
    ----------
    plan
        Placements by activity; those of activities that the problem does not have are left out.
    told
        Reasons that the solution itself gives, by activity.
    standing
        Breaches of the plan as it is, by a key that tells them apart.
    """

    def __init__(self, problem: Problem, solution: Solution) -> None:
        self.problem = problem
        self.plan: dict[str, Placement] = {
            p.activity: p for p in solution.placements if p.activity in problem.activity_by_id
        }
        self.told = {u.activity: u.reasons for u in solution.unplaced}
        self._sha256 = solution.problem_sha256 or sha256_of(problem)
        self.at = {a.id: i for i, a in enumerate(problem.activities)}
        here = self.solution({})
        self.standing = {v.key: v for v in checker.check(problem, here)}
        self.score: Score = checker.score(problem, here)

    # --- plans --------------------------------------------------------------------------------------

    def solution(
        self, changes: Changes, problem: Problem | None = None, among: Container[str] | None = None
    ) -> Solution:
        """Return the plan with changes as a solution, of the amended problem if one is given.

        With `among` it tells of these activities alone.
        """
        of = problem or self.problem
        placed = {**self.plan, **changes}
        return Solution.model_construct(
            problem_sha256=self._sha256,
            placements=tuple(
                p for name, p in placed.items() if p is not None and (among is None or name in among)
            ),
            unplaced=tuple(
                _out(a.id)
                for a in of.activities
                if placed.get(a.id) is None and (among is None or a.id in among)
            ),
        )

    def breaches(self, changes: Changes, problem: Problem | None = None) -> list[Violation]:
        """Return what the changed plan breaks and the plan as it is does not, once each."""
        if self.compiled:
            return self.bearing.breaches(changes, problem)
        found = checker.check(problem or self.problem, self.solution(changes, problem))
        return [v for key, v in {v.key: v for v in found}.items() if key not in self.standing]

    def mended(self, changes: Changes) -> int:
        """Return how many breaches of the plan the changed plan no longer has."""
        if not self.standing:
            return 0
        if self.compiled:
            return self.bearing.mended(changes)
        found = {v.key for v in checker.check(self.problem, self.solution(changes))}
        return len(self.standing.keys() - found)

    def score_of(self, changes: Changes, problem: Problem | None = None) -> Score:
        """Return the score of the changed plan."""
        return checker.score(problem or self.problem, self.solution(changes, problem))

    def terms(self, changes: Changes, problem: Problem | None = None) -> tuple[TermChange, ...]:
        """Return the terms that change."""
        return changed_terms(self.score, self.score_of(changes, problem))

    def holder(self, activity: str) -> Holder:
        """Return who an activity is, with what its request ranks as."""
        request = self.problem.request_by_id[self.problem.activity_by_id[activity].request]
        return Holder(
            activity=activity,
            request=request.id,
            participant=request.participant,
            priority=request.priority,
            kind=request.kind,
        )

    @cached_property
    def laid_out(self) -> Plan:
        """The plan as rules read it."""
        return Plan(self.problem, self.plan.values())

    # --- the compiled plan ----------------------------------------------------------------------------

    def forget(self) -> None:
        """Drop what was compiled; the next question compiles anew."""
        for name in ("compiler", "state", "explainer", "lone", "bearing", "_positions"):
            self.__dict__.pop(name, None)

    @contextmanager
    def safely(
        self, take_back: Callable[[], None] = lambda: None, expected: tuple[type[Exception], ...] = ()
    ) -> Iterator[None]:
        """Take changes of the state back afterwards; after an error that is not expected, drop the state.

        Such an error may come from the middle of a change, which nothing can take back.
        """
        try:
            try:
                yield
            except expected:
                take_back()
                raise
            take_back()
        except expected:
            raise
        except BaseException:
            self.forget()
            raise

    @cached_property
    def compiler(self) -> Compiler:
        """The compiler of the problem."""
        return Compiler(self.problem)

    @cached_property
    def compiled(self) -> bool:
        """Whether the engine can keep the problem's rules; where not, the checker alone is asked."""
        try:
            _ = self.state
        except TypeError:
            return False
        return True

    @cached_property
    def state(self) -> State:
        """The plan in compiled form; what breaks a rule in it is left out.

        Raises
        ------
        TypeError
            The problem has a rule that the engine does not keep.
        """
        state = State(self.compiler.model())
        broken = {name for violation in self.standing.values() for name in violation.activities}
        for name, placement in self.plan.items():
            template = self.template(name, state.model)
            found = self.position(template, placement)
            if found is None:
                continue
            if not broken or state.fits(template, *found):
                state.place(self.at[name], *found)
        state.trail.clear()
        return state

    @property
    def model(self) -> Model:
        """The compiled problem."""
        return self.state.model

    def template(self, activity: str, model: Model | None = None) -> Template:
        """Return the template of an activity."""
        of = model or self.model
        return of.templates[of.template_of[self.at[activity]]]

    def position(self, template: Template, placement: Placement) -> tuple[int, Choice] | None:
        """Return option and choice of a placement; None when it is none of the template's."""
        option = self.position_of(template, placement.meetings)
        if option is None:
            return None
        choice = []
        for role in template.roles:
            wanted = self.resource_at.get(placement.resources.get(role.name, ""), -1)
            at = next((k for k, seat in enumerate(role.seats) if seat.resource == wanted), None)
            if at is None:
                return None
            choice.append(at)
        return option, tuple(choice)

    def position_of(self, template: Template, meetings: tuple[Interval, ...]) -> int | None:
        """Return the option with these meetings; None when the template has none."""
        positions = self._positions.get(template.bits.index)
        if positions is None:
            positions = {there: i for i, there in enumerate(template.bits.meetings)}
            self._positions[template.bits.index] = positions
        return positions.get(meetings)

    def context_of(self, resource: int) -> int:
        """Return the context that a resource gives to what it hosts."""
        return self.compiler.context_of(self.problem.resources[resource])

    @cached_property
    def resource_at(self) -> dict[str, int]:
        """Positions of resources."""
        return {r.id: i for i, r in enumerate(self.problem.resources)}

    @cached_property
    def explainer(self) -> Explainer:
        """What explains against the plan."""
        return Explainer(self.state)

    @cached_property
    def bearing(self) -> Standing:
        """What changes of the plan break or mend."""
        return Standing(self)

    @cached_property
    def lone(self) -> dict[tuple[Interval, ...], OptionBits]:
        """Meetings that are none of an activity's options, in the engine's form."""
        return {}

    @cached_property
    def _positions(self) -> dict[int, dict[tuple[Interval, ...], int]]:
        return {}

    @contextmanager
    def trying(self) -> Iterator[State]:
        """Lend the state for changes that are all taken back afterwards."""
        state = self.state
        state.trail.clear()
        with self.safely(state.undo):
            yield state

    def placement(self, activity: int, template: Template, option: int, choice: Choice) -> Placement:
        """Return a place of the compiled problem as a placement, without units."""
        problem = self.model.problem
        return Placement(
            activity=problem.activities[activity].id,
            meetings=template.bits.meetings[option],
            resources={
                role.name: problem.resources[role.seats[position].resource].id
                for role, position in zip(template.roles, choice, strict=True)
            },
        )

    def settled(self, state: State) -> dict[str, Placement | None]:
        """Return how the state differs from the plan, interchangeable sessions numbered in order of time."""
        model = state.model
        changes: dict[str, Placement | None] = {}
        touched = {model.template_of[activity] for activity, *_ in state.trail}
        for at in sorted(touched):
            template = model.templates[at]
            here = [a for a in template.activities if model.template_of[a] == at]
            inside = [a for a in here if state.at[a] is not None]
            places = sorted(
                (place for a in inside if (place := state.at[a]) is not None),
                key=lambda place, t=template: (t.bits.meetings[place[0]], place),  # type: ignore[misc]
            )
            new = dict(zip(inside, places, strict=True))
            for activity in template.activities:
                name = model.problem.activities[activity].id
                there = new.get(activity)
                placement = None if there is None else self.placement(activity, template, *there)
                if not same(placement, self.plan.get(name)):
                    changes[name] = placement
        return self.complete(changes)

    def complete(self, changes: Changes, problem: Problem | None = None) -> dict[str, Placement | None]:
        """Return the changes with units where resources have some."""
        of = problem or self.problem
        done: dict[str, Placement | None] = {name: None for name, p in changes.items() if p is None}
        open_ = {name: p for name, p in changes.items() if p is not None}
        while open_:
            name, placement = open_.popitem()
            rest = {**self.plan, **done}
            others = (p for other, p in rest.items() if p is not None and other not in open_)
            done[name] = with_units(of, placement, others)
        return {name: done[name] for name in changes}


@lru_cache(maxsize=1 << 16)
def _out(activity: str) -> Unplaced:
    return Unplaced.model_construct(activity=activity, reasons=UNSAID)


def same(a: Placement | None, b: Placement | None) -> bool:
    """Tell whether two placements are at the same time on the same resources, units apart."""
    if a is None or b is None:
        return a is b
    return a.meetings == b.meetings and dict(a.resources) == dict(b.resources)


def changed_terms(before: Score, after: Score) -> tuple[TermChange, ...]:
    """Return the terms that differ, in the order of the aims; a term that is missing counts as 0."""
    old = {(t.rule, t.stage, t.name): t for t in before.terms}
    new = {(t.rule, t.stage, t.name): t for t in after.terms}
    found = []
    for key in dict.fromkeys([*old, *new]):
        a, b = old.get(key), new.get(key)
        shown = a or b
        assert shown is not None
        if (a.value if a else 0) != (b.value if b else 0):
            found.append(
                TermChange(
                    rule=shown.rule,
                    stage=shown.stage,
                    name=shown.name,
                    unit=shown.unit,
                    weight=shown.weight,
                    before=a.value if a else 0,
                    after=b.value if b else 0,
                )
            )
    return tuple(found)


def starts_of(meetings: Iterable[Interval]) -> int:
    """Return the first start."""
    return min(start for start, _ in meetings)
