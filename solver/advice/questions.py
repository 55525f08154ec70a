"""What is asked about a plan, read from a command line: every fault of a question at once."""

import argparse
from collections.abc import Iterator, Mapping

from pydantic import Field, ValidationError

from solver.advice.desk import Desk
from solver.errors import Fault, InvalidProblem
from solver.problem import Frozen, Interval, Problem
from solver.shape import faults_of_shape
from solver.solution import Placement
from solver.words_of_faults import fault, unknown

_NOWHERE: Mapping[str, str] = {}


class Proposal(Frozen):
    """Where an activity is to go; what is left out stays as it is."""

    meetings: tuple[Interval, ...] | None = Field(default=None, min_length=1)
    resources: Mapping[str, str] = Field(default_factory=dict)


def faults_of(given: argparse.Namespace, problem: Problem) -> Iterator[Fault]:
    """Yield what is wrong with the names in a question."""
    if given.request is None and given.activity is None and not given.requests_stdin:
        yield fault("request", "no_question")
    if given.request is not None and given.request not in problem.request_by_id:
        yield unknown("request", "request", given.request)
    if given.activity is not None and given.activity not in problem.activity_by_id:
        yield unknown("activity", "activity", given.activity)
    if given.move is not None and given.activity is None:
        yield fault("move", "no_activity_moved")


def placement_of(desk: Desk, activity: str, text: str) -> Placement:
    """Return the placement that a proposal in JSON means.

    Roles that it leaves out stay as they are; where the activity has no place, they get their only candidate.

    Raises
    ------
    InvalidProblem
        It is no proposal, names what there is not, or leaves out what is nowhere said.
    """
    try:
        proposal = Proposal.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise InvalidProblem(faults_of_shape(error, where="move")) from None
    problem, there = desk.problem, desk.plan.get(activity)
    meetings = proposal.meetings or (there.meetings if there is not None else ())
    resources = {**_only(problem, activity), **(there.resources if there is not None else _NOWHERE)}
    resources |= proposal.resources
    faults = list(_of_roles(problem, activity, proposal.resources, resources))
    if proposal.meetings is not None or there is None:
        faults += _of_meetings(problem, meetings)
    if faults:
        raise InvalidProblem(faults)
    return Placement(activity=activity, meetings=meetings, resources=resources)


def _only(problem: Problem, activity: str) -> dict[str, str]:
    """Return the resources of those roles that have but one candidate."""
    roles = {
        r.role: problem.candidate_sets[r.candidates] for r in problem.activity_by_id[activity].requirements
    }
    return {role: found[0].resource for role, found in roles.items() if len(found) == 1}


def _of_meetings(problem: Problem, meetings: tuple[Interval, ...]) -> Iterator[Fault]:
    where, horizon, before = "move.meetings", problem.grid.horizon_slots, 0
    if not meetings:
        yield fault(where, "missing")
    for start, end in meetings:
        if not before <= start < end:
            yield fault(where, "meeting", start=start, end=end)
        elif end > horizon:
            yield fault(where, "past_horizon", end=end, horizon=horizon)
        before = max(before, end)


def _of_roles(
    problem: Problem, activity: str, proposed: Mapping[str, str], filled: Mapping[str, str]
) -> Iterator[Fault]:
    roles = [r.role for r in problem.activity_by_id[activity].requirements]
    for role, name in proposed.items():
        if role not in roles:
            yield fault(f"move.resources[{role}]", "no_role", roles=", ".join(roles))
        elif name not in problem.resource_by_id:
            yield unknown(f"move.resources[{role}]", "resource", name)
    for role in roles:
        if role not in filled:
            yield fault(f"move.resources[{role}]", "missing")
