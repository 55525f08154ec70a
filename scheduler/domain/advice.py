"""What would have to give so that more of a request finds a place, and what near it is free."""

from datetime import date

from scheduler.domain.model import View
from scheduler.domain.words import Words


class WishView(View):
    """Fields of a request that a relaxation would change; None: as asked."""

    travel_limit_min: int | None = None
    subgroup_size: int | None = None
    partial: bool | None = None
    weekdays: tuple[int, ...] | None = None
    from_on: date | None = None
    until_on: date | None = None


class CauseView(View):
    """A reason line by line, with who holds the place; `proved`: it holds in any plan."""

    sessions: int
    ru: tuple[str, ...]
    en: tuple[str, ...]
    proved: bool


class WayView(View):
    """A rule that gives way, and the kind of change."""

    rule: str
    code: str


class RelaxationView(View):
    """A change that was found to work, and its cost to others.

    Attributes
    ----------
    ways
        What gives way; none of several can be spared. Empty: there is a place, or there is once others move.
    placed, asked
        Sessions without a place that it places, of how many.
    moved, lost
        Sessions of others that go elsewhere, and that fall out.
    wish
        The same as fields of a request, when all of it is the requester's to change.
    """

    ways: tuple[WayView, ...]
    change: Words
    first: Words
    cost: Words
    placed: int
    asked: int
    moved: int
    lost: int
    wish: WishView | None


class AlternativeView(View):
    """A free place near what was asked, and in what it differs."""

    ru: str
    en: str
    starts_on: date | None
    wish: WishView | None


class GrantedView(View):
    """A session that has a place: what the place costs, and the next best with its difference to it.

    `next_best` None: there is no other free place. Where not every place was looked at it says so.
    """

    session: Words
    place: Words
    price: tuple[Words, ...]
    next_best: Words | None
    beside: tuple[Words, ...]


class AdviceView(View):
    """Advice on one request after one run; `complete`: nothing was left out for want of time.

    `granted` may hold fewer than the sessions that are `placed`, for the same reason.
    """

    run_id: int
    request_id: int
    placed: int
    asked: int
    causes: tuple[CauseView, ...]
    relaxations: tuple[RelaxationView, ...]
    alternatives: tuple[AlternativeView, ...]
    granted: tuple[GrantedView, ...]
    complete: bool
