"""What every rule provides, and the types that its parameters are written in."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Literal, Protocol, Self, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, Strict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from solver.plan import Plan
from solver.primitives import Primitive
from solver.problem import Activity, Frozen, Interval, Problem, Rule
from solver.solution import Fact, Reason, Term, Violation

Stage: TypeAlias = Literal["hard", "coverage", "fairness", "rest", "change"]
Left: TypeAlias = Mapping[str, Sequence[str]]


class RuleParams(Frozen):
    """Base of a rule's parameters; their JSON schema makes the form in the pages.

    Validated with a `Problem` as context, an id that the problem does not hold is an error.
    """


@dataclass(frozen=True, slots=True)
class Words:
    """Templates in Russian and English with the same named facts, ``str.format`` style.

    The ending of a fact's name says how it is shown: ``_id`` by the problem's labels (``_ids``: several,
    with commas between), ``_slot`` as day and clock time, ``_clock`` as clock time, ``_day`` and
    ``_week`` (counted from 0) as such, ``_slots`` as a duration, ``_minutes`` as academic hours. A count
    with its noun is ``{needed:место|места|мест}``, ``{needed:place|places}``.
    """

    ru: str
    en: str


P = TypeVar("P", bound=RuleParams)
P_contra = TypeVar("P_contra", bound=RuleParams, contravariant=True)


class RuleKind(Protocol[P_contra]):
    """One rule: its one meaning in every reading.

    `check` is plain Python on a plan and yields each breach; `cost` returns score terms (soft rules);
    `lower` states the same in primitives. `words` has a template for every code of a violation or a
    reason. `source` is an R-number, a clause or a law.
    """

    kind: ClassVar[str]
    stage: ClassVar[Stage]
    source: ClassVar[str]
    title: ClassVar[Words]
    words: ClassVar[Mapping[str, Words]]
    Params: ClassVar[type[RuleParams]]

    def check(self, problem: Problem, rule: Rule, params: P_contra, plan: Plan) -> Iterator[Violation]:
        """Yield every breach of a hard rule; nothing for a soft one."""
        ...

    def cost(self, problem: Problem, rule: Rule, params: P_contra, plan: Plan) -> Iterator[Term]:
        """Yield the terms of a soft rule; nothing for a hard one."""
        ...

    def reason(self, problem: Problem, params: P_contra, activity: Activity, left: Left) -> Reason:
        """Say with numbers why this rule keeps the activity from a place.

        `left` holds for each role the candidates that the other rules leave. Holders and the number of
        options are for the caller to add.
        """
        ...

    def lower(self, problem: Problem, params: P_contra) -> Iterable[Primitive]:
        """State the rule in primitives."""
        ...

    def example(self) -> Problem:
        """Return a problem of at most three activities in which the rule matters."""
        ...


class BaseRule(Generic[P]):
    """A rule that finds nothing, costs nothing and excludes without numbers; rules override what they do."""

    kind: ClassVar[str]
    words: ClassVar[Mapping[str, Words]]

    def check(self, problem: Problem, rule: Rule, params: P, plan: Plan) -> Iterator[Violation]:
        """Yield nothing."""
        yield from ()

    def cost(self, problem: Problem, rule: Rule, params: P, plan: Plan) -> Iterator[Term]:
        """Yield nothing."""
        yield from ()

    def reason(self, problem: Problem, params: P, activity: Activity, left: Left) -> Reason:
        """Return the reason that needs no numbers."""
        return Reason(rule=self.kind, code="excluded")

    def violation(
        self,
        rule: Rule,
        code: str,
        activities: Iterable[str] = (),
        resources: Iterable[str] = (),
        **facts: Fact,
    ) -> Violation:
        """Return a breach of this rule."""
        return Violation(
            rule=rule.id,
            kind=self.kind,
            code=code,
            activities=tuple(dict.fromkeys(activities)),
            resources=tuple(resources),
            facts=facts,
        )


T = TypeVar("T")


def prepared(problem: Problem, params: object, make: Callable[[], T]) -> T:
    """Return what `make` gives, made once for these parameters in this problem: neither ever changes."""
    kept: dict[int, tuple[object, Any]] = problem.__dict__.setdefault("_prepared", {})
    found = kept.get(id(params))
    if found is None:
        # The parameters are kept with it, so their identity stays theirs.
        found = kept[id(params)] = (params, make())
    value: T = found[1]
    return value


def _ids(problem: Problem, noun: str) -> Container[str]:
    by_noun: Mapping[str, Container[str]] = {
        "resource": problem.resource_by_id,
        "activity": problem.activity_by_id,
        "request": problem.request_by_id,
        "area": problem.areas,
    }
    return by_noun[noun]


def _known(noun: str) -> Callable[[str, ValidationInfo], str]:
    def check(value: str, info: ValidationInfo) -> str:
        if isinstance(info.context, Problem) and value not in _ids(info.context, noun):
            raise PydanticCustomError("unknown_id", "unknown {noun} {id}", {"noun": noun, "id": repr(value)})
        return value

    return check


def _ordered(value: Interval) -> Interval:
    if not 0 <= value[0] < value[1]:
        raise PydanticCustomError("span", "a span starts at 0 or later and ends after its start")
    return value


def _reference(noun: str) -> Any:
    return Field(json_schema_extra={"reference": noun})


ResourceId: TypeAlias = Annotated[str, AfterValidator(_known("resource")), _reference("resource")]
ActivityId: TypeAlias = Annotated[str, AfterValidator(_known("activity")), _reference("activity")]
RequestId: TypeAlias = Annotated[str, AfterValidator(_known("request")), _reference("request")]
AreaId: TypeAlias = Annotated[str, AfterValidator(_known("area")), _reference("area")]
Count: TypeAlias = Annotated[int, Strict(), Field(ge=0)]
Switch: TypeAlias = Annotated[bool, Strict()]
Span: TypeAlias = Annotated[tuple[Count, Count], AfterValidator(_ordered)]


class Subjects(RuleParams):
    """Activities by id, and all activities of requests."""

    activities: tuple[ActivityId, ...] = ()
    requests: tuple[RequestId, ...] = ()

    def chosen(self, problem: Problem) -> tuple[Activity, ...]:
        """Return the activities meant, each once."""
        named = [problem.activity_by_id[name] for name in self.activities]
        for request in self.requests:
            named.extend(problem.activities_of[request])
        return tuple({activity.id: activity for activity in named}.values())

    def mean(self, activity: Activity) -> bool:
        """Tell whether an activity is among those meant."""
        return activity.id in self.activities or activity.request in self.requests


class Filled(Subjects):
    """What fills one role of these activities; it is an error when none of them has that role."""

    role: str

    @model_validator(mode="after")
    def _known_role(self, info: ValidationInfo) -> Self:
        if isinstance(info.context, Problem):
            roles = {r.role for a in self.chosen(info.context) for r in a.requirements}
            if roles and self.role not in roles:
                message = "no activity here has the role {role}"
                raise PydanticCustomError("role", message, {"role": repr(self.role)})
        return self


__all__ = [
    "ActivityId",
    "AreaId",
    "BaseRule",
    "Count",
    "Fact",
    "Filled",
    "Left",
    "RequestId",
    "ResourceId",
    "RuleKind",
    "RuleParams",
    "Span",
    "Stage",
    "Subjects",
    "Switch",
    "Words",
    "prepared",
]
