"""What is decided for the demonstration: the priority table, lists of occupations, infrastructure lists."""

from datetime import date

from scheduler.domain.settings import BY_KEY
from scheduler.exchange.dataset.rows import InfrastructurePart, InfrastructureRow, SettingRow
from scheduler.exchange.demo.facts import Facts

TOP_50, TOP_REGION = "ТОП-50", "ТОП-РЕГИОН"
TOP_REGION_SPECIALITIES = ("15.01.38", "15.02.16", "15.01.05")
IN_FORCE_FROM = date(2026, 12, 10)
SEASON = "2027"
LISTS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "04": (("mps_stand", 1, 1), ("plc_kit", 1, 1)),
    "05": (("pc_cad", 1, 1), ("printer3d", 1, 6)),
    "06": (("cnc_lathe", 1, 1),),
    "07": (("cnc_mill", 1, 1),),
    "10": (("weld_booth", 1, 1), ("weld_mig", 1, 2)),
    "18": (("electro_cabin", 1, 1),),
    "19": (("electro_cabin", 1, 1), ("plc_kit", 1, 1)),
    "33": (("car_lift", 1, 3), ("diag_scanner", 1, 4)),
    "45": (("printer3d", 1, 2), ("scanner3d", 1, 4)),
    "48": (("mech_bench", 1, 1),),
    "49": (("tractor", 1, 2), ("hydro_stand", 1, 2)),
    "L02": (("relay_stand", 1, 2),),
}
"""By competency: kind of equipment, pieces, for how many workplaces."""


def decided(facts: Facts) -> list[SettingRow]:
    """Return the decisions on priority, as the demonstration's council and ministry took them."""
    lists = {
        TOP_50: sorted(row.code for row in facts.specialities if row.top50),
        TOP_REGION: sorted(TOP_REGION_SPECIALITIES),
    }
    return [
        SettingRow(
            key="priority.classes",
            value={"value": BY_KEY["priority.classes"].default},
            source="Решение координационного совета, протокол № 3 от 10.12.2026 (демо)",
            valid_from=IN_FORCE_FROM,
        ),
        SettingRow(
            key="priority.lists",
            value={"value": lists},
            source="Перечень ТОП-50 по приказу Минтруда 831 от 02.11.2015; ТОП-РЕГИОН (демо)",
            valid_from=IN_FORCE_FROM,
        ),
    ]


def infrastructure_rows() -> list[InfrastructureRow]:
    """Return the infrastructure lists of the championship's season."""
    return [
        InfrastructureRow(
            code=f"il-{competency.lower()}-{SEASON}",
            competency=competency,
            season=SEASON,
            valid_from=date(2026, 9, 1),
            source=f"Инфраструктурный лист сезона {SEASON} (демо)",
            items=tuple(
                InfrastructurePart(kind=kind, count=count, workplaces=workplaces)
                for kind, count, workplaces in items
            ),
        )
        for competency, items in LISTS.items()
    ]
