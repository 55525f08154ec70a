"""The catalogues and the words for times and numbers."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api import texts
from api.web import labels

API = Path(texts.__file__).parent
KEYWORDS: dict[str, Any] = {
    "N_": None,
    "gettext": (2,),
    "ngettext": (2, 3),
    "say": None,
    "_": None,
    "n_": (1, 2),
}
"""In Python a language comes before the message, in templates and on the terminal it does not."""


def catalogue(lang: str) -> Catalog:
    path = API / "locale" / lang / "LC_MESSAGES" / "smena.po"
    with path.open("rb") as file:
        return read_po(file, locale=lang)


def messages_in_use() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(
        API,
        method_map=[("static/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2")],
        options_map={"templates/**.html": {"silent": "false", "trim_blocks": "true"}},
        keywords=KEYWORDS,
    )
    return {message for _, _, message, _, _ in found}


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_a_catalogue_holds_every_message_and_no_other(lang: str) -> None:
    in_use = messages_in_use()

    held = {message.id for message in catalogue(lang) if message.id}

    assert held == in_use


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_every_message_is_translated(lang: str) -> None:
    for message in catalogue(lang):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), message.id
        assert not message.fuzzy, message.id
        assert not list(message.check()), message.id


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source(lang: str) -> None:
    for message in catalogue(lang):
        if isinstance(message.id, str) and message.id:
            assert texts.gettext(lang, message.id) == message.string, "make catalogue"


def test_russian_has_no_english_left() -> None:
    same = {message.id for message in catalogue("ru") if message.id and message.id == message.string}

    assert same == {"API"}


def test_a_russian_text_keeps_its_parameters() -> None:
    for message in catalogue("ru"):
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for form in forms:
            assert set(_parameters(str(form))) == set(_parameters(str(ids[-1]))), message.id


def _parameters(text: str) -> list[str]:
    return [part.partition(")")[0] for part in text.split("%(")[1:]]


@pytest.mark.parametrize(
    ("n", "russian", "english"),
    [
        (1, "1 место", "1 place"),
        (2, "2 места", "2 places"),
        (5, "5 мест", "5 places"),
        (21, "21 место", "21 places"),
    ],
)
def test_plurals(n: int, russian: str, english: str) -> None:
    forms = ("%(n)s place at a time", "%(n)s places at a time")

    assert texts.ngettext("ru", *forms, n) == f"{russian} одновременно"
    assert texts.ngettext("en", *forms, n) == f"{english} at a time"


def test_a_session_is_written_as_in_a_timetable() -> None:
    assert texts.span("ru", "2027-03-15T08:30", "2027-03-15T10:05") == "пн 15 марта, 08:30–10:05"
    assert texts.span("en", "2027-03-15T08:30", "2027-03-15T10:05") == "Mon 15 March, 08:30–10:05"
    assert (
        texts.span("ru", "2027-03-15T22:00", "2027-03-16T01:00") == "пн 15 марта, 22:00 – вт 16 марта, 01:00"
    )


def test_ranges_of_days_name_a_month_once() -> None:
    assert texts.date_range("ru", date(2027, 3, 15), date(2027, 3, 21)) == "15–21 марта"
    assert texts.date_range("ru", date(2027, 3, 29), date(2027, 4, 4)) == "29 марта – 4 апреля"
    assert texts.date_range("ru", date(2027, 3, 29), date(2027, 3, 29)) == "29 марта"


def test_an_instant_is_told_in_the_zone_of_its_place() -> None:
    at = datetime(2027, 3, 15, 21, 30, tzinfo=UTC)

    assert texts.instant("ru", at, "Europe/Moscow") == "16 марта, 00:30"


def test_numbers_and_times() -> None:
    assert texts.number("ru", 12345.67, 1) == "12\N{NO-BREAK SPACE}345,7"
    assert texts.number("en", 12345.67, 1) == "12,345.7"
    assert texts.percent("ru", 873) == "87,3\N{NO-BREAK SPACE}%"
    assert texts.hours("ru", 450) == "10"
    assert texts.hours("en", 60) == "1.3"
    assert texts.duration("ru", 80) == "1\N{NO-BREAK SPACE}ч\N{NO-BREAK SPACE}20\N{NO-BREAK SPACE}мин"
    assert texts.duration("en", 0) == "0\N{NO-BREAK SPACE}min"
    assert texts.clock(1440) == "24:00"


@pytest.mark.parametrize("family", [*labels.LABELS, "resource_kind"])
def test_a_code_without_words_stands_for_itself(family: str) -> None:
    assert labels.label("ru", family, "no_such_code") == "no_such_code"


def test_codes_have_words() -> None:
    assert labels.label("ru", "session_kind", "study_practice") == "учебная практика"
    assert labels.label("en", "resource_kind", "workshop") == "Workshop"
