"""What advice says, as documents: frozen, in ids and numbers; `solver.advice.words` puts them into words."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, NonNegativeInt

from solver.amendment import Amendment
from solver.problem import Frozen
from solver.solution import Fact, Placement, Reason, Violation


class TermChange(Frozen):
    """A term of the score before and after; lower is better."""

    rule: str
    stage: Literal["guarantee", "coverage", "fairness", "rest", "change"]
    name: str
    unit: str
    weight: int
    before: int
    after: int

    @property
    def delta(self) -> int:
        """Change of the value, not weighted."""
        return self.after - self.before


class Holder(Frozen):
    """A placed activity that is in the way, with what its request ranks as."""

    activity: str
    request: str
    participant: str
    priority: str
    kind: str


class Move(Frozen):
    """What a proposed placement of one activity does to a plan in which all else stays.

    Attributes
    ----------
    before
        Where the activity is now, None: it is unplaced.
    violations
        Breaches that the plan has after the move and not before.
    mended
        How many breaches of the plan the move takes away.
    displaced
        Activities that would have to leave so that no rule is broken by the move; none of them to spare.
    terms
        Terms that change, all others left where they are.
    terms_displaced
        Terms that change when the displaced leave the plan; the same as `terms` when nobody has to.
    possible
        With the displaced gone no rule is broken: the move breaks nothing by itself.
    """

    placement: Placement
    before: Placement | None
    violations: tuple[Violation, ...]
    mended: NonNegativeInt
    displaced: tuple[Holder, ...]
    terms: tuple[TermChange, ...]
    terms_displaced: tuple[TermChange, ...]
    possible: bool


class Step(Frozen):
    """One step of a chain: an activity goes from where it was to where it will be, None: out of the plan."""

    activity: str
    before: Placement | None
    after: Placement | None


class Chain(Frozen):
    """Steps that turn a plan into a valid one with a wanted placement; what falls out comes last.

    Attributes
    ----------
    lost
        Activities that were placed and are not any more.
    terms
        Terms that change over all steps together.
    """

    steps: tuple[Step, ...]
    lost: tuple[Holder, ...]
    terms: tuple[TermChange, ...]


class Ranked(Frozen):
    """A placement that breaks no rule and displaces nobody, and what it does to the score.

    `renumbered`: sessions that nothing tells apart from it and that change their numbers to keep the order.
    """

    placement: Placement
    renumbered: tuple[Placement, ...] = ()
    terms: tuple[TermChange, ...]


class Cost(Frozen):
    """What others bear: whose sessions move, and whose fall out, in learner-minutes.

    Attributes
    ----------
    renumbered
        Sessions that take the place of one that nothing but its number tells apart from them: nobody notices.
    """

    moved: tuple[Step, ...] = ()
    renumbered: tuple[Step, ...] = ()
    lost: tuple[Holder, ...] = ()
    lost_learner_minutes: NonNegativeInt = 0


class Way(Frozen):
    """A rule by its kind, and the template that says how far it gives way."""

    rule: str
    code: str
    facts: Mapping[str, Fact] = Field(default_factory=dict)


class Relaxation(Frozen):
    """A change of the problem under which more of a request finds a place.

    Attributes
    ----------
    ways
        What gives way; where there are several, none of them can be spared. None: there is a place, or there
        is one once others have moved.
    placed, asked
        How many of the request's unplaced activities it places, and how many there are.
    placements
        Where they are then.
    cost
        What it costs others; nothing when nobody moves.
    """

    ways: tuple[Way, ...]
    amendment: Amendment
    placed: NonNegativeInt
    asked: NonNegativeInt
    placements: tuple[Placement, ...]
    cost: Cost


class Alternative(Frozen):
    """A free place near what was asked, that the request does not ask for; no rule of others is touched.

    Attributes
    ----------
    changes
        The same with units, and sessions of the request that are numbered anew so that their order holds.
    differs
        In what it differs from the request: other resources by role, ``time``, ``gap`` between its sessions;
        or in nothing: ``as_asked``.
    away_slots
        How far its start is from the nearest time that was asked for.
    """

    placement: Placement
    changes: tuple[Placement, ...]
    differs: tuple[str, ...]
    away_slots: NonNegativeInt


class Held(Frozen):
    """A reason, and who they are that hold the place."""

    reason: Reason
    holders: tuple[Holder, ...]


class Refusal(Frozen):
    """Why one or several interchangeable activities of a request have no place."""

    activities: tuple[str, ...]
    reasons: tuple[Held, ...]


class Paid(Frozen):
    """A placed activity: the terms it paid, and the next best place with its difference.

    `terms` compare the plan without the activity to the plan with it. `penalty`: points that its time and
    its resources cost as such, whatever a session without a place would have cost. `complete`: without a
    next best place there is none; else none of those that were looked at is free.
    """

    placement: Placement
    terms: tuple[TermChange, ...]
    penalty: NonNegativeInt = 0
    next_best: Ranked | None
    complete: bool = True


class RequestAdvice(Frozen):
    """All that is to be said of one request.

    `complete`: every relaxation was looked at in the time given. `granted`: as many of the placed activities
    as time allowed, at least one.
    """

    format: Literal[1] = 1
    request: str
    asked: NonNegativeInt
    placed: NonNegativeInt
    refusals: tuple[Refusal, ...]
    relaxations: tuple[Relaxation, ...]
    alternatives: tuple[Alternative, ...]
    granted: tuple[Paid, ...]
    complete: bool
