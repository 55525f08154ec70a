"""Facts as people read them."""

import string

import pytest

from solver.errors import UnknownRule
from solver.problem import Problem, TimeGrid
from solver.rules import kind
from solver.solution import Reason, Violation
from solver.template import Language, count
from solver.words import BUILT_IN, describe, named, template, title


def problem(**labels: str) -> Problem:
    return Problem(
        name="words",
        grid=TimeGrid(weeks=3),
        resources=(),
        option_sets={},
        candidate_sets={},
        requests=(),
        activities=(),
        labels={name.replace("_", ":"): text for name, text in labels.items()},
    )


def said(lang: Language, code: str, of: str = "capacity", labels: dict[str, str] | None = None) -> str:
    facts: dict[str, dict[str, int | str]] = {
        "capacity": {"resource_id": "a", "at_slot": 288 * 8 + 102, "needed": 21, "capacity": 8},
        "presence": {
            "resource_id": "a",
            "other_id": "x",
            "activity_id": "y",
            "from_slot": 0,
            "have_slots": 0,
            "need_slots": 25,
        },
        "max_load": {"resource_id": "a", "at_week": 2, "load_minutes": 1640, "limit_minutes": 1620},
        "competence": {"tag_ids": "one,two"},
    }
    violation = Violation(rule=of, kind=of, code=code, facts=facts[of])
    return describe(problem(**(labels or {})), violation, lang)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 мест"),
        (1, "1 место"),
        (2, "2 места"),
        (5, "5 мест"),
        (11, "11 мест"),
        (12, "12 мест"),
        (14, "14 мест"),
        (21, "21 место"),
        (104, "104 места"),
        (111, "111 мест"),
        (122, "122 места"),
    ],
)
def test_russian_plurals(number: int, text: str) -> None:
    assert count(number, ("место", "места", "мест")) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 places"), (1, "1 place"), (2, "2 places"), (21, "21 places")]
)
def test_english_plurals(number: int, text: str) -> None:
    assert count(number, ("place", "places")) == text


def test_days_without_and_with_a_date() -> None:
    assert said("ru", "peak") == "a, вт, неделя 2, 08:30: одновременно занято 21 место из 8"
    assert said("en", "peak") == "a, Tue, week 2, 08:30: 21 places of 8 in use at once"
    dated = {"day_0": "2027-03-01", "a": "мастерская"}
    assert said("ru", "peak", labels=dated) == (
        "мастерская, вт 9 марта, 08:30: одновременно занято 21 место из 8"
    )
    assert said("en", "peak", labels=dated) == "мастерская, Tue 9 March, 08:30: 21 places of 8 in use at once"


def test_durations() -> None:
    assert said("ru", "gap", "presence") == (
        "a: между «x» и «y» (пн, неделя 1, 00:00) остаётся 0 мин, а с дорогой и подготовкой нужно 2 ч 5 мин"
    )


def test_academic_hours_and_weeks() -> None:
    assert said("ru", "week_contact_minutes", "max_load") == (
        "a, неделя 3: 36 акад. ч 20 мин при пределе 36 акад. ч"
    )
    assert said("en", "week_contact_minutes", "max_load").startswith("a, week 3: ")
    assert said("en", "week_contact_minutes", "max_load", {"day_0": "2027-01-11"}) == (
        "a, week 3 (from 25 January): 36 academic h 20 min, the limit is 36 academic h"
    )


def test_an_end_on_another_day_is_told_with_its_day() -> None:
    facts: dict[str, int | str] = {"resource_id": "a", "activity_id": "x", "from_slot": 96}

    def closed(end: int) -> str:
        breach = Violation(rule="r", kind="availability", code="closed", facts={**facts, "to_clock": end})
        return describe(problem(), breach, "en")

    assert "(Mon, week 1, 08:00–17:00)" in closed(204)
    assert "(Mon, week 1, 08:00–24:00)" in closed(288)
    assert "(Mon, week 1, 08:00–Wed, week 1, 17:00)" in closed(2 * 288 + 204)


def test_an_end_is_one_of_its_day_where_days_are_short() -> None:
    short = problem().model_copy(update={"grid": TimeGrid(slot_minutes=60, slots_per_day=4, weeks=1)})
    facts: dict[str, int | str] = {
        "activity_id": "y",
        "from_slot": 2,
        "earlier_id": "x",
        "earlier_to_slot": 4,
    }
    breach = Violation(rule="r", kind="precedence", code="order", facts=facts)
    assert describe(short, breach, "en").endswith("ends (Mon, week 1, 04:00)")


@pytest.mark.parametrize(
    ("rule", "code", "fact", "text"),
    [
        ("no_overlap", "narrowed", "excluded", "“One session at a time” excludes 1 of 1 placement"),
        ("capacity", "excluded", "needed", "1 place is never free at the allowed times"),
        ("all_or_none", "fewer", "fewer", "ask for 1 session fewer"),
    ],
)
def test_english_verbs_and_nouns_agree(rule: str, code: str, fact: str, text: str) -> None:
    one = Reason(rule=rule, code=code, facts={fact: 1, "total": 1})
    assert describe(problem(), one, "en") == text


def test_days_of_a_short_week_keep_their_dates() -> None:
    short = problem(day_0="2027-01-11")
    short = short.model_copy(update={"grid": TimeGrid(weeks=2, days_per_week=5)})
    reason = Reason(rule="pin", code="pinned", facts={"pinned_slot": 5 * 288})
    assert describe(short, reason, "ru").startswith("закреплено на пн 18 января, 00:00")


def test_several_ids_have_their_labels() -> None:
    assert said("en", "excluded", "competence", {"two": "turning"}).endswith(": one, turning")


def test_what_is_not_registered_is_an_error() -> None:
    with pytest.raises(UnknownRule):
        template("no_such_rule", "x")
    with pytest.raises(KeyError):
        template("capacity", "no_such_code")


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_words_have_the_same_facts_in_both_languages(name: str) -> None:
    with pytest.raises(UnknownRule):
        kind(name)
    for code, words in BUILT_IN[name].items():
        ru, en = ({f for _, f, _, _ in string.Formatter().parse(text) if f} for text in (words.ru, words.en))
        assert ru == en, code


def test_english_words_use_english_labels_where_there_are_some() -> None:
    labels = {"a": "мастерская", "en_a": "workshop"}

    assert said("en", "peak", labels=labels).startswith("workshop,")
    assert said("ru", "peak", labels=labels).startswith("мастерская,")
    assert named(problem(a="мастерская"), "a", "en") == "мастерская"
    assert named(problem(), "a", "en") == "a"


@pytest.mark.parametrize("rule", ["counting", "search", "capacity"])
def test_what_decides_a_refusal_has_a_name(rule: str) -> None:
    assert title(rule).ru != title(rule).en


def test_what_decides_nothing_has_no_name() -> None:
    with pytest.raises(UnknownRule):
        title("nothing")
