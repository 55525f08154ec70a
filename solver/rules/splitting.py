"""Smaller subgroups of the same learners."""

from collections.abc import Sequence

from solver.amendment import Amendment
from solver.problem import Activity, Problem, Requirement


def split(activities: Sequence[Activity], problem: Problem, most: int) -> Amendment | None:
    """Return the amendment that parts activities into such of at most so many learners.

    Parts of learner groups stay whole. None: nothing is larger, or a part alone is.
    """
    added: list[Activity] = []
    gone: list[str] = []
    for activity in activities:
        if activity.size <= most:
            continue
        parts = {r.role: size for r in activity.requirements if (size := _learners(problem, r))}
        bins = _packed(parts, most)
        if bins is None or sum(parts.values()) != activity.size:
            return None
        gone.append(activity.id)
        for number, roles in enumerate(bins, 1):
            size = sum(parts[role] for role in roles)
            added.append(
                activity.model_copy(
                    update={
                        "id": f"{activity.id}.{number}",
                        "chain": f"{activity.chain}.{number}",
                        "size": size,
                        "requirements": tuple(
                            _resized(r, activity.size, size)
                            for r in activity.requirements
                            if r.role not in parts or r.role in roles
                        ),
                    }
                )
            )
    return Amendment(activities=tuple(added), without=tuple(gone)) if gone else None


def _learners(problem: Problem, requirement: Requirement) -> int:
    """Return the size of the part of a group that fills a role; 0 when it is none, or not certain."""
    candidates = problem.candidate_sets[requirement.candidates]
    return problem.resource_by_id[candidates[0].resource].size if len(candidates) == 1 else 0


def _resized(requirement: Requirement, old: int, new: int) -> Requirement:
    return requirement.model_copy(update={"amount": new}) if requirement.amount == old else requirement


def _packed(parts: dict[str, int], most: int) -> list[list[str]] | None:
    """Put parts into as few groups as first fit finds, the larger first."""
    bins: list[tuple[int, list[str]]] = []
    for role, size in sorted(parts.items(), key=lambda part: (-part[1], part[0])):
        if size > most:
            return None
        for i, (filled, roles) in enumerate(bins):
            if filled + size <= most:
                bins[i] = (filled + size, [*roles, role])
                break
        else:
            bins.append((size, [role]))
    return [roles for _, roles in bins]
