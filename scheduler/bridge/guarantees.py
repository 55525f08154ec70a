"""What the priority table guarantees its classes, competency by competency, and where each request stands."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from scheduler.bridge.demand import Demand
from scheduler.bridge.fairness import Market, Markets
from scheduler.bridge.snapshot import Snapshot
from scheduler.bridge.supply import competency_tag
from scheduler.domain.kinds import KIND_BY_NAME, workshop
from scheduler.domain.words import Words


def guarantees(snapshot: Snapshot, demand: Demand, markets: Markets) -> dict[str, Any]:
    """Return the parameters of the rule of guaranteed shares."""
    entries = []
    for row in demand.table.classes:
        for market, asking in markets.asking.items():
            mine = [asked for asked in asking if asked.row.name == row.name]
            if row.guarantee_permille is None or not mine:
                continue
            offered, _ = markets.open_minutes(market)
            entries.append(
                {
                    "name": f"{row.name}/{market_id(snapshot, market).partition(':')[2]}",
                    "owner": class_id(row.name),
                    "competency": market_id(snapshot, market),
                    "requests": [asked.request.code for asked in mine],
                    "offered_minutes": offered,
                    "share_permille": row.guarantee_permille,
                }
            )
    return {
        "guarantees": entries,
        "before": demand.table.guaranteed_before(demand.priorities),
        "source": snapshot.settings.source("priority.classes"),
        "standings": _standings(snapshot, markets),
    }


def _standings(snapshot: Snapshot, markets: Markets) -> list[dict[str, Any]]:
    found: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for market, asking in markets.asking.items():
        for asked in asking:
            key = (class_id(asked.row.name), market_id(snapshot, market), asked.tags)
            found[key].append(asked.request.code)
    return [
        {"owner": owner, "competency": competency, "tags": list(tags), "requests": requests}
        for (owner, competency, tags), requests in found.items()
    ]


def class_id(name: str) -> str:
    """Return the id by which words name a class."""
    return f"class:{name}"


def market_id(snapshot: Snapshot, market: Market) -> str:
    """Return the id by which words name a competency, with the kinds of place where it is no workshop."""
    competency_id, kinds = market
    tag = competency_tag(snapshot, competency_id)
    return tag if workshop.KIND.name in kinds else "/".join([tag, *sorted(kinds)])


def market_names(snapshot: Snapshot) -> Iterator[tuple[str, Words]]:
    """Yield the ids and names of competencies at other places than workshops."""
    for competency in snapshot.competencies.values():
        tag = competency_tag(snapshot, competency.id)
        for name, kind in KIND_BY_NAME.items():
            yield (
                f"{tag}/{name}",
                Words(
                    f"компетенция «{competency.name}», {kind.title.ru.lower()}",
                    f"competency “{competency.name_en}”, {kind.title.en.lower()}",
                ),
            )
