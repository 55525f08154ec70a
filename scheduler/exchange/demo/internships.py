"""Internship places of the invented employers, each with its offer."""

from scheduler.exchange.dataset.rows import OfferRow, Qualification, ResourceRow
from scheduler.exchange.demo.workshops import offer

MACHINISTS = "06 07 L01 48"
PLACES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "stanko": (
        ("Токарный участок", MACHINISTS, 5),
        ("Фрезерный участок", MACHINISTS, 4),
        ("Наладка станков с ЧПУ", "06 07", 3),
        ("Слесарно-сборочный участок", "48 L01", 4),
    ),
    "pribor": (
        ("Монтаж радиоаппаратуры", "16", 6),
        ("Регулировка приборов", "16 19", 4),
        ("Служба КИП и А", "19 18", 4),
    ),
    "reduktor": (
        ("Токарный участок", MACHINISTS, 5),
        ("Фрезерный участок", MACHINISTS, 4),
        ("Сборка редукторов", "48 06 07", 5),
        ("Конструкторское бюро", "05 45", 3),
    ),
    "dormash": (
        ("Сварочный цех", "10", 6),
        ("Сборочный цех", "48 10", 5),
        ("Испытание машин", "49 33", 4),
    ),
    "vagon": (
        ("Сварочно-кузовной участок", "10", 6),
        ("Слесарный участок", "48 L01", 5),
        ("Электроцех", "18", 3),
    ),
    "gidro": (
        ("Механический участок", MACHINISTS, 4),
        ("Сборка гидроцилиндров", "48", 4),
        ("Токарный участок", "L01 06", 3),
    ),
    "kompozit": (
        ("Участок выкладки", "45 R6", 4),
        ("Лаборатория полимеров", "R6", 3),
        ("Ремонтная служба", "48", 4),
    ),
    "avtomatika": (
        ("Сборка шкафов управления", "19 18", 5),
        ("Электромонтажный участок", "18 19", 4),
        ("Наладка линий", "04 19", 3),
    ),
    "lityo": (
        ("Ремонтно-механическая служба", "48 L01", 5),
        ("Сварочный участок", "10", 4),
        ("Механический участок", MACHINISTS, 4),
    ),
    "him": (
        ("Центральная лаборатория", "R6", 6),
        ("Служба КИП и А", "19", 4),
        ("Ремонтный цех", "48 10", 4),
    ),
    "drev": (
        ("Ремонтная служба", "48", 4),
        ("Столярный участок", "25", 3),
        ("Электрослужба", "18", 3),
    ),
    "energo": (
        ("Электроцех", "18 L02", 5),
        ("Служба релейной защиты", "L02 18", 4),
        ("Тепловая автоматика", "19", 3),
    ),
    "agro": (
        ("Ремонт тракторов", "49", 5),
        ("Ремонт автомобилей", "33 49", 4),
        ("Сварочный пост", "10", 3),
    ),
    "stroy": (
        ("Монтаж конструкций", "10", 2),
        ("Электромонтаж на объекте", "18", 2),
        ("Отделка", "21 22", 3),
        ("Инженерные системы", "15", 2),
    ),
}
"""By employer: name, competencies, places."""
ASKS_EACH_TIME = ("o-him-1", "o-energo-1", "o-energo-2", "o-lityo-3")
"""Owners who want a click for every booking; the other employers agreed in advance."""
WORKING_HOURS = tuple((day, 480, 1080) for day in range(5))


def internship_rows() -> list[ResourceRow]:
    """Return the places: each a pool in which learners of several colleges may work side by side."""
    return [
        ResourceRow(
            code=f"{employer}-{number}",
            kind="internship",
            owner=employer,
            site=f"{employer}-main",
            name=name,
            mode="pooled",
            capacity=places,
            hazard="medium",
            lead_days=20 if employer in ("him", "energo") else 10,
            min_age=16,
            competencies=tuple(Qualification(code=code) for code in codes.split()),
        )
        for employer, entries in PLACES.items()
        for number, (name, codes, places) in enumerate(entries, start=1)
    ]


def internship_offers() -> list[OfferRow]:
    """Return the employers' offers of their places."""
    return [
        offer(
            row.code,
            row.capacity,
            list(WORKING_HOURS),
            consent="each" if f"o-{row.code}" in ASKS_EACH_TIME else "standing",
            conditions=f"Вводный инструктаж, спецодежда; список за {row.lead_days} дней",
        )
        for row in internship_rows()
    ]
