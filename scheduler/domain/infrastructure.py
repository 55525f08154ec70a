"""Infrastructure lists: what a competency's workplaces hold, by season, and which workshops meet them."""

from datetime import date

from pydantic import Field

from scheduler.domain.model import Input, Ref, View


class InfrastructureItemInput(Input):
    """So many pieces of a kind of equipment for every so many workplaces, begun ones too."""

    equipment_kind_id: int
    count: int = Field(default=1, gt=0, le=1000)
    workplaces: int = Field(default=1, gt=0, le=1000)


class InfrastructureInput(Input):
    """A list of one season; from its day on it replaces the list of the season before."""

    competency_id: int
    season: str = Field(min_length=1, max_length=40)
    valid_from: date
    source: str = Field(min_length=1, max_length=300)
    items: tuple[InfrastructureItemInput, ...] = Field(min_length=1, max_length=100)


class InfrastructureItemView(View):
    """One line of a list."""

    equipment_kind: Ref
    count: int
    workplaces: int


class MissingView(View):
    """What a workshop lacks of a list with all its workplaces in use."""

    equipment_kind: Ref
    needed: int
    there: int


class FitView(View):
    """How far a workshop of the competency meets a list: for how many workplaces, and what is missing."""

    resource: Ref
    owner: Ref
    capacity: int
    workplaces: int
    missing: tuple[MissingView, ...]


class InfrastructureView(View):
    """A list as stored, and the workshops of its competency."""

    id: int
    code: str
    competency: Ref
    season: str
    valid_from: date
    source: str
    items: tuple[InfrastructureItemView, ...]
    workshops: tuple[FitView, ...]
    revision: int


def pieces_needed(count: int, each: int, workplaces: int) -> int:
    """Return the pieces for so many workplaces.

    >>> pieces_needed(1, 3, 8), pieces_needed(2, 1, 6)
    (3, 12)
    """
    return -(-workplaces // each) * count


def workplaces_met(count: int, each: int, there: int) -> int:
    """Return for how many workplaces so many pieces are enough.

    >>> workplaces_met(1, 3, 2), workplaces_met(2, 1, 5)
    (6, 2)
    """
    return there // count * each
