"""Infrastructure lists as the rule takes them: what camps and exams need, and what places hold."""

from collections import defaultdict
from typing import Any

from scheduler.bridge.demand import Demand
from scheduler.bridge.snapshot import Snapshot
from scheduler.bridge.supply import Supply
from scheduler.domain.kinds import KIND_BY_NAME

EQUIPPED = ("camp", "final_exam")
"""Kinds of session that are held by the list of their competency alone."""


def infrastructure(snapshot: Snapshot, supply: Supply, demand: Demand) -> dict[str, Any]:
    """Return the parameters of the rule of infrastructure lists; no lists: there is nothing to bind."""
    asking: dict[int, list[str]] = defaultdict(list)
    for asked in demand.asked:
        if asked.request.session_kind in EQUIPPED and asked.request.competency_id in snapshot.infrastructure:
            asking[asked.request.competency_id].append(asked.request.code)
    lists = []
    wanted: set[int] = set()
    for competency_id, requests in sorted(asking.items(), key=lambda row: row[1]):
        found = snapshot.infrastructure[competency_id]
        wanted.update(kind_id for kind_id, _, _ in found.items)
        lists.append(
            {
                "requests": requests,
                "role": "room",
                "season": found.season,
                "items": [
                    {"equipment": equipment_id(snapshot, kind_id), "count": count, "workplaces": workplaces}
                    for kind_id, count, workplaces in found.items
                ],
            }
        )
    return {"lists": lists, "stocks": _stocks(snapshot, supply, wanted)}


def _stocks(snapshot: Snapshot, supply: Supply, wanted: set[int]) -> list[dict[str, Any]]:
    found = []
    for facts in supply.used():
        pieces = {
            equipment_id(snapshot, kind_id): count
            for kind_id, count in facts.features.items()
            if kind_id in wanted
        }
        if pieces and KIND_BY_NAME[facts.row.kind].role == "room":
            found.append({"resource": facts.row.code, "pieces": dict(sorted(pieces.items()))})
    return found


def equipment_id(snapshot: Snapshot, kind_id: int) -> str:
    """Return the id by which words name a kind of equipment."""
    return f"equipment:{snapshot.equipment_kinds[kind_id].code}"
