"""What ``python -m solver explain --json`` says of a request, as a view."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from scheduler.domain.advice import (
    AdviceView,
    AlternativeView,
    CauseView,
    GrantedView,
    RelaxationView,
    WayView,
    WishView,
)
from scheduler.domain.words import Words


def advice_of(content: bytes, run_id: int, request_id: int) -> AdviceView:
    """Return the advice in the output of the command.

    Raises
    ------
    ValueError
        The output is no JSON.
    """
    document = json.loads(content)
    said = document["request"]
    calendar = _Calendar(document)
    return AdviceView(
        run_id=run_id,
        request_id=request_id,
        placed=said["placed"],
        asked=said["asked"],
        causes=tuple(_cause(refusal) for refusal in said["refusals"]),
        relaxations=tuple(_relaxation(one, calendar) for one in said["relaxations"]),
        alternatives=tuple(_alternative(one, calendar) for one in said["alternatives"]),
        granted=tuple(_granted(one) for one in said["granted"]),
        complete=said["complete"],
    )


class _Calendar:
    """Days of the problem as dates."""

    def __init__(self, document: dict[str, Any]) -> None:
        first = document["first_day"]
        self._first = date.fromisoformat(first) if first is not None else None
        self._day = document["slots_per_day"]
        self.slot_minutes: int = document["slot_minutes"]

    def days(self, placements: Iterable[dict[str, Any]]) -> list[date]:
        """Return the days on which placements have meetings, in order; none without a date to count from."""
        if self._first is None:
            return []
        found = {start // self._day for p in placements for start, _ in p["meetings"]}
        return [self._first + timedelta(days=day) for day in sorted(found)]

    def wish(self, placements: Iterable[dict[str, Any]]) -> WishView | None:
        """Return the days of placements as a wish."""
        days = self.days(placements)
        if not days:
            return None
        weekdays = tuple(sorted({day.weekday() for day in days}))
        return WishView(weekdays=weekdays, from_on=days[0], until_on=days[-1])


def _cause(refusal: dict[str, Any]) -> CauseView:
    reason = refusal["reasons"][0]
    return CauseView(
        sessions=len(refusal["activities"]),
        ru=tuple(line.strip() for line in reason["ru"]),
        en=tuple(line.strip() for line in reason["en"]),
        proved=reason["reason"]["proof"] != "none",
    )


def _relaxation(said: dict[str, Any], calendar: _Calendar) -> RelaxationView:
    moved = said["cost"]["moved"]
    return RelaxationView(
        ways=tuple(WayView(rule=way["rule"], code=way["code"]) for way in said["ways"]),
        change=_words(said, "change"),
        first=_words(said, "first"),
        cost=_words(said, "cost"),
        placed=said["placed"],
        asked=said["asked"],
        moved=sum(1 for step in moved if step["after"] is not None),
        lost=len(said["cost"]["lost"]),
        wish=_wishes(said, calendar),
    )


def _words(said: dict[str, Any], name: str) -> Words:
    return Words(said["ru"][name], said["en"][name])


def _wishes(said: dict[str, Any], calendar: _Calendar) -> WishView | None:
    """Return what the requester itself could ask for instead, all of it."""
    found = [_wish(way, said["placements"], calendar) for way in said["ways"]]
    fields: dict[str, Any] = {}
    for wish in found:
        if wish is None:
            return None
        fields |= wish.model_dump(exclude_none=True)
    return WishView(**fields) if fields else None


def _wish(way: dict[str, Any], placements: list[dict[str, Any]], calendar: _Calendar) -> WishView | None:
    facts = way["facts"]
    match way["rule"], way["code"]:
        case "travel_limit", "farther":
            return WishView(travel_limit_min=facts["travel_slots"] * calendar.slot_minutes)
        case "capacity" | "away_block", "smaller_groups":
            return WishView(subgroup_size=facts["size"])
        case "all_or_none", "in_part":
            return WishView(partial=True)
        case "allowed_time", "other_time":
            return calendar.wish(placements)
        case _:
            return None


def _granted(said: dict[str, Any]) -> GrantedView:
    # Where not every place was looked at, words say so in the place of a next best one.
    following = None if said["ru"]["next_best"] is None else _words(said, "next_best")
    return GrantedView(
        session=_words(said, "session"),
        place=_words(said, "place"),
        price=_each(said, "price"),
        next_best=following,
        beside=_each(said, "beside"),
    )


def _each(said: dict[str, Any], name: str) -> tuple[Words, ...]:
    pairs = zip(said["ru"][name], said["en"][name], strict=True)
    return tuple(Words(russian, english) for russian, english in pairs)


def _alternative(said: dict[str, Any], calendar: _Calendar) -> AlternativeView:
    days = calendar.days([said["placement"]])
    return AlternativeView(
        ru=said["ru"],
        en=said["en"],
        starts_on=days[0] if days else None,
        wish=calendar.wish([said["placement"]]) if set(said["differs"]) <= {"time"} else None,
    )
