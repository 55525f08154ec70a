from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from scheduler.domain.priority import PriorityClass, PriorityTable, listed, weight_of
from scheduler.domain.settings import BY_KEY, SETTINGS, RegionSettings
from scheduler.errors import Invalid

ON = date(2027, 1, 11)


@dataclass(frozen=True)
class Row:
    key: str
    value: dict[str, Any]
    valid_from: date = ON
    source: str = "протокол 3"


@dataclass(frozen=True)
class Asked:
    session_kind: str = "study_practice"
    form: str = "single"
    funding: str = "state"
    tags: list[str] = field(default_factory=list)


def test_every_setting_names_its_source_and_its_key_once() -> None:
    assert len(BY_KEY) == len(SETTINGS)
    assert all(setting.source and setting.title.ru and setting.title.en for setting in SETTINGS)


def test_the_newest_row_that_holds_on_the_day_wins_over_the_default() -> None:
    rows = [
        Row("load.group_day_hours", {"value": 6}, date(2026, 9, 1)),
        Row("load.group_day_hours", {"value": 7}, ON),
        Row("load.group_day_hours", {"value": 9}, date(2027, 2, 1)),
        Row("somebody.elses", {"value": "x"}),
    ]

    assert RegionSettings.effective(rows, ON).number("load.group_day_hours") == 7
    assert RegionSettings.effective([], ON).number("load.group_day_hours") == 8


def test_values_of_another_type_are_told_all_at_once() -> None:
    rows = [Row("load.group_day_hours", {"value": "8"}), Row("sessions.one_a_day", {"value": 1})]

    with pytest.raises(Invalid) as caught:
        RegionSettings.effective(rows, ON)

    assert [error.field for error in caught.value.errors] == [
        "setting.load.group_day_hours",
        "setting.sessions.one_a_day",
    ]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(session_kind="final_exam", form="network"), "exam"),
        (Asked(form="network"), "network"),
        (Asked(session_kind="camp"), "camp"),
        (Asked(), "state"),
        (Asked(session_kind="work_practice"), "state"),
        (Asked(funding="paid"), "further"),
        (Asked(session_kind="further_training"), "further"),
        (Asked(session_kind="staff_internship"), "staff"),
        (Asked(session_kind="event"), "event"),
    ],
)
def test_attributes_give_the_class(asked: Asked, expected: str) -> None:
    table = PriorityTable(RegionSettings.effective([], ON).table("priority.classes"))

    assert table.class_of(asked).name == expected


def test_a_decision_may_put_a_tag_first_and_leave_the_rest_over() -> None:
    table = PriorityTable([{"name": "top", "tags": ["ТОП-50"]}, {"name": "camp", "session_kinds": ["camp"]}])

    assert table.class_of(Asked(tags=["x", "ТОП-50"])).name == "top"
    assert table.class_of(Asked()).name == "rest"
    assert table.order({"rest", "camp", "top"}) == ("top", "camp", "rest")


def test_classes_of_one_level_are_served_together_and_guarantees_follow_the_first_level() -> None:
    table = PriorityTable(RegionSettings.effective([], ON).table("priority.classes"))
    network, state, camp = (
        table.class_of(asked) for asked in (Asked(form="network"), Asked(), Asked(session_kind="camp"))
    )

    assert network.served_as == state.served_as == "curriculum"
    assert network.guarantee_permille
    assert camp.guarantee_permille
    assert state.guarantee_permille is None
    assert table.order({"camp", "curriculum", "exam"}) == ("exam", "curriculum", "camp")
    assert table.guaranteed_before(("exam", "curriculum")) == "curriculum"
    assert table.guaranteed_before(("exam",)) is None


def test_the_list_in_force_on_the_day_gives_its_tag_and_a_tag_its_weight() -> None:
    rows = [
        Row("priority.lists", {"value": {"ТОП-50": ["15.01.32"]}}, date(2016, 1, 1), "приказ 831"),
        Row("priority.lists", {"value": {"ТОП-50": ["15.01.38"]}}, date(2026, 9, 1), "новая редакция"),
    ]
    then, now = (RegionSettings.effective(rows, on) for on in (date(2025, 1, 1), ON))

    assert listed(then.table("priority.lists"), (), "15.01.32") == ("ТОП-50",)
    assert listed(now.table("priority.lists"), (), "15.01.32") == ()
    assert listed(now.table("priority.lists"), ("ТОП-50",), "15.01.38") == ("ТОП-50",)
    assert (then.source("priority.lists"), now.source("priority.lists")) == ("приказ 831", "новая редакция")
    weights = now.table("priority.tag_weights")
    row = PriorityClass(name="x", weight=3)
    assert weight_of(row, weights, ["ТОП-50"]) > weight_of(row, weights, ["ТОП-РЕГИОН"]) > row.weight
