"""Violations and reasons in words, Russian and English, from the templates of the rules."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Protocol

from solver.problem import Problem
from solver.rules import kind
from solver.solution import Fact, Reason, Violation
from solver.template import Language, Plain, Words, count

FIRST_DAY = "day:0"
"""Label that holds the date of the horizon's first day, as ISO 8601; without it days count in weeks."""

_WEEKDAYS = {
    "ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = {
    "ru": (
        *("января", "февраля", "марта", "апреля", "мая", "июня"),
        *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_UNITS = {"ru": ("ч", "мин", "акад. ч"), "en": ("h", "min", "academic h")}
_MINUTES_OF_ACADEMIC_HOUR = 45

BUILT_IN: Mapping[str, Mapping[str, Words]] = {
    "structure": {
        "unknown_activity": Words("занятия {activity_id} нет в задаче", "there is no session {activity_id}"),
        "missing": Words(
            "«{activity_id}» и не размещено, и не названо среди неразмещённых",
            "“{activity_id}” is neither placed nor named as unplaced",
        ),
        "repeated": Words(
            "«{activity_id}» встречается {times:раз|раза|раз}, а должно один",
            "“{activity_id}” occurs {times:time|times}, it must once",
        ),
        "roles": Words(
            "«{activity_id}»: заняты роли {used_ids}, а нужны {needed_ids}",
            "“{activity_id}”: roles {used_ids} are filled, {needed_ids} are needed",
        ),
        "unknown_resource": Words(
            "«{activity_id}»: ресурса {resource_id} нет в задаче",
            "“{activity_id}”: there is no resource {resource_id}",
        ),
        "candidate": Words(
            "«{activity_id}»: {resource_id} не подходит на роль {role_id}",
            "“{activity_id}”: {resource_id} is no candidate for {role_id}",
        ),
        "meetings": Words(
            "«{activity_id}»: начало {from_slot} не входит в возможные варианты времени",
            "“{activity_id}”: {from_slot} is none of its possible times",
        ),
        "unit_count": Words(
            "«{activity_id}»: названо {named:единица|единицы|единиц} {resource_id}, а нужно {needed}",
            "“{activity_id}”: {named:unit|units} of {resource_id} named, {needed} needed",
        ),
        "unknown_unit": Words(
            "«{activity_id}»: у {resource_id} нет единицы {unit_id}",
            "“{activity_id}”: {resource_id} has no unit {unit_id}",
        ),
        "unit_taken": Words(
            "{resource_id}, единица {unit_id}: «{activity_id}» ({from_slot}) накладывается на «{other_id}»",
            "{resource_id}, unit {unit_id}: “{activity_id}” ({from_slot}) overlaps “{other_id}”",
        ),
    },
    "search": {
        "not_found": Words(
            "за отведённое время место не найдено; это не значит, что его нет",
            "no place was found in the time given; this does not mean that there is none",
        ),
    },
    "choice": {
        "no_times": Words(
            "для занятия не предложено ни одного варианта времени", "no time is offered for the session"
        ),
        "no_candidates": Words(
            "на роль «{role_id}» не предложено ни одного ресурса",
            "no resource is offered for the role “{role_id}”",
        ),
    },
    "counting": {
        "short_of_tag": Words(
            "не хватает часов ({tag_id}): мест, где это можно провести, — {places}, на них все заявки вместе "
            "просят {needed_slots}, а открыто {offered_slots}; при любом плане не хватит {lacking_slots}",
            "hours are lacking ({tag_id}): {places:place suits|places suit}, all requests together ask for "
            "{needed_slots}, "
            "open for {offered_slots}; any plan lacks {lacking_slots}",
        ),
        "short_of_places": Words(
            "не хватает часов ({place_ids}): все заявки вместе просят {needed_slots}, "
            "а открыто {offered_slots}; при любом плане не хватит {lacking_slots}",
            "hours are lacking ({place_ids}): all requests together ask for {needed_slots}, "
            "{offered_slots} open; any plan lacks {lacking_slots}",
        ),
        "short_of_workplaces": Words(
            "не хватает мест ({place_ids}): по всем местам вместе просят {needed_slots}, "
            "а есть {offered_slots}; при любом плане не хватит {lacking_slots}",
            "workplaces are lacking ({place_ids}): {needed_slots} asked for over all of them, "
            "{offered_slots} open; any plan lacks {lacking_slots}",
        ),
    },
}
"""Templates of what no rule says: faults of a plan's structure, limits of a search, proofs by counting."""

_TITLES: Mapping[str, Words] = {
    "search": Words("Место не нашлось за отведённое время", "No place was found in the time given"),
    "choice": Words("Не из чего выбрать", "Nothing to choose from"),
    "counting": Words(
        "Подходящих мест или часов меньше, чем просят все вместе",
        "Fewer suitable places or hours than all ask for together",
    ),
}

NARROWED = "narrowed"
"""Code, of any rule, of a reason that excludes some placements and not all."""

BOUND = "bound_ids"
"""Fact of any reason: of which candidates it speaks, where another reason says the same of others."""

_BOUND = Words("{bound_ids}", "{bound_ids}")
_BOUND_MORE = Words("{bound_ids} и ещё {bound_ids_more}", "{bound_ids} and {bound_ids_more} more")
_HOLDERS_SHOWN = 3
_HELD = Words("место занимают: {names}", "the place is held by: {names}")
_IN_THE_WAY = Words("мешают: {names}", "in the way: {names}")

RANK = "rank:"
"""Before a request's id: the label that says its class and tags; without it the class's own label says it."""

ENGLISH = "en:"
"""Before an id: the label that English words use; without it they use the id's own."""


def named(problem: Problem, id_: str, lang: Language) -> str:
    """Return the name of anything in a language; the id itself when it has none."""
    english = problem.labels.get(f"{ENGLISH}{id_}") if lang == "en" else None
    return problem.label(id_) if english is None else english


def rank(problem: Problem, request: str, lang: Language) -> str:
    """Return the class of a request in words, with its tags."""
    ranked = f"{RANK}{request}"
    return named(
        problem, ranked if ranked in problem.labels else problem.request_by_id[request].priority, lang
    )


def is_date(text: str) -> bool:
    """Tell whether a text is a date as the label `FIRST_DAY` needs it."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def template(rule: str, code: str) -> Words:
    """Return the template of a code of a rule kind, of ``structure`` or of ``search``.

    Raises
    ------
    UnknownRule
        No such rule kind is registered.
    KeyError
        The rule has no such code.
    """
    if rule in BUILT_IN:
        return BUILT_IN[rule][code]
    found = kind(rule)
    return _narrowed(found.title) if code == NARROWED else found.words[code]


def title(rule: str) -> Words:
    """Return the name of what decides a refusal: a rule kind, a proof by counting, or the search itself.

    Raises
    ------
    UnknownRule
        No such rule kind is registered.
    """
    return _TITLES[rule] if rule in _TITLES else kind(rule).title


def _narrowed(title: Words) -> Words:
    return Words(
        f"«{title.ru}»: отпадает {{excluded}} из {{total:варианта|вариантов|вариантов}}",
        f"“{title.en}” excludes {{excluded}} of {{total:placement|placements}}",
    )


class Telling(Protocol):
    """What a template of a rule says: a breach, a reason, a way out."""

    @property
    def rule(self) -> str:
        """Kind of the rule; of a violation its id."""
        ...

    @property
    def code(self) -> str:
        """Which of the rule's templates."""
        ...

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Numbers and ids for the template."""
        ...


def describe(problem: Problem, told: Telling, lang: Language) -> str:
    """Return a violation, or a reason with who holds the place, as one line without a final stop."""
    rule = told.kind if isinstance(told, Violation) else told.rule
    text = said(problem, template(rule, told.code), told.facts, lang)
    if BOUND in told.facts:
        bound = _BOUND_MORE if told.facts[f"{BOUND}_more"] else _BOUND
        text += f" ({said(problem, bound, told.facts, lang)})"
    if isinstance(told, Reason) and told.holders:
        words = _IN_THE_WAY if told.code == NARROWED else _HELD
        text += "; " + words.of(lang).format(names=_holders(problem, told, lang))
    return text


def said(problem: Problem, words: Words, facts: Mapping[str, Fact], lang: Language) -> str:
    """Return a template with its facts shown by the endings of their names."""
    return _Formatter(problem, lang).format(words.of(lang), **facts)


def _holders(problem: Problem, reason: Reason, lang: Language) -> str:
    """Return a few of those who hold the place, one of each request, and how many more there are."""
    of_request: dict[str, str] = {}
    for name in reason.holders:
        activity = problem.activity_by_id.get(name)
        of_request.setdefault(name if activity is None else activity.request, _holder(problem, name, lang))
    shown = list(of_request.values())[:_HOLDERS_SHOWN]
    # A name has commas of its own.
    names, more = "; ".join(shown), len(reason.holders) - len(shown)
    if not more:
        return names
    if lang == "ru":
        return f"{names}; и ещё {count(more, ('занятие', 'занятия', 'занятий'))}"
    return f"{names}; and {count(more, ('more session', 'more sessions'))}"


def _holder(problem: Problem, name: str, lang: Language) -> str:
    """Return a session by name, and whose it is where several ask: two may call their groups alike."""
    activity, text = problem.activity_by_id.get(name), named(problem, name, lang)
    if activity is None:
        return text
    participant = problem.request_by_id[activity.request].participant
    if all(request.participant == participant for request in problem.requests):
        return text
    return f"{text} ({named(problem, participant, lang)})"


class _Formatter(Plain):
    """Shows a fact by the ending of its name; a count by the forms of its noun."""

    def __init__(self, problem: Problem, lang: Language) -> None:
        self._problem = problem
        self._lang = lang
        first = problem.labels.get(FIRST_DAY)
        self._first = date.fromisoformat(first) if first is not None else None

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        value = kwargs[field_name]
        ending = field_name.rpartition("_")[2]
        if field_name.endswith(("to_clock", "to_slot")):
            start = kwargs.get(field_name.replace("to_clock", "from_slot"))
            return self._end(ending, value, start), field_name
        return self._shown(ending, value), field_name

    def _end(self, ending: str, value: int, start: int | None) -> str:
        """Show an end as one of its day, not as the beginning of the next."""
        grid = self._problem.grid
        day = grid.day_of(value - 1)
        clock = self._clock(value - day * grid.slots_per_day)
        another = start is not None and grid.day_of(start) != day
        return f"{self._day(day)}, {clock}" if ending == "slot" or another else clock

    def _shown(self, ending: str, value: int | str) -> int | str:
        if isinstance(value, str):
            if ending == "ids":
                return ", ".join(self._named(name) for name in value.split(","))
            return self._named(value) if ending == "id" else value
        match ending:
            case "slot":
                day = self._problem.grid.day_of(value)
                return f"{self._day(day)}, {self._clock(value - day * self._problem.grid.slots_per_day)}"
            case "day":
                return self._day(value)
            case "weekday":
                return _WEEKDAYS[self._lang][value % 7]
            case "week":
                return self._week(value)
            case "slots":
                return self._duration(value * self._problem.grid.slot_minutes)
            case "minutes":
                return self._academic(value)
            case _:
                return value

    def _named(self, id_: str) -> str:
        return named(self._problem, id_, self._lang)

    def _clock(self, within_day: int) -> str:
        minutes = within_day * self._problem.grid.slot_minutes
        return f"{minutes // 60:02}:{minutes % 60:02}"

    def _day(self, day: int) -> str:
        week, weekday = divmod(day, self._problem.grid.days_per_week)
        name = _WEEKDAYS[self._lang][weekday % 7]
        if self._first is not None:
            return f"{name} {self._date(day)}"
        return f"{name}, неделя {week + 1}" if self._lang == "ru" else f"{name}, week {week + 1}"

    def _week(self, week: int) -> str:
        if self._first is None:
            return str(week + 1)
        since = self._date(week * self._problem.grid.days_per_week)
        return f"{week + 1} (с {since})" if self._lang == "ru" else f"{week + 1} (from {since})"

    def _date(self, day: int) -> str:
        assert self._first is not None
        week, weekday = divmod(day, self._problem.grid.days_per_week)
        at = self._first + timedelta(weeks=week, days=weekday)
        return f"{at.day} {_MONTHS[self._lang][at.month - 1]}"

    def _duration(self, minutes: int) -> str:
        hour, minute, _ = _UNITS[self._lang]
        hours, rest = divmod(minutes, 60)
        parts = ([f"{hours} {hour}"] if hours else []) + ([f"{rest} {minute}"] if rest or not hours else [])
        return " ".join(parts)

    def _academic(self, minutes: int) -> str:
        _, minute, academic = _UNITS[self._lang]
        hours, rest = divmod(minutes, _MINUTES_OF_ACADEMIC_HOUR)
        return f"{hours} {academic} {rest} {minute}" if rest else f"{hours} {academic}"
