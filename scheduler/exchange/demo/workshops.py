"""Workshops with their stationary equipment, and movable equipment in named units; with their offers."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from scheduler.domain.resource import Mode
from scheduler.exchange.dataset.rows import (
    AvailabilityPart,
    Feature,
    OfferRow,
    Qualification,
    ResourceRow,
    SiteRow,
)
from scheduler.exchange.demo.cast import COLLEGE_ORDERS, STARTS_ON
from scheduler.exchange.demo.facts import Facts

OFFERED_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
AGREEMENT_ENDS_ON = date(2027, 4, 30)
CHAMPIONSHIP = (date(2027, 3, 1), date(2027, 3, 6))
LARGE_BREAK_MIN = 30
"""Break after every second pair; set-up and clean-up are planned to fit into it."""
MON, TUE, WED, THU, FRI, SAT = range(6)

Days = tuple[int, ...]
Pairs = tuple[Days, int, int]
"""Weekdays, first and last pair of the site's bells."""


class Workshop(NamedTuple):
    """A workshop: what the owner opens to others stands in `opened`; the first feature counts workplaces."""

    code: str
    owner: str
    name: str
    competencies: tuple[str, ...]
    capacity: int
    equipment: tuple[tuple[str, int], ...]
    opened: tuple[Pairs, ...]
    pooled: bool = False
    site: str = "main"
    own_use: tuple[Pairs, ...] = ()
    """Where the owner's own groups may be planned beside the opened windows."""
    hosts_championship: bool = False
    exam_week: date | None = None
    """Monday of the week that is kept whole for a demonstration exam of the owner."""


WORKSHOPS = (
    # CNC
    Workshop(
        "smolapo-cnc-turning", "smolapo", "Мастерская токарных станков с ЧПУ", ("06",), 6,
        (("cnc_lathe", 6), ("cnc_sim", 6), ("pc_cam", 6)), (((TUE, THU, SAT), 1, 4), ((WED,), 6, 7)),
        hosts_championship=True, exam_week=date(2027, 6, 7),
    ),
    Workshop(
        "smolapo-cnc-milling", "smolapo", "Мастерская фрезерных станков с ЧПУ", ("07",), 6,
        (("cnc_mill", 6), ("cnc_sim", 6), ("pc_cam", 6)), (((MON, WED), 1, 4), ((TUE,), 6, 7)),
        hosts_championship=True,
    ),
    Workshop(
        "vpt-cnc", "vpt", "Участок станков с ЧПУ", ("06", "07"), 6,
        (("cnc_lathe", 6), ("cnc_mill", 6)), (((TUE, THU), 1, 4),),
    ),
    Workshop(
        "sitt-cnc-milling", "sitt", "Мастерская фрезерных станков с ЧПУ", ("07",), 6,
        (("cnc_mill", 6), ("cnc_sim", 6)), (((WED,), 1, 4),),
    ),
    Workshop(
        "yait-cnc", "yait", "Участок токарных станков с ЧПУ", ("06",), 5, (("cnc_lathe", 5),),
        (((MON, THU), 3, 6),),
    ),
    Workshop(
        "rmk-cnc", "rmk", "Мастерская токарных станков с ЧПУ", ("06",), 6, (("cnc_lathe", 6), ("cnc_sim", 4)),
        (((TUE, FRI), 1, 4),),
    ),
    Workshop(
        "stanko-cnc", "stanko", "Учебный участок станков с ЧПУ", ("06", "07"), 6,
        (("cnc_lathe", 6), ("cnc_mill", 6)), (((TUE, THU), 4, 5),),
    ),
    # welding
    Workshop(
        "sagia-welding", "sagia", "Сварочная мастерская", ("10",), 16,
        (("weld_booth", 16), ("weld_mma", 16), ("weld_mig", 8), ("weld_tig", 8), ("weld_sim", 2)),
        (((MON, WED), 1, 4), ((THU,), 6, 7)), pooled=True, hosts_championship=True,
    ),
    Workshop(
        "rmk-welding", "rmk", "Сварочная мастерская", ("10",), 8,
        (("weld_booth", 8), ("weld_mma", 8), ("weld_mig", 8)),
        (((MON, THU), 1, 4),), exam_week=date(2027, 6, 14),
    ),
    Workshop(
        "vtt-welding", "vtt", "Сварочная мастерская", ("10",), 8,
        (("weld_booth", 8), ("weld_mma", 8), ("weld_tig", 4)),
        (((TUE,), 1, 4), ((FRI,), 1, 2)),
    ),
    Workshop(
        "kmak-welding", "kmak", "Сварочная мастерская", ("10",), 8, (("weld_booth", 8), ("weld_mma", 8)),
        (((WED, FRI), 1, 4),), site="pochinok",
    ),
    Workshop(
        "sitt-welding", "sitt", "Сварочная мастерская", ("10",), 8,
        (("weld_booth", 8), ("weld_mma", 8), ("weld_mig", 8)),
        (((THU,), 1, 4),),
    ),
    Workshop(
        "dormash-welding", "dormash", "Учебный сварочный участок", ("10",), 8,
        (("weld_booth", 8), ("weld_mig", 8)),
        (((FRI,), 1, 3),), pooled=True,
    ),
    # machining by hand, mechanics
    Workshop(
        "vpt-turning", "vpt", "Токарная мастерская", ("L01",), 8, (("manual_lathe", 8), ("cmm_hand", 8)),
        (((MON, WED, FRI), 1, 4),),
    ),
    Workshop(
        "yait-turning", "yait", "Токарная мастерская", ("L01",), 8, (("manual_lathe", 8), ("cmm_hand", 8)),
        (((TUE, WED, FRI), 1, 4),),
    ),
    Workshop(
        "rmk-mechanics", "rmk", "Слесарно-механическая мастерская", ("48", "L01"), 8,
        (("mech_bench", 8), ("manual_lathe", 8)), (((MON, WED, FRI, SAT), 1, 4),),
        own_use=(((TUE, THU), 1, 4),),
    ),
    Workshop(
        "smolapo-mechanics", "smolapo", "Мастерская промышленной механики", ("48",), 8,
        (("mech_bench", 8), ("align_laser", 2)), (((MON, TUE, WED, FRI), 1, 4),),
        own_use=(((THU, SAT), 1, 4),),
        hosts_championship=True,
    ),
    Workshop(
        "sitt-mechanics", "sitt", "Слесарная мастерская", ("48",), 8, (("mech_bench", 8),),
        (((TUE, WED, SAT), 1, 4),), own_use=(((MON, FRI), 1, 4),),
    ),
    Workshop(
        "gmk-mechanics", "gmk", "Слесарная мастерская", ("48",), 8, (("mech_bench", 8),),
        (((MON, THU, FRI), 1, 4),), own_use=(((TUE, WED), 1, 4),),
    ),
    # automation, electricity, electronics
    Workshop(
        "smolapo-mechatronics", "smolapo", "Лаборатория мехатроники", ("04",), 6,
        (("mps_stand", 6), ("plc_kit", 6), ("pneumo_set", 6)), (((MON, TUE, THU, FRI), 1, 4),),
        hosts_championship=True,
    ),
    Workshop(
        "sitt-automation", "sitt", "Лаборатория промышленной автоматики", ("19",), 8,
        (("electro_cabin", 8), ("plc_kit", 8)), (((MON, TUE, THU, FRI), 1, 4),),
    ),
    Workshop(
        "dek-electrical", "dek", "Электромонтажная мастерская", ("18", "19"), 12,
        (("electro_cabin", 12), ("plc_kit", 12)), (((MON, TUE, WED, FRI), 1, 4),),
        own_use=(((THU, SAT), 1, 4),), hosts_championship=True, exam_week=date(2027, 5, 31),
    ),
    Workshop(
        "vpt-electrical", "vpt", "Электромонтажная мастерская", ("18",), 12,
        (("electro_cabin", 12), ("hand_tools", 12)),
        (((MON, WED, FRI), 1, 4),), own_use=(((SAT,), 1, 4),),
    ),
    Workshop(
        "tot-electrical", "tot", "Электромонтажная мастерская", ("18",), 12,
        (("electro_cabin", 12), ("hand_tools", 12)),
        (((TUE, WED, THU), 1, 4),), own_use=(((SAT,), 1, 4),),
    ),
    Workshop(
        "mpei-electronics", "mpei", "Лаборатория электроники", ("16",), 10,
        (("solder_station", 10), ("oscilloscope", 10)), (((MON, WED, FRI), 3, 6),),
    ),
    Workshop(
        "vpt-electronics", "vpt", "Лаборатория электроники", ("16",), 10, (("solder_station", 10),),
        (((TUE, THU, SAT), 1, 4),),
    ),
    Workshop(
        "dek-relay", "dek", "Лаборатория релейной защиты", ("L02",), 6, (("relay_stand", 3),),
        (((TUE, WED, THU, FRI), 1, 4),),
    ),
    # design and prototypes
    Workshop(
        "smolapo-cad", "smolapo", "Класс инженерного дизайна", ("05",), 12,
        (("pc_cad", 12), ("printer3d", 2)),
        (((MON, WED, FRI), 1, 4),), pooled=True, own_use=(((SAT,), 1, 4),), hosts_championship=True,
    ),
    Workshop(
        "vpt-cad", "vpt", "Класс инженерного дизайна", ("05",), 12, (("pc_cad", 12),),
        (((TUE, THU, SAT), 1, 4),), pooled=True,
    ),
    Workshop(
        "copp-prototyping", "copp", "Лаборатория прототипирования", ("45",), 8,
        (("printer3d", 6), ("scanner3d", 2), ("pc_cad", 8)), (((TUE, WED, THU, SAT), 2, 5),),
    ),
    # transport and machines, chemistry
    Workshop(
        "satk-cars", "satk", "Мастерская ремонта автомобилей", ("33",), 8,
        (("car_lift", 3), ("diag_scanner", 2), ("engine_stand", 4)), (((MON, TUE, WED, THU, FRI), 1, 4),),
        own_use=(((SAT,), 1, 4),), hosts_championship=True,
    ),
    Workshop(
        "kmak-machines", "kmak", "Мастерская сельхозтехники", ("49",), 8,
        (("tractor", 4), ("engine_stand", 4), ("hydro_stand", 4)), (((MON, TUE, WED, THU), 1, 4),),
    ),
    Workshop(
        "vtt-chemistry", "vtt", "Лаборатория химического анализа", ("R6",), 10,
        (("fume_hood", 5), ("spectrophotometer", 3), ("analytic_scale", 6), ("titrator", 10)),
        (((MON, WED, FRI), 1, 4),), hosts_championship=True,
    ),
    # building trades
    Workshop(
        "sagia-plumbing", "sagia", "Мастерская сантехники и отопления", ("15",), 12,
        (("plumb_cabin", 12), ("press_tool", 6)), (((TUE, THU, FRI), 1, 4),),
    ),
    Workshop(
        "sagia-finishing", "sagia", "Мастерская отделочных работ", ("21", "22"), 12,
        (("drywall_cabin", 12), ("paint_cabin", 12)), (((MON, TUE, WED, THU, FRI), 1, 4),), pooled=True,
    ),
    Workshop(
        "sagia-bricklaying", "sagia", "Полигон каменщиков", ("20",), 12, (("brick_area", 12), ("mixer", 2)),
        (((WED, THU, FRI), 1, 4),),
    ),
    Workshop(
        "sagia-gas", "sagia", "Лаборатория газового оборудования", ("L04",), 8,
        (("gas_stand", 4), ("press_tool", 4)),
        (((TUE, FRI), 1, 4),),
    ),
    Workshop(
        "gmk-joinery", "gmk", "Столярная мастерская", ("25",), 10, (("wood_bench", 10), ("wood_machines", 4)),
        (((MON, WED, FRI), 1, 4),),
    ),
)  # fmt: skip

MOVABLE = (
    ("smolapo-cmm", "smolapo", "Комплект мерительного инструмента", "cmm_hand", "КИМ", 8),
    ("vpt-oscilloscopes", "vpt", "Осциллограф переносной", "oscilloscope", "ОСЦ", 5),
    ("sitt-plc", "sitt", "Переносной комплект ПЛК", "plc_kit", "ПЛК", 6),
    ("sitt-vfd", "sitt", "Комплект «частотный преобразователь и двигатель»", "vfd_kit", "ЧП", 4),
    ("rmk-ndt", "rmk", "Комплект контроля швов", "ndt_vt", "ВИК", 4),
    ("sagia-ndt", "sagia", "Комплект контроля швов", "ndt_vt", "ВИК", 4),
    ("gmk-laser", "gmk", "Лазерная центровка валов", "align_laser", "ЛЦ", 3),
    ("satk-scanners", "satk", "Диагностический сканер", "diag_scanner", "ДС", 4),
    ("copp-scanner", "copp", "3D-сканер переносной", "scanner3d", "3Д", 3),
)
"""Code, owner, name, kind, prefix of the units' names, units; each at its owner's main site."""


def workshop_rows(facts: Facts, sites: dict[str, SiteRow]) -> list[ResourceRow]:
    """Return the workshops; hazard, set-up and clean-up follow from the equipment."""
    kinds = {kind.code: kind for kind in facts.equipment_kinds}
    worst = ("none", "medium", "high")
    rows = []
    for w in WORKSHOPS:
        site = sites[f"{w.owner}-{w.site}"]
        equipment = [kinds[code] for code, _ in w.equipment]
        setup = max(kind.setup_min for kind in equipment)
        closed = [AvailabilityPart(kind="closed", from_on=on, note=note) for on, note in orders_of(w.owner)]
        if w.hosts_championship:
            closed.append(
                AvailabilityPart(
                    kind="closed",
                    from_on=CHAMPIONSHIP[0],
                    until_on=CHAMPIONSHIP[1],
                    note="Региональный этап чемпионата «Профессионалы» (демо)",
                )
            )
        if w.owner == "stanko":
            closed.append(
                AvailabilityPart(
                    kind="closed",
                    from_on=date(2027, 5, 11),
                    until_on=date(2027, 5, 21),
                    note="Остановочный ремонт",
                )
            )
        rows.append(
            ResourceRow(
                code=w.code,
                kind="workshop",
                owner=w.owner,
                site=site.code,
                name=w.name,
                mode="pooled" if w.pooled else "exclusive",
                capacity=w.capacity,
                hazard=max((kind.hazard for kind in equipment), key=worst.index),
                setup_min=setup,
                cleanup_min=5 if 0 < setup <= LARGE_BREAK_MIN - 5 else 0,
                lead_days=14 if w.owner in ("stanko", "dormash") else 0,
                competencies=tuple(Qualification(code=code) for code in w.competencies),
                features=tuple(Feature(kind=code, count=count) for code, count in w.equipment),
                availability=(*weekly((*w.opened, *w.own_use), site), *exam_days(w), *closed),
            )
        )
    return rows


def weekly(pairs: tuple[Pairs, ...], site: SiteRow) -> list[AvailabilityPart]:
    """Return weekly windows from pairs of the site's bells."""
    return [
        AvailabilityPart(kind="weekly", weekday=day, from_min=start, until_min=end)
        for day, start, end in windows(pairs, site)
    ]


def windows(pairs: tuple[Pairs, ...], site: SiteRow) -> list[tuple[int, int, int]]:
    """Return weekday, begin and end of the windows that pairs stand for, in order."""
    return sorted(
        (day, site.bells[first - 1][0], site.bells[last - 1][1])
        for days, first, last in pairs
        for day in days
    )


def exam_days(workshop: Workshop) -> list[AvailabilityPart]:
    """Return the days that the owner keeps whole for its own demonstration exam."""
    if workshop.exam_week is None:
        return []
    return [
        AvailabilityPart(
            kind="date",
            from_on=workshop.exam_week,
            until_on=workshop.exam_week + timedelta(days=4),
            from_min=480,
            until_min=1200,
            note="Период демонстрационного экзамена",
        )
    ]


def orders_of(owner: str) -> list[tuple[date, str]]:
    """Return the days that the owner's own order makes free."""
    return [COLLEGE_ORDERS[owner]] if owner in COLLEGE_ORDERS else []


def workshop_offers(sites: dict[str, SiteRow]) -> list[OfferRow]:
    """Return the owners' offers of their workshops."""
    rows = []
    for w in WORKSHOPS:
        plant = w.owner in ("stanko", "dormash")
        rows.append(
            offer(
                w.code,
                w.capacity,
                windows(w.opened, sites[f"{w.owner}-{w.site}"]),
                consent="each" if w.owner == "dormash" else "standing",
                valid_until=AGREEMENT_ENDS_ON if w.owner == "dormash" else None,
                conditions="Список группы за 14 дней, спецодежда, сопровождающий мастер" if plant else "",
            )
        )
    return rows


def movable_rows() -> list[ResourceRow]:
    """Return movable equipment in countable, named units."""
    mode: Mode = "pooled"
    return [
        ResourceRow(
            code=code,
            kind="equipment",
            owner=owner,
            site=f"{owner}-main",
            name=name,
            mode=mode,
            capacity=count,
            features=(Feature(kind=kind, count=count),),
            units=tuple(f"{prefix}-{number}" for number in range(1, count + 1)),
        )
        for code, owner, name, kind, prefix, count in MOVABLE
    ]


def movable_offers() -> list[OfferRow]:
    """Return the offers of movable equipment: all of it, on working days."""
    days = [(day, 480, 1290) for day in range(6)]
    return [offer(code, count, days) for code, _, _, _, _, count in MOVABLE]


def offer(
    resource: str,
    capacity: int,
    opened: list[tuple[int, int, int]],
    consent: Literal["standing", "each"] = "standing",
    valid_until: date | None = None,
    conditions: str = "",
) -> OfferRow:
    """Return the offer of a resource from the semester's first day on."""
    return OfferRow(
        code=f"o-{resource}",
        resource=resource,
        consent=consent,
        capacity=capacity,
        valid_from=STARTS_ON,
        valid_until=valid_until,
        windows=tuple(opened),
        conditions=conditions,
        created_at=OFFERED_AT,
    )
