"""Beds and bus seats: invented, like all that the demonstration's colleges own."""

from scheduler.domain.kinds.hostel import NIGHT_MIN
from scheduler.exchange.dataset.rows import AvailabilityPart, OfferRow, ResourceRow
from scheduler.exchange.demo.workshops import offer

HOSTELS = (("smolapo", 24), ("vpt", 16), ("rmk", 12), ("dek", 4))
"""Owner, beds that are kept for learners of others."""
BUSES = (("copp", 20), ("kmak", 16))
"""Owner, seats."""
ALL_DAY = [(day, 0, 1440) for day in range(7)]
ON_THE_ROAD_MIN = 30


def lodging_rows() -> list[ResourceRow]:
    """Return the hostels and the buses."""
    open_ = tuple(
        AvailabilityPart(kind="weekly", weekday=day, from_min=start, until_min=end)
        for day, start, end in ALL_DAY
    )
    hostels = [
        ResourceRow(
            code=f"{owner}-hostel",
            kind="hostel",
            owner=owner,
            site=f"{owner}-main",
            name="Общежитие, гостевые места (демо)",
            mode="pooled",
            capacity=beds,
            setup_min=NIGHT_MIN,
            availability=open_,
        )
        for owner, beds in HOSTELS
    ]
    buses = [
        ResourceRow(
            code=f"{owner}-bus",
            kind="bus",
            owner=owner,
            site=f"{owner}-main",
            name="Автобус (демо)",
            mode="pooled",
            capacity=seats,
            setup_min=ON_THE_ROAD_MIN,
            cleanup_min=ON_THE_ROAD_MIN,
        )
        for owner, seats in BUSES
    ]
    return hostels + buses


def lodging_offers() -> list[OfferRow]:
    """Return the offers of all of them, on every day of the week."""
    counts = dict((*((f"{o}-hostel", n) for o, n in HOSTELS), *((f"{o}-bus", n) for o, n in BUSES)))
    return [offer(code, count, ALL_DAY) for code, count in counts.items()]
