"""The region's settings: what each means, its default and where that comes from.

A row of table ``setting`` overrides a default from its day on, with a source of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, Self

from scheduler.domain.words import Words
from scheduler.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; the type of `default` is the type of its values."""

    key: str
    default: Any
    source: str
    title: Words


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "load.group_week_hours",
        36,
        "R03",
        Words("Нагрузка группы в неделю, ак. ч", "Load of a group a week, academic hours"),
    ),
    Setting(
        "load.group_day_hours",
        8,
        "R04",
        Words("Нагрузка группы в день, ак. ч", "Load of a group a day, academic hours"),
    ),
    Setting(
        "load.trainer_week_hours",
        36,
        "R25",
        Words("Нагрузка мастера в неделю, ак. ч", "Load of a trainer a week, academic hours"),
    ),
    Setting(
        "sessions.one_a_day",
        True,
        "R04",
        Words("Не больше одного занятия заявки в день", "At most one session of a request a day"),
    ),
    Setting(
        "minors.employer_week_min",
        35 * 60,
        "R07, ТК ст. 92",
        Words("16–18 лет у работодателя, мин в неделю", "Aged 16–18 at an employer, minutes a week"),
    ),
    Setting(
        "minors.employer_day_min",
        7 * 60,
        "R07, ТК ст. 94",
        Words("16–18 лет у работодателя, мин в день", "Aged 16–18 at an employer, minutes a day"),
    ),
    Setting(
        "minors.under_16_employer_week_min",
        24 * 60,
        "R07, ТК ст. 92",
        Words("До 16 лет у работодателя, мин в неделю", "Under 16 at an employer, minutes a week"),
    ),
    Setting(
        "minors.under_16_employer_day_min",
        5 * 60,
        "R07, ТК ст. 94",
        Words("До 16 лет у работодателя, мин в день", "Under 16 at an employer, minutes a day"),
    ),
    Setting(
        "minors.hazard_day_min",
        4 * 60,
        "R09",
        Words(
            "Несовершеннолетние на опасном оборудовании, мин в день",
            "Minors at hazardous equipment, minutes a day",
        ),
    ),
    Setting(
        "minors.night_min",
        [22 * 60, 6 * 60],
        "R08, ТК ст. 268",
        Words("Ночь для несовершеннолетних, мин от полуночи", "Night for minors, minutes from midnight"),
    ),
    Setting(
        "minors.employer_weekends",
        False,
        "R08, ТК ст. 268",
        Words("Несовершеннолетние у работодателя в выходные", "Minors at an employer at weekends"),
    ),
    Setting(
        "travel.away_towns_a_day",
        1,
        "R27",
        Words("Чужих городов в день на человека", "Other towns a day for a person"),
    ),
    Setting(
        "travel.within_town_min",
        15,
        "R27",
        Words("Дорога между площадками одного города, мин", "Travel between sites of one town, minutes"),
    ),
    Setting(
        "travel.trainer_limit_min",
        90,
        "R27",
        Words("Дальше этого людей не посылают, мин в одну сторону", "People are sent no farther, minutes"),
    ),
    Setting(
        "travel.block_days",
        5,
        "R27",
        Words("Дней подряд с ночёвкой, не больше", "Days in a row with nights away, at most"),
    ),
    Setting(
        "travel.home_by_min",
        24 * 60,
        "R27",
        Words(
            "Выездные группы дома не позже, мин от полуночи (1440: без предела)",
            "Groups are back home by, minutes from midnight (1440: no limit)",
        ),
    ),
    Setting(
        "bells.from_min",
        510,
        "R02",
        Words("Начало первой пары там, где нет сетки звонков", "First pair where there is no bell grid"),
    ),
    Setting("bells.pairs", 6, "R02", Words("Пар в день там, где нет сетки", "Pairs a day without a grid")),
    Setting("bells.break_min", 10, "R02", Words("Перемена там, где нет сетки, мин", "Break without a grid")),
    Setting(
        "internship.starts_min",
        [480, 780],
        "R26",
        Words("Начало дня практики, мин от полуночи", "Begin of a placement day, minutes from midnight"),
    ),
    Setting(
        "internship.break_min",
        30,
        "ТК ст. 108",
        Words("Перерыв дня практики, мин", "Break of a placement day, minutes"),
    ),
    Setting(
        "weeks.allowed",
        {
            "study_practice": ["theory", "study_practice"],
            "work_practice": ["work_practice"],
            "final_exam": ["final_exams", "exams"],
            "camp": ["theory", "study_practice", "work_practice"],
            "staff_internship": ["theory", "study_practice", "work_practice", "exams", "holidays"],
            "further_training": ["theory", "study_practice", "work_practice"],
            "event": ["theory", "study_practice", "work_practice", "holidays"],
        },
        "R24",
        Words("Недели графика группы для вида занятия", "Weeks of a group's calendar by kind of session"),
    ),
    Setting(
        "priority.classes",
        [
            {
                "name": "exam",
                "title": "экзамены",
                "title_en": "exams",
                "session_kinds": ["final_exam"],
                "first": True,
            },
            {
                "name": "network",
                "title": "сетевые модули",
                "title_en": "network modules",
                "forms": ["network"],
                "fundings": ["state"],
                "session_kinds": ["study_practice", "work_practice"],
                "level": "curriculum",
                "guarantee_permille": 250,
            },
            {
                "name": "state",
                "title": "практика государственного задания",
                "title_en": "practice of the state task",
                "fundings": ["state"],
                "session_kinds": ["study_practice", "work_practice"],
                "level": "curriculum",
            },
            {
                "name": "camp",
                "title": "тренировочные сборы",
                "title_en": "training camps",
                "session_kinds": ["camp"],
                "guarantee_permille": 100,
            },
            {
                "name": "further",
                "title": "платное и дополнительное обучение",
                "title_en": "paid and further training",
                "session_kinds": ["study_practice", "work_practice", "further_training"],
            },
            {
                "name": "staff",
                "title": "стажировки работников",
                "title_en": "staff internships",
                "session_kinds": ["staff_internship"],
            },
            {"name": "event", "title": "мероприятия", "title_en": "events"},
        ],
        "default",
        Words(
            "Классы срочности по признакам заявки (первый подходящий) и их гарантированные доли",
            "Priority classes by a request's attributes (the first that fits) and their guaranteed shares",
        ),
    ),
    Setting(
        "priority.lists",
        {},
        "R20",
        Words("Перечни профессий по меткам заявок", "Lists of occupations by the tag that they give"),
    ),
    Setting(
        "priority.tag_weights",
        {"ТОП-50": 2, "ТОП-РЕГИОН": 1},
        "R20, default",
        Words("Вес метки, решающий при равенстве", "Weight of a tag, which decides a tie"),
    ),
    Setting(
        "coverage.tolerance_permille",
        20,
        "R30",
        Words("Допуск охвата на класс, тысячных", "Tolerance of coverage a class, thousandths"),
    ),
    Setting(
        "fairness.contested_permille",
        1000,
        "5.2-2",
        Words(
            "Спрос к предложению, с которого компетенция спорная, тысячных",
            "Demand to offer from which a competency is contested, thousandths",
        ),
    ),
    Setting(
        "fairness.credit_keep_permille",
        500,
        "5.2-2",
        Words(
            "Сколько прежнего долга переходит в следующий семестр, тысячных",
            "How much of an old credit lasts into the next term, thousandths",
        ),
    ),
    Setting(
        "fairness.credit_raise_permille",
        200,
        "5.2-2",
        Words(
            "На сколько долг прошлых семестров поднимает право на часы, не больше, тысячных",
            "How much a credit raises an entitlement at most, thousandths",
        ),
    ),
    Setting(
        "repair.freeze_days",
        7,
        "R31",
        Words(
            "Дней вперёд, в которые исправление расписания ничего не двигает",
            "Days ahead in which a repair of the timetable moves nothing",
        ),
    ),
    Setting(
        "bookings.consent_days",
        3,
        "default",
        Words("Дней на ответ владельца о бронировании", "Days for an owner to answer about a booking"),
    ),
    Setting("calendar", {}, "ТК ст. 112", Words("Производственный календарь", "Production calendar")),
)
BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}


class SettingRow(Protocol):
    """What a stored setting tells."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> dict[str, Any]: ...  # noqa: D102
    @property
    def valid_from(self) -> date: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class RegionSettings:
    """The values in force on one day, each with its source."""

    values: Mapping[str, Any]
    sources: Mapping[str, str]

    @classmethod
    def effective(cls, rows: Iterable[SettingRow], on: date) -> Self:
        """Return the defaults with the newest rows that hold on that day laid over.

        A value stands in the row as ``{"value": ...}``; ``calendar`` is an object by itself. Rows of
        keys that this table does not name belong to others and are left alone.

        Raises
        ------
        Invalid
            Values of another type than their defaults, all of them.
        """
        values = {setting.key: setting.default for setting in SETTINGS}
        sources = {setting.key: setting.source for setting in SETTINGS}
        faults = []
        for row in sorted(rows, key=lambda row: row.valid_from):
            setting = BY_KEY.get(row.key)
            if setting is None or row.valid_from > on:
                continue
            value = row.value if row.key == "calendar" else row.value.get("value")
            if type(value) is not type(setting.default):
                faults.append(
                    FieldError(
                        f"setting.{row.key}", "setting_type", {"expected": type(setting.default).__name__}
                    )
                )
                continue
            values[row.key] = value
            sources[row.key] = row.source
        if faults:
            raise Invalid(faults)
        return cls(values, sources)

    def number(self, key: str) -> int:
        """Return a whole number."""
        return int(self.values[key])

    def flag(self, key: str) -> bool:
        """Return yes or no."""
        return bool(self.values[key])

    def text(self, key: str) -> str:
        """Return a text."""
        return str(self.values[key])

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        return tuple(int(item) for item in self.values[key])

    def source(self, key: str) -> str:
        """Return where a value comes from."""
        return self.sources[key]

    def table(self, key: str) -> Any:
        """Return a value with inner structure."""
        return self.values[key]
