"""Tiny problems in which one rule matters: an hour a slot, two weeks, three towns."""

from collections.abc import Mapping, Sequence
from typing import Any

from solver.problem import (
    Activity,
    Candidate,
    Distances,
    Interval,
    Place,
    Problem,
    Request,
    Requirement,
    Resource,
    Rule,
    TimeGrid,
    TimeOption,
)


def options(
    *meetings: Interval | Sequence[Interval], penalties: Sequence[int] = ()
) -> tuple[TimeOption, ...]:
    """Return options of one meeting, or of several when a sequence of them is given."""
    found = []
    for at, given in enumerate(meetings):
        several = (given,) if isinstance(given[0], int) else given
        found.append(
            TimeOption.model_validate(
                {"meetings": several, "penalty": penalties[at] if at < len(penalties) else 0}
            )
        )
    return tuple(found)


def session(
    name: str,
    times: str,
    roles: Mapping[str, str],
    *,
    request: str = "r1",
    chain: str | None = None,
    index: int = 0,
    size: int = 4,
    contact_minutes: int = 90,
    amount: int = 1,
) -> Activity:
    """Return an activity; `amount` is what it takes of its first role."""
    return Activity(
        id=name,
        request=request,
        chain=chain or name,
        index=index,
        times=times,
        size=size,
        contact_minutes=contact_minutes,
        requirements=tuple(
            Requirement(role=role, candidates=candidates, amount=amount if at == 0 else 1)
            for at, (role, candidates) in enumerate(roles.items())
        ),
    )


def room(name: str, place: str | None = "p1", **fields: Any) -> Resource:
    """Return a workshop."""
    return Resource(id=name, kind="workshop", place=place, **{"capacity": 8, **fields})


def person(name: str, home: str | None = None, **fields: Any) -> Resource:
    """Return a trainer."""
    return Resource(id=name, kind="trainer", home=home, **fields)


def part(name: str, size: int = 4, home: str | None = "north") -> Resource:
    """Return a part of a learner group."""
    return Resource(id=name, kind="learners", size=size, home=home)


def example(
    kind: str,
    params: Mapping[str, Any],
    *,
    resources: Sequence[Resource],
    option_sets: Mapping[str, tuple[TimeOption, ...]],
    candidate_sets: Mapping[str, Sequence[str]],
    activities: Sequence[Activity],
    weight: int | None = None,
    requests: Sequence[Request] = (Request(id="r1", participant="c1", priority="only"),),
    penalties: Mapping[str, int] | None = None,
    priorities: tuple[str, ...] = ("only",),
) -> Problem:
    """Return a problem with one rule, named as its kind; `penalties` are of candidates, by resource."""
    paid = penalties or {}
    return Problem(
        name=kind,
        grid=TimeGrid(slot_minutes=60, slots_per_day=24, weeks=2),
        places=(Place(id="p1", area="north"), Place(id="p2", area="south"), Place(id="p3", area="west")),
        distances=Distances(areas=("north", "south", "west"), slots=((0, 2, 3), (2, 0, 1), (3, 1, 0))),
        resources=tuple(resources),
        option_sets=option_sets,
        candidate_sets={
            key: tuple(Candidate(resource=name, penalty=paid.get(name, 0)) for name in names)
            for key, names in candidate_sets.items()
        },
        priorities=priorities,
        requests=tuple(requests),
        activities=tuple(activities),
        rules=(Rule(id=kind, kind=kind, params=params, weight=weight),),
    )
