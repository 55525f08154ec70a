"""The facts of the region as committed: towns, roads, organisations, competencies, calendar, bells."""

from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from scheduler.domain.resource import Hazard

FACTS_FILE = Path(__file__).parents[3] / "fixtures" / "smolensk.json"


class Fact(BaseModel):
    """Something with its status: found, known or assumed."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    status: str


class Town(Fact):
    """A town."""

    code: str
    name: str
    name_en: str
    timezone: str


class Distance(Fact):
    """A road between two towns."""

    a: str
    b: str
    road_km: int
    car_min: int
    bus_min: int


class Organisation(Fact):
    """A real organisation."""

    code: str
    kind: str
    name: str
    short_name: str
    town: str
    profile: str
    source: str


class SectoralCluster(Fact):
    """A real sectoral cluster; the demonstration borrows its sector and its base."""

    code: str
    name: str
    name_en: str
    base: str
    since: int
    source: str


class Competency(Fact):
    """A competency with the kinds of equipment that it needs."""

    code: str
    name: str
    name_en: str
    practice_subgroup: int
    equipment: tuple[str, ...]


class EquipmentKind(Fact):
    """A kind of equipment."""

    code: str
    name: str
    name_en: str
    hazard: Hazard
    setup_min: int


class Speciality(Fact):
    """An occupation or speciality of secondary vocational education."""

    code: str
    name: str
    top50: bool


class CalendarFacts(Fact):
    """The production calendar in two layers; the third is each college's own order."""

    statutory: tuple[str, ...]
    transfer: tuple[str, ...]
    working: tuple[str, ...]
    shortened: tuple[str, ...]
    statutory_source: str
    transfer_source: str


class Facts(BaseModel):
    """All facts."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    about: str
    distances_note: str
    towns: tuple[Town, ...]
    distances: tuple[Distance, ...]
    organisations: tuple[Organisation, ...]
    clusters: tuple[SectoralCluster, ...]
    competencies: tuple[Competency, ...]
    equipment_kinds: tuple[EquipmentKind, ...]
    specialities: tuple[Speciality, ...]
    calendar: CalendarFacts
    bells: dict[str, Any] = Field(description="Grids of ``[from, until]`` by name, their status and source")

    @cached_property
    def minutes(self) -> dict[tuple[str, str], tuple[int, int, int]]:
        """Kilometres, minutes by car and by bus between any two towns, each closed under shortest paths.

        The assumed ones come from great circles, so that many are longer than a detour over known roads.
        """
        codes = [town.code for town in self.towns]
        best = {(code, code): (0, 0, 0) for code in codes}
        for row in self.distances:
            best[row.a, row.b] = best[row.b, row.a] = (row.road_km, row.car_min, row.bus_min)
        for via, a, b in product(codes, codes, codes):
            detour = zip(best[a, via], best[via, b], strict=True)
            km, car, bus = (first + second for first, second in detour)
            old = best[a, b]
            best[a, b] = (min(old[0], km), min(old[1], car), min(old[2], bus))
        return best

    def grid(self, name: str) -> tuple[tuple[int, int], ...]:
        """Return a bell grid in minutes from midnight."""
        return tuple((clock(start), clock(end)) for start, end in self.bells[name])


def clock(text: str) -> int:
    """Return the minutes from midnight of ``HH:MM``."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def read_facts(path: Path = FACTS_FILE) -> Facts:
    """Return the committed facts."""
    return Facts.model_validate_json(path.read_bytes())
