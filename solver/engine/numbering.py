"""Which of several interchangeable sessions is which: in order of time, and as before where that can be."""

from collections.abc import Iterable, Sequence

from solver.engine.model import Choice, Model, Template
from solver.engine.state import State
from solver.problem import Interval
from solver.solution import Placement

Placed = tuple[int, Choice]


def number(state: State) -> None:
    """Give interchangeable placed activities of a state their numbers in order of time; see `numbered`."""
    state.restore(numbered(state.model, state.snapshot()))


def numbered(model: Model, places: Sequence[Placed | None]) -> list[Placed | None]:
    """Return a plan in which interchangeable placed activities have their numbers in order of time.

    Which numbers stay unplaced is chosen so that the least moves against a previous plan; without one the
    last numbers stay unplaced.
    """
    wanted = list(places)
    for template in model.templates:
        if len(template.activities) == 1:
            continue
        taken = [p for a in template.activities if (p := wanted[a]) is not None]
        meetings = template.bits.meetings
        taken.sort(key=lambda placed: (meetings[placed[0]], placed))
        for activity in template.activities:
            wanted[activity] = None
        for position, placed in zip(_numbers(model, template, taken), taken, strict=True):
            wanted[template.activities[position]] = placed
    return wanted


def _numbers(model: Model, template: Template, taken: list[Placed]) -> list[int]:
    """Increasing numbers for placements in order of time, at the least cost of change."""
    size = len(template.activities)
    if len(taken) == size or not taken:
        return list(range(len(taken)))
    prices = [_prices(model, template, number, taken) for number in range(size)]
    if not any(map(any, prices)):
        return list(range(len(taken)))
    # best[k]: least cost of numbering the first k placements with the numbers seen so far.
    far = 1 << 60
    best = [0] + [far] * len(taken)
    chosen: list[list[bool]] = []
    for number in range(size):
        *placed, unplaced = prices[number]
        row = [False] * (len(taken) + 1)
        updated = [best[0] + unplaced] + [far] * len(taken)
        for k in range(1, len(taken) + 1):
            take, leave = best[k - 1] + placed[k - 1], best[k] + unplaced
            row[k] = take <= leave and best[k - 1] < far
            updated[k] = min(take, leave)
        best = updated
        chosen.append(row)
    numbers = []
    k = len(taken)
    for number in range(size - 1, -1, -1):
        if k and chosen[number][k]:
            numbers.append(number)
            k -= 1
    return numbers[::-1]


def _prices(model: Model, template: Template, number: int, taken: list[Placed]) -> list[int]:
    """Cost of change when this activity takes each of the placements, and last when it stays unplaced."""
    activity = model.problem.activities[template.activities[number]]
    found = [0] * (len(taken) + 1)
    for cost in model.lowered.costs.get(activity.id, ()):
        if cost.stage != "change":
            continue
        linear = cost.linear
        found[-1] += cost.weight * linear.unplaced
        for i, (option, choice) in enumerate(taken):
            meetings = template.bits.meetings[option]
            times = len(meetings) if linear.per_meeting else 1
            price = linear.by_meetings.get(meetings, linear.other_meetings)
            for role, name in resources_of(model, template, choice).items():
                price += times * linear.by_resource.get((role, name), 0)
            found[i] += cost.weight * price
    return found


def spots(model: Model, placements: Iterable[Placement]) -> list[Placed | None]:
    """Return where placements are in a model; None for what is not placed, or not where the model can."""
    found: list[Placed | None] = [None] * len(model.template_of)
    at = {a.id: i for i, a in enumerate(model.problem.activities)}
    options: dict[int, dict[tuple[Interval, ...], int]] = {}
    for placement in placements:
        activity = at[placement.activity]
        template = model.templates[model.template_of[activity]]
        bits = template.bits
        if bits.index not in options:
            options[bits.index] = {meetings: i for i, meetings in enumerate(bits.meetings)}
        option = options[bits.index].get(placement.meetings)
        resources = [model.resource_at.get(placement.resources.get(r.name, ""), -1) for r in template.roles]
        seats = [
            next((i for i, seat in enumerate(role.seats) if seat.resource == resource), None)
            for role, resource in zip(template.roles, resources, strict=True)
        ]
        choice = tuple(seat for seat in seats if seat is not None)
        if option is not None and len(placement.resources) == len(choice) == len(template.roles):
            found[activity] = (option, choice)
    return found


def resources_of(model: Model, template: Template, choice: Choice) -> dict[str, str]:
    """Resource ids by role."""
    resources = model.problem.resources
    return {
        role.name: resources[role.seats[position].resource].id
        for role, position in zip(template.roles, choice, strict=True)
    }
