"""Who could serve: candidate sets, and the resources of a problem with their tags."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from scheduler.bridge.places import Ways, slots_of
from scheduler.bridge.snapshot import ResourceFacts, Snapshot
from scheduler.bridge.when import guest_minutes, resource_minutes
from scheduler.domain.intervals import Interval
from scheduler.domain.kinds import KIND_BY_NAME
from scheduler.persistence.tables.requests import Request
from solver.problem import Candidate, Resource

GUEST_PENALTY = 1
"""What the choice of somebody else's resource costs beside travel."""
AGES = (14, 16, 18)
"""Ages that groups are told apart by: under 16, minors, adults."""


@dataclass(frozen=True, slots=True)
class Guests:
    """What the guests of a resource may have: windows in minutes, seats, slots a week."""

    participants: frozenset[str]
    minutes: tuple[Interval, ...]
    week_limit_slots: int | None


class Supply:
    """The resources that serve a campaign, as far as its requests ask for them.

    First every request names its candidates with `choose`; then `sets`, `resources` and `guests` tell what
    came of it.
    """

    def __init__(self, snapshot: Snapshot, ways: Ways) -> None:
        self._snapshot = snapshot
        self._ways = ways
        self._by_role: dict[str, list[ResourceFacts]] = defaultdict(list)
        self._minutes: dict[int, list[Interval]] = {}
        self._users: dict[int, dict[int, int]] = defaultdict(dict)
        self._chosen: dict[tuple[str, int, tuple[tuple[int, int], ...]], str] = {}
        self.facts = {facts.row.code: facts for facts in snapshot.resources}
        for facts in snapshot.resources:
            self._by_role[KIND_BY_NAME[facts.row.kind].role].append(facts)

    def minutes(self, facts: ResourceFacts) -> list[Interval]:
        """Return when a resource can be used at all, in minutes of the horizon."""
        if facts.row.id not in self._minutes:
            self._minutes[facts.row.id] = resource_minutes(self._snapshot, self._ways, facts)
        return self._minutes[facts.row.id]

    def rooms(self, request: Request) -> list[ResourceFacts]:
        """Return what could give a request its place.

        Fitting resources with the competency, the requester's own or open to it by an offer; where none
        has the competency, those that fit otherwise, so that the refusal can name what is lacking.
        """
        kinds = {name for name, kind in KIND_BY_NAME.items() if request.session_kind in kind.session_kinds}
        open_ = [
            facts
            for facts in self._by_role["room"]
            if facts.row.kind in kinds
            and self._open_to(facts, request)
            and (request.provider_id is None or facts.owner.id == request.provider_id)
        ]
        return [facts for facts in open_ if self.able(facts, request.competency_id)] or open_

    def trainers(self, request: Request, rooms: Iterable[ResourceFacts]) -> dict[int, int]:
        """Return who could lead a request's sessions in these rooms, with the slots of the way there.

        Those with the competency, own or open, who live near one of the rooms; where nobody does, all of
        them, since a long way is better than a refusal; where nobody has the competency, all that are own
        or open, so that the refusal can name what is lacking.
        """
        open_ = [facts for facts in self._by_role["trainer"] if self._open_to(facts, request)]
        able = [facts for facts in open_ if self.able(facts, request.competency_id)]
        towns = sorted({facts.site.town_id for facts in rooms})
        ways = {facts.row.id: self._way(facts, towns) for facts in able or open_}
        limit = slots_of(self._snapshot.settings.number("travel.trainer_limit_min"))
        return {id_: way for id_, way in ways.items() if way <= limit} or ways

    def _way(self, facts: ResourceFacts, town_ids: list[int]) -> int:
        """Return the slots from somebody's town to the nearest of others; 0 when there is none."""
        towns = self._snapshot.towns
        home = towns[facts.site.town_id].code
        return min((slots_of(self._ways.by_car[home, towns[id_].code]) for id_ in town_ids), default=0)

    def equipment(self, request: Request) -> list[ResourceFacts]:
        """Return the movable equipment of the kind asked for, own or open."""
        return [
            facts
            for facts in self._by_role["equipment"]
            if request.equipment_kind_id in facts.features and self._open_to(facts, request)
        ]

    def hostels(self, request: Request) -> list[ResourceFacts]:
        """Return the hostels that are own or open."""
        return [facts for facts in self._by_role["stay"] if self._open_to(facts, request)]

    def buses(self, request: Request, town_id: int) -> list[ResourceFacts]:
        """Return the buses of a town that are own or open."""
        return [
            facts
            for facts in self._by_role["bus"]
            if facts.site.town_id == town_id and self._open_to(facts, request)
        ]

    def able(self, facts: ResourceFacts, competency_id: int) -> bool:
        """Return whether a resource has the competency on any day of the horizon."""
        if competency_id not in facts.competencies:
            return False
        until = facts.competencies[competency_id]
        return until is None or until >= self._snapshot.horizon.monday_on

    def _open_to(self, facts: ResourceFacts, request: Request) -> bool:
        if facts.row.retired_on is not None and facts.row.retired_on <= self._snapshot.horizon.monday_on:
            return False
        return facts.owner.id == request.participant_id or bool(facts.offers)

    def choose(self, role: str, request: Request, found: Mapping[int, int], amount: int) -> str:
        """Note who may use what, at most `amount` at a time, and return the id of the candidate set.

        Parameters
        ----------
        found
            What choosing each resource costs, by its id.
        """
        for id_ in found:
            users = self._users[id_]
            users[request.participant_id] = max(users.get(request.participant_id, 0), amount)
        key = (role.partition(":")[0], request.participant_id, tuple(found.items()))
        if key not in self._chosen:
            # By codes, so that the name does not depend on the database's keys.
            codes = {facts.row.id: facts.row.code for facts in self.facts.values()}
            owner = self._snapshot.participants[key[1]].code
            text = ",".join([owner, *(f"{codes[id_]}:{cost}" for id_, cost in key[2])])
            self._chosen[key] = f"{key[0]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        return self._chosen[key]

    @cached_property
    def _seats(self) -> dict[int, tuple[int, bool]]:
        """What of each resource's capacity can be used in all, and whether by guests too.

        An offer may open less than there is. Where nobody but guests comes, that is all there is; where
        the owner needs more at once, guests of a pooled resource could not be told apart, so they stay
        out: what an owner did not open is never taken.
        """
        found: dict[int, tuple[int, bool]] = {}
        for facts in self.facts.values():
            capacity = facts.subject.capacity
            users = self._users.get(facts.row.id, {})
            open_ = max((offer.capacity for offer in facts.offers), default=0)
            own = users.get(facts.owner.id, 0)
            if not (users.keys() - {facts.owner.id}) or open_ >= capacity:
                found[facts.row.id] = (capacity, True)
            elif own <= open_:
                found[facts.row.id] = (open_, True)
            else:
                found[facts.row.id] = (capacity, facts.subject.mode == "exclusive")
        return found

    def sets(self) -> dict[str, tuple[Candidate, ...]]:
        """Return the candidate sets by id."""
        by_id = {facts.row.id: facts for facts in self.facts.values()}
        found = {}
        for (_, participant_id, chosen), name in self._chosen.items():
            candidates = []
            for id_, cost in chosen:
                guest = by_id[id_].owner.id != participant_id
                if guest and not self._seats[id_][1]:
                    continue
                penalty = cost + (GUEST_PENALTY if guest else 0)
                candidates.append(Candidate(resource=by_id[id_].row.code, penalty=penalty))
            found[name] = tuple(candidates)
        return found

    def used(self) -> list[ResourceFacts]:
        """Return the resources that are a candidate anywhere, in the order of their codes."""
        return [facts for facts in self._snapshot.resources if facts.row.id in self._users]

    def guests(self, facts: ResourceFacts) -> Guests | None:
        """Return the terms of a resource's guests; None when it has none."""
        guests = {id_: amount for id_, amount in self._users[facts.row.id].items() if id_ != facts.owner.id}
        if not guests:
            return None
        open_ = max((offer.capacity for offer in facts.offers), default=0)
        needed = max((amount for amount in guests.values() if amount <= open_), default=1)
        limits = [offer.hours_per_week for offer in facts.offers if offer.capacity >= needed]
        hours = None if None in limits else sum(hours for hours in limits if hours is not None)
        return Guests(
            participants=frozenset(self._snapshot.participants[id_].code for id_ in guests),
            minutes=tuple(guest_minutes(self._snapshot, facts, needed)),
            week_limit_slots=None if hours is None else slots_of(hours * 60),
        )

    def resource(self, facts: ResourceFacts, stock: Iterable[tuple[int, int]]) -> Resource:
        """Return a resource of the problem.

        Parameters
        ----------
        stock
            Kinds and counts of stationary equipment that requests need.
        """
        row, kind = facts.row, KIND_BY_NAME[facts.row.kind]
        town = self._snapshot.towns[facts.site.town_id].code
        capacity, _ = self._seats[row.id]
        return Resource(
            id=row.code,
            kind=row.kind,
            owner=facts.owner.code,
            mode="pooled" if facts.subject.mode == "pooled" else "exclusive",
            capacity=len(facts.units) if facts.units else capacity,
            units=facts.units,
            place=facts.site.code if kind.stands else None,
            home=town if kind.travels else None,
            setup_slots=slots_of(row.setup_min),
            cleanup_slots=slots_of(row.cleanup_min),
            tags=frozenset(self._tags(facts, stock)),
        )

    def _tags(self, facts: ResourceFacts, stock: Iterable[tuple[int, int]]) -> Iterable[str]:
        role = KIND_BY_NAME[facts.row.kind].role
        for competency_id in facts.competencies:
            if self.able(facts, competency_id):
                yield competency_tag(self._snapshot, competency_id)
        kinds = self._snapshot.equipment_kinds
        dangerous = role == "equipment" and any(kinds[id_].hazard == "high" for id_ in facts.features)
        if facts.row.hazard == "high" or dangerous:
            yield "hazard:high"
        if role == "room":
            yield f"host:{facts.owner.kind}"
            yield area_tag(self._snapshot, facts)
            for age in AGES:
                if (facts.row.min_age or 0) <= age:
                    yield f"age:{age}"
            for kind_id, count in stock:
                if facts.features.get(kind_id, 0) >= count:
                    yield stock_tag(self._snapshot, kind_id, count)


def competency_tag(snapshot: Snapshot, competency_id: int) -> str:
    """Return the tag of a competency."""
    return f"competency:{snapshot.competencies[competency_id].code}"


def stock_tag(snapshot: Snapshot, kind_id: int, count: int) -> str:
    """Return the tag of so many pieces of stationary equipment."""
    return f"equipment:{snapshot.equipment_kinds[kind_id].code}>={count}"


def area_tag(snapshot: Snapshot, facts: ResourceFacts) -> str:
    """Return the tag of what stands in a town."""
    return f"area:{snapshot.towns[facts.site.town_id].code}"
