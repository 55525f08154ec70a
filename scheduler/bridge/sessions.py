"""Sessions of a timetable and placements of a solution, each from the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scheduler.bridge.demand import slice_of
from scheduler.domain.horizon import SLOT_MIN, Horizon
from solver.problem import Activity, Problem
from solver.solution import Placement, Reason, Solution, Unplaced

LEARNERS = "learners:"


@dataclass(frozen=True, slots=True)
class UseDraft:
    """A resource in a session's role, by its code."""

    role: str
    resource: str
    amount: int
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """One meeting of a placement, as a version keeps it; times are the wall clock of its place."""

    key: str
    request: str
    starts_local: str
    ends_local: str
    learners_from: int
    learners_until: int
    contact_minutes: int
    uses: tuple[UseDraft, ...]


class StoredSession(Protocol):
    """What a version's session tells."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def starts_local(self) -> str: ...  # noqa: D102
    @property
    def ends_local(self) -> str: ...  # noqa: D102
    @property
    def uses(self) -> list[Any]: ...  # noqa: D102


def activity_of(key: str) -> str:
    """Return the activity of a session's key."""
    return key.rpartition("/")[0]


def sessions_of(
    problem: Problem, solution: Solution, horizon: Horizon, zones: Mapping[str, str]
) -> list[SessionDraft]:
    """Return the sessions of all placements, in the order of their keys.

    Parameters
    ----------
    zones
        Time zone of every place, by its id.
    """
    found = []
    for placement in solution.placements:
        activity = problem.activity_by_id[placement.activity]
        place = _place(problem, activity, placement)
        zone = horizon.timezone if place is None else zones[place]
        learners = [slice_of(name) for role, name in placement.resources.items() if role.startswith(LEARNERS)]
        uses = tuple(
            UseDraft(
                requirement.role,
                placement.resources[requirement.role],
                requirement.amount,
                tuple(placement.units.get(requirement.role, ())),
            )
            for requirement in activity.requirements
            if not requirement.role.startswith(LEARNERS)
        )
        for number, (meeting, minutes) in enumerate(_shares(activity, placement), 1):
            found.append(
                SessionDraft(
                    key=f"{activity.id}/{number}",
                    request=activity.request,
                    starts_local=horizon.local(meeting[0], zone),
                    ends_local=horizon.local(meeting[1], zone),
                    learners_from=min(start for start, _ in learners),
                    learners_until=max(end for _, end in learners),
                    contact_minutes=minutes,
                    uses=uses,
                )
            )
    return sorted(found, key=lambda session: session.key)


def _place(problem: Problem, activity: Activity, placement: Placement) -> str | None:
    role = problem.place_role_of[activity.id]
    return None if role is None else problem.resource_by_id[placement.resources[role]].place


def _shares(activity: Activity, placement: Placement) -> list[tuple[tuple[int, int], int]]:
    """Return each meeting with its contact minutes, by its length; what is left over goes to the last."""
    length = sum(end - start for start, end in placement.meetings)
    minutes = [activity.contact_minutes * (end - start) // length for start, end in placement.meetings]
    minutes[-1] += activity.contact_minutes - sum(minutes)
    return list(zip(placement.meetings, minutes, strict=True))


def solution_of(
    problem: Problem,
    sha256: str,
    sessions: Iterable[StoredSession],
    horizon: Horizon,
    codes: Mapping[int, str],
    zones: Mapping[str, str],
) -> Solution:
    """Return the solution that stored sessions are; what they leave out is unplaced.

    Parameters
    ----------
    codes
        Codes of resources by their ids; one that is gone is named by its id, so that a check finds it.
    zones
        Time zone of every place, by its id.
    """
    by_activity: dict[str, list[StoredSession]] = defaultdict(list)
    for session in sessions:
        by_activity[activity_of(session.key)].append(session)
    placements = [
        _placement(problem, name, found, horizon, codes, zones) for name, found in by_activity.items()
    ]
    left_out = Reason(rule="search", code="not_found")
    return Solution(
        problem_sha256=sha256,
        placements=tuple(placements),
        unplaced=tuple(
            Unplaced(activity=activity.id, reasons=(left_out,))
            for activity in problem.activities
            if activity.id not in by_activity
        ),
    )


def _placement(
    problem: Problem,
    name: str,
    sessions: Sequence[StoredSession],
    horizon: Horizon,
    codes: Mapping[int, str],
    zones: Mapping[str, str],
) -> Placement:
    uses = {use["role"]: use for use in sessions[0].uses}
    resources = {role: codes.get(use["resource_id"], f"#{use['resource_id']}") for role, use in uses.items()}
    activity = problem.activity_by_id.get(name)
    zone = horizon.timezone
    if activity is not None:
        for requirement in activity.requirements:
            if requirement.role.startswith(LEARNERS):
                resources[requirement.role] = requirement.candidates
        room = problem.resource_by_id.get(resources.get(problem.place_role_of[name] or "", ""))
        if room is not None and room.place is not None:
            zone = zones[room.place]
    meetings = sorted(
        (
            horizon.minute_of_local(session.starts_local, zone) // SLOT_MIN,
            -(-horizon.minute_of_local(session.ends_local, zone) // SLOT_MIN),
        )
        for session in sessions
    )
    units = {role: tuple(use["units"]) for role, use in uses.items() if use["units"]}
    return Placement(activity=name, meetings=tuple(meetings), resources=resources, units=units)
