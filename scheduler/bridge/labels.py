"""Names of everything that words may mention, in both languages; none is a person's."""

from collections.abc import Iterator

from scheduler.bridge.demand import Demand, part_id
from scheduler.bridge.equipping import equipment_id
from scheduler.bridge.guarantees import class_id, market_names
from scheduler.bridge.snapshot import Snapshot
from scheduler.bridge.supply import Supply, competency_tag, stock_tag
from scheduler.domain.kinds import KINDS
from scheduler.domain.words import Words
from solver.words import ENGLISH, FIRST_DAY, RANK

ROLE_NAMES = {
    "room": Words("место занятия", "place"),
    "equipment": Words("оборудование", "equipment"),
    "trainer": Words("мастер", "trainer"),
    "stay": Words("ночлег", "lodging"),
    "bus": Words("автобус", "bus"),
}


def labels_of(snapshot: Snapshot, supply: Supply, demand: Demand) -> dict[str, str]:
    """Return the labels of a problem; an English one stands beside the Russian where it differs."""
    labels = {FIRST_DAY: snapshot.horizon.monday_on.isoformat()}
    for name, words in (
        *ROLE_NAMES.items(),
        *((kind.name, kind.title) for kind in KINDS),
        *_of_register(snapshot, demand),
        *market_names(snapshot),
        *_of_resources(supply),
        *_of_requests(snapshot, demand),
    ):
        labels[name] = words.ru
        if words.en and words.en != words.ru:
            labels[f"{ENGLISH}{name}"] = words.en
    return labels


def _of_register(snapshot: Snapshot, demand: Demand) -> Iterator[tuple[str, Words]]:
    for town in snapshot.towns.values():
        yield town.code, Words(town.name, town.name_en)
    for site in snapshot.sites.values():
        yield site.code, Words(site.name, site.name)
    for participant in snapshot.participants.values():
        name = participant.short_name
        yield participant.code, Words(name, name)
        yield f"of:{participant.code}", Words(f"группы «{name}»", f"groups of “{name}”")
    for competency in snapshot.competencies.values():
        words = Words(f"компетенция «{competency.name}»", f"competency “{competency.name_en}”")
        yield competency_tag(snapshot, competency.id), words
    for kind_id, count in demand.stock:
        kind = snapshot.equipment_kinds[kind_id]
        words = Words(f"{kind.name}: не меньше {count}", f"{kind.name_en}: at least {count}")
        yield stock_tag(snapshot, kind_id, count), words
    for found in snapshot.infrastructure.values():
        for kind_id, _, _ in found.items:
            kind = snapshot.equipment_kinds[kind_id]
            yield equipment_id(snapshot, kind_id), Words(kind.name, kind.name_en)
    for age in (14, 16, 18):
        yield f"age:{age}", Words(f"допуск с {age} лет", f"admission from {age} years")


def _of_resources(supply: Supply) -> Iterator[tuple[str, Words]]:
    for facts in supply.used():
        name = f"{facts.row.name} ({facts.owner.short_name})"
        yield facts.row.code, Words(name, name)


def _of_requests(snapshot: Snapshot, demand: Demand) -> Iterator[tuple[str, Words]]:
    for group_id, parts in demand.parts.items():
        group = snapshot.groups[group_id]
        name = group.row.name
        for start, end in parts:
            words = Words(f"группа {name}", f"group {name}")
            if (start, end) != (0, group.size):
                words = Words(
                    f"{words.ru}, {start + 1}–{end} по списку", f"{words.en}, {start + 1}–{end} of the list"
                )
            yield part_id(group, (start, end)), words
    for asked in demand.asked:
        row, title = asked.row, asked.request.title
        russian, english = row.title or row.name, row.title_en or row.title or row.name
        yield class_id(row.name), Words(russian, english)
        yield asked.request.code, Words(title, title)
        ranked = Words(", ".join((russian, *asked.tags)), ", ".join((english, *asked.tags)))
        yield f"{RANK}{asked.request.code}", ranked
        for activity in asked.activities:
            name = f"{title}, {asked.group.row.name}"
            words = Words(name, name)
            if len(asked.slices) > 1:
                subgroup = activity.chain.rpartition("/")[2]
                words = Words(f"{words.ru}, подгруппа {subgroup}", f"{words.en}, subgroup {subgroup}")
            if len(asked.activities) > len(asked.slices):
                number = activity.index + 1
                words = Words(f"{words.ru}, занятие {number}", f"{words.en}, session {number}")
            yield activity.id, words
