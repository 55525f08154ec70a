"""What every rule provides, and the types that its parameters are written in."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, Protocol, Self, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, Strict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from solver.amendment import Amendment
from solver.plan import Plan
from solver.primitives import AMOUNT, Forbidden, Primitive
from solver.problem import (
    MOST_NUMBER,
    PREPARED,
    UNREADABLE,
    Activity,
    Frozen,
    Interval,
    Noun,
    Problem,
    Rule,
    Torn,
)
from solver.solution import Fact, Placement, Reason, Term, Violation
from solver.structure_bounds import Extent
from solver.template import Words, filled
from solver.words_of_faults import FAULTS, unknown_words

Stage: TypeAlias = Literal["hard", "guarantee", "coverage", "fairness", "rest", "change"]
Left: TypeAlias = Mapping[str, Sequence[str]]

MOST_TOTAL = 10**12
"""The largest number that is a total itself: learner-minutes, people by the weight of notice."""


class RuleParams(Frozen):
    """Base of a rule's parameters; their JSON schema makes the form in the pages.

    Validated with a `Problem` as context, an id that the problem does not hold is an error.
    """


@dataclass(frozen=True, slots=True)
class Relief:
    """A way in which a rule could give way for one request; `code` and `facts` say it.

    Attributes
    ----------
    ladder
        Of several reliefs on one ladder each asks more than the one before it. Reliefs of a rule that say
        the same, but of something else, are on ladders of their own.
    own
        It gives up a wish of the request itself, and nothing of others, of the law or of the place.
    narrowed
        Gives the smallest relief of this kind that still allows placements which were found.
    """

    code: str
    facts: Mapping[str, Fact]
    amendment: Amendment
    ladder: str = ""
    own: bool = False
    narrowed: Callable[[Sequence[Placement]], "Relief"] | None = None


P = TypeVar("P", bound=RuleParams)
P_contra = TypeVar("P_contra", bound=RuleParams, contravariant=True)


class RuleKind(Protocol[P_contra]):
    """One rule: its one meaning in every reading.

    `check` is plain Python on a plan and yields each breach; `cost` returns score terms (soft rules);
    `lower` states the same in primitives. `words` has a template for every code of a violation or a
    reason. `source` is an R-number, a clause or a law. A `flexible` rule is hard without a weight and
    soft with one; its `stage` is that of the soft one, see `stage_of`.
    """

    kind: ClassVar[str]
    stage: ClassVar[Stage]
    flexible: ClassVar[bool]
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

    def relaxations(
        self, problem: Problem, rule: Rule, params: P_contra, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Yield ways in which the rule could give way for activities of one request, the smaller first.

        The law and what nobody decides give no way.
        """
        ...

    def lower(self, problem: Problem, params: P_contra) -> Iterable[Primitive]:
        """State the rule in primitives."""
        ...

    def most(self, problem: Problem, params: P_contra) -> int:
        """Return what its terms of any plan add up to at most, weights apart; 0 where that is never much."""
        ...

    def example(self) -> Problem:
        """Return a problem of at most three activities in which the rule matters."""
        ...


class BaseRule(Generic[P]):
    """A rule that finds nothing, costs nothing and excludes without numbers; rules override what they do."""

    kind: ClassVar[str]
    flexible: ClassVar[bool] = False
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

    def relaxations(
        self, problem: Problem, rule: Rule, params: P, activities: Sequence[Activity]
    ) -> Iterator[Relief]:
        """Yield ways in which the rule could give way for activities of one request; here none."""
        yield from ()

    def most(self, problem: Problem, params: P) -> int:
        """Return 0: shares and ends are never too much."""
        return 0

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


class Breach(NamedTuple):
    """By how much a flexible rule is missed at one point, and what to say of it."""

    amount: int
    code: str
    activities: Sequence[str]
    resources: Sequence[str]
    facts: Mapping[str, Fact]


class FlexibleRule(BaseRule[P]):
    """A rule that is hard without a weight; with one, all its breaches together are one term of the rest.

    Subclasses say in `breaches` where a plan misses it, and name the `unit` of the amounts.
    """

    stage: ClassVar[Stage] = "rest"
    flexible: ClassVar[bool] = True
    unit: ClassVar[str]

    def breaches(self, problem: Problem, params: P, plan: Plan) -> Iterator[Breach]:
        """Yield every point at which the plan misses the rule, with a positive amount."""
        raise NotImplementedError

    def amount(self, problem: Problem, params: P, plan: Plan) -> int:
        """Return the amounts of all breaches together; where words take time, without making any."""
        return sum(breach.amount for breach in self.breaches(problem, params, plan))

    def lower(self, problem: Problem, params: P) -> Iterable[Primitive]:
        """State the rule in primitives."""
        raise NotImplementedError

    def most(self, problem: Problem, params: P) -> int:
        """Return what all amounts together are at most."""
        extent = prepared(problem, problem.activities, lambda: Extent.of(problem))
        return sum(map(extent.most, self.lower(problem, params)))

    def check(self, problem: Problem, rule: Rule, params: P, plan: Plan) -> Iterator[Violation]:
        """Yield every breach, if the rule is hard."""
        if rule.weight is None:
            for breach in self.breaches(problem, params, plan):
                yield self.violation(rule, breach.code, breach.activities, breach.resources, **breach.facts)

    def cost(self, problem: Problem, rule: Rule, params: P, plan: Plan) -> Iterator[Term]:
        """Yield one term, if the rule is soft."""
        if rule.weight is not None:
            total = self.amount(problem, params, plan)
            yield Term(
                rule=rule.id, stage="rest", name=AMOUNT, value=total, weight=rule.weight, unit=self.unit
            )


def stage_of(kind: RuleKind[Any], rule: Rule) -> Stage:
    """Return the stage that a rule of a problem has."""
    return "hard" if kind.flexible and rule.weight is None else kind.stage


T = TypeVar("T")


def prepared(problem: Problem, params: object, make: Callable[[], T]) -> T:
    """Return what `make` gives, made once for these parameters in this problem: neither ever changes.

    What is made of a rule's parameters must not depend on other rules: it is kept when only these change.
    """
    kept: dict[int, tuple[object, Any]] = problem.__dict__.setdefault(PREPARED, {})
    found = kept.get(id(params))
    if found is None:
        # The parameters are kept with it, so their identity stays theirs.
        found = kept[id(params)] = (params, make())
    value: T = found[1]
    return value


def wrong(words: Words, **facts: Fact) -> PydanticCustomError:
    """Return the error of parameters that do not fit; raised in a validator, its words reach the user."""
    said = filled(words, facts, "en")
    return PydanticCustomError("wrong", "{said}", {"said": said, "words": words, "facts": facts})


def once(names: Iterable[str]) -> None:
    """Refuse names that are given more than once."""
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise wrong(_REPEATED, names=", ".join(repeated))


_REPEATED = Words(
    "названы больше одного раза: {names}; оставьте по одному",
    "named more than once: {names}; leave one of each",
)


def _known(noun: Noun) -> Callable[[str, ValidationInfo], str]:
    words = unknown_words(noun)

    def check(value: str, info: ValidationInfo) -> str:
        if isinstance(info.context, Problem) and not info.context.knows(noun, value):
            raise wrong(words, name=value)
        return value

    return check


def _ordered(value: Interval) -> Interval:
    if not value[0] < value[1]:
        raise wrong(FAULTS["span"], start=value[0], end=value[1])
    return value


def _reference(noun: str) -> Any:
    return Field(json_schema_extra={"reference": noun})


ResourceId: TypeAlias = Annotated[str, AfterValidator(_known("resource")), _reference("resource")]
ActivityId: TypeAlias = Annotated[str, AfterValidator(_known("activity")), _reference("activity")]
RequestId: TypeAlias = Annotated[str, AfterValidator(_known("request")), _reference("request")]
AreaId: TypeAlias = Annotated[str, AfterValidator(_known("area")), _reference("area")]
Priority: TypeAlias = Annotated[str, AfterValidator(_known("priority")), _reference("priority")]
Count: TypeAlias = Annotated[int, Strict(), Field(ge=0, le=MOST_NUMBER)]
Total: TypeAlias = Annotated[int, Strict(), Field(ge=0, le=MOST_TOTAL)]
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

    def present(self, problem: Problem) -> bool:
        """Tell whether a problem holds all of them: one that is torn may not."""
        return all(name in problem.activity_by_id for name in self.activities) and all(
            request in problem.activities_of for request in self.requests
        )

    def mean(self, activity: Activity) -> bool:
        """Tell whether an activity is among those meant."""
        return activity.id in self.activities or activity.request in self.requests


_ONE_WAY = Words(
    "each_chain и each_index исключают друг друга: оставьте одно",
    "each_chain and each_index exclude each other: leave one",
)


class Chains(Subjects):
    """Activities by id and by request, taken together or in groups.

    With `each_chain` those of one chain make a group, in the order of their numbers; with `each_index`
    the sessions that have the same number in their chains: the meetings of parallel subgroups.
    """

    each_chain: Switch = False
    each_index: Switch = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.each_chain and self.each_index:
            raise wrong(_ONE_WAY)
        return self

    def groups(self, problem: Problem) -> tuple[tuple[Activity, ...], ...]:
        """Return the activities that are taken together, group by group, in the order given."""
        if not (self.each_chain or self.each_index):
            return (self.chosen(problem),)
        found: dict[str | tuple[str, int], list[Activity]] = {}
        for activity in self.chosen(problem):
            key = activity.chain if self.each_chain else (activity.request, activity.index)
            found.setdefault(key, []).append(activity)
        return tuple(tuple(sorted(group, key=lambda a: a.index)) for group in found.values())


_NO_ROLE = Words(
    "ни у одного из этих занятий нет роли «{role}»: исправьте имя роли",
    "no activity here has the role “{role}”: correct its name",
)


def torn(problem: Problem, names: Iterable[str]) -> bool:
    """Tell whether some of the names could not be read: they may be any."""
    return isinstance(problem, Torn) and any(name.startswith(UNREADABLE) for name in names)


class Filled(Subjects):
    """What fills one role of these activities; it is an error when none of them has that role."""

    role: str

    @model_validator(mode="after")
    def _known_role(self, info: ValidationInfo) -> Self:
        if isinstance(info.context, Problem) and self.present(info.context):
            roles = {r.role for a in self.chosen(info.context) for r in a.requirements}
            if roles and self.role not in roles and not torn(info.context, roles):
                raise wrong(_NO_ROLE, role=self.role)
        return self


def forbidden(
    problem: Problem, barred: Mapping[str, Sequence[tuple[Filled, Collection[str]]]]
) -> Iterator[Forbidden]:
    """Yield which candidates activities cannot have; `barred`: resources for a role, by activity."""
    found: dict[tuple[str, int], frozenset[str]] = {}
    for activity in problem.activities:
        for subject, names in barred.get(activity.id, ()):
            for requirement in activity.requirements:
                if requirement.role == subject.role:
                    # Many activities share their candidates and what is barred.
                    key = requirement.candidates, id(names)
                    if key not in found:
                        candidates = problem.candidate_sets[requirement.candidates]
                        found[key] = frozenset(c.resource for c in candidates if c.resource in names)
                    if found[key]:
                        yield Forbidden(activity.id, subject.role, found[key])


__all__ = [
    "ActivityId",
    "AreaId",
    "BaseRule",
    "Breach",
    "Chains",
    "Count",
    "Fact",
    "Filled",
    "FlexibleRule",
    "Left",
    "Priority",
    "Relief",
    "RequestId",
    "ResourceId",
    "RuleKind",
    "RuleParams",
    "Span",
    "Stage",
    "Subjects",
    "Switch",
    "Total",
    "Words",
    "forbidden",
    "once",
    "prepared",
    "stage_of",
    "torn",
    "wrong",
]
