"""Five network programmes: twenty-four modules that run over several organisations."""

from datetime import UTC, datetime
from typing import NamedTuple

from scheduler.exchange.dataset.rows import ModulePart, PartyPart, ProgrammeRow
from scheduler.exchange.demo.cast import MAIN_CLUSTER

AGREED_AT = datetime(2026, 10, 20, 9, tzinfo=UTC)


class Module(NamedTuple):
    """A module: name, hours, competency, provider."""

    name: str
    hours: int
    competency: str
    provider: str


class Programme(NamedTuple):
    """A programme with its modules in order, and the groups that study it with their travel limits."""

    code: str
    base: str
    name: str
    modules: tuple[Module, ...]
    groups: tuple[tuple[str, int], ...]
    tags: tuple[str, ...] = ()


PROGRAMMES = (
    Programme(
        "net-cnc", "vpt", "Наладчик станков с ЧПУ",
        (
            Module("Конструкторская подготовка", 12, "05", "vpt"),
            Module("Универсальные токарные работы", 16, "L01", "vpt"),
            Module("Токарная обработка с ЧПУ", 16, "06", "vpt"),
            Module("Фрезерная обработка с ЧПУ", 12, "07", "sitt"),
            Module("Наладка на учебном участке завода", 8, "06", "stanko"),
        ),
        (("vpt-tm-31", 120),), ("ТОП-50", "ТОП-РЕГИОН"),
    ),
    Programme(
        "net-weld", "rmk", "Сварщик: от поста до контроля шва",
        (
            Module("Слесарная подготовка кромок", 12, "48", "rmk"),
            Module("Ручная дуговая сварка", 20, "10", "rmk"),
            Module("Полуавтоматическая сварка", 16, "10", "kmak"),
            Module("Аргонодуговая сварка", 16, "10", "sagia"),
            Module("Сварка на учебном участке завода", 4, "10", "dormash"),
        ),
        (("rmk-sp-31", 120),), ("ТОП-50", "ТОП-РЕГИОН"),
    ),
    Programme(
        "net-auto", "sitt", "Мехатроника и автоматизация линий",
        (
            Module("Основы электроники", 12, "16", "vpt"),
            Module("Электромонтаж шкафов", 12, "18", "vpt"),
            Module("Промышленная автоматика", 16, "19", "sitt"),
            Module("Мехатронные станции", 12, "04", "smolapo"),
            Module("Прототипирование узлов", 12, "45", "copp"),
        ),
        (("sitt-at-31", 120), ("vtt-ki-31", 120)), ("ТОП-50",),
    ),
    Programme(
        "net-energy", "dek", "Энергетика и релейная защита",
        (
            Module("Электромонтаж", 16, "18", "dek"),
            Module("Управление приводами", 12, "19", "dek"),
            Module("Релейная защита", 20, "L02", "dek"),
            Module("Электроника защит", 12, "16", "mpei"),
            Module("Механика выключателей", 8, "48", "rmk"),
        ),
        (("dek-es-31", 150),),
    ),
    Programme(
        "net-machines", "kmak", "Сервис дорожной и сельхозтехники",
        (
            Module("Тяжёлая техника", 16, "49", "kmak"),
            Module("Двигатели и диагностика", 16, "33", "satk"),
            Module("Слесарный ремонт", 12, "48", "rmk"),
            Module("Ремонтная сварка", 12, "10", "kmak"),
        ),
        (("kmak-ms-31", 120), ("satk-dm-31", 120)), ("ТОП-50",),
    ),
)  # fmt: skip
SESSION_HOURS = 4


def module_code(programme: Programme, position: int) -> str:
    """Return the code of a module."""
    return f"{programme.code}-{position}"


def programme_rows() -> list[ProgrammeRow]:
    """Return the programmes; every party agreed."""
    rows = []
    for p in PROGRAMMES:
        students = [group.split("-")[0] for group, _ in p.groups]
        parties = dict.fromkeys([p.base, *students, *(module.provider for module in p.modules)])
        rows.append(
            ProgrammeRow(
                code=p.code,
                cluster=MAIN_CLUSTER,
                base=p.base,
                name=p.name,
                state="approved",
                tags=p.tags,
                parties=tuple(PartyPart(participant=code, agreed_at=AGREED_AT) for code in parties),
                modules=tuple(
                    ModulePart(
                        code=module_code(p, position),
                        position=position,
                        name=module.name,
                        hours=module.hours,
                        session_hours=SESSION_HOURS,
                        competency=module.competency,
                        provider=module.provider,
                    )
                    for position, module in enumerate(p.modules, start=1)
                ),
            )
        )
    return rows
