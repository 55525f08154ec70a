"""Texts of the interface: catalogues, plurals, dates and numbers in both languages.

Messages are English source strings with ``%(name)s`` parameters; `N_` marks one that stands in a table and
is looked up later.
"""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal
from babel.support import Translations

LANGUAGES = ("ru", "en")
LOCALE_DIR = Path(__file__).parent / "locale"
DOMAIN = "smena"
ACADEMIC_HOUR_MIN = 45

NO_BREAK = "\u00a0"
# A month that stands beside its day: genitive in Russian.
_DAY = "EEE d MMMM"
_DATE = "d MMMM"
_DATE_YEAR = "d MMMM y"


def N_(message: str) -> str:  # noqa: N802 - the usual name of this mark
    """Return the message itself; its translation is looked up where it is shown."""
    return message


@cache
def catalogue(lang: str) -> Translations:
    """Return the compiled catalogue of a language.

    Raises
    ------
    FileNotFoundError
        It was not compiled: ``make catalogue`` does.
    """
    path = LOCALE_DIR / lang / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as file:
        return Translations(file, DOMAIN)


def gettext(lang: str, message: str, **params: object) -> str:
    """Return the message in a language with its parameters filled in."""
    text: str = catalogue(lang).ugettext(message)
    return text % params if params else text


def ngettext(lang: str, singular: str, plural: str, n: int, **params: object) -> str:
    """Return the form that fits the number; ``%(n)s`` is the number as it is written in the language."""
    text: str = catalogue(lang).ungettext(singular, plural, n)
    return text % {"n": number(lang, n), **params}


def number(lang: str, value: float, digits: int = 0) -> str:
    """Return a number with the language's separators and at most `digits` decimals."""
    return str(format_decimal(value, format=f"#,##0.{'#' * digits}" if digits else "#,##0", locale=lang))


def percent(lang: str, permille: int) -> str:
    """Return thousandths as per cent with one decimal."""
    return f"{number(lang, permille / 10, 1)}{NO_BREAK}%"


def hours(lang: str, minutes: float) -> str:
    """Return learner-minutes as academic hours, without a unit."""
    return number(lang, minutes / ACADEMIC_HOUR_MIN, 0 if minutes >= 100 * ACADEMIC_HOUR_MIN else 1)


def clock(minutes: int) -> str:
    """Return minutes from midnight as ``HH:MM``."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def duration(lang: str, minutes: int) -> str:
    """Return minutes of travel or of a session: 1 h 20 min."""
    whole, rest = divmod(minutes, 60)
    parts = []
    if whole:
        parts.append(gettext(lang, "%(hours)s h", hours=whole))
    if rest or not whole:
        parts.append(gettext(lang, "%(minutes)s min", minutes=rest))
    return NO_BREAK.join(parts).replace(" ", NO_BREAK)


def weekday(lang: str, index: int, width: str = "abbreviated") -> str:
    """Return the name of a weekday; 0 = Monday."""
    return str(get_day_names(width, locale=lang)[index])  # type: ignore[arg-type]


def day(lang: str, on: date) -> str:
    """Return a day as in a timetable: ``пн 15 марта``."""
    return str(format_date(on, _DAY, locale=lang))


def date_text(lang: str, on: date, *, year: bool = False) -> str:
    """Return a date in words: ``15 марта`` or ``15 марта 2027``."""
    return str(format_date(on, _DATE_YEAR if year else _DATE, locale=lang))


def date_range(lang: str, first: date, last: date) -> str:
    """Return the days from first through last: ``15–21 марта``."""
    if first == last:
        return date_text(lang, first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{date_text(lang, last)}"
    return f"{date_text(lang, first)} – {date_text(lang, last)}"


def span(lang: str, starts_local: str, ends_local: str) -> str:
    """Return two wall-clock times as in a timetable: ``пн 15 марта, 08:30–10:05``."""
    start, end = datetime.fromisoformat(starts_local), datetime.fromisoformat(ends_local)
    if start.date() == end.date():
        return f"{day(lang, start.date())}, {start:%H:%M}–{end:%H:%M}"
    return f"{day(lang, start.date())}, {start:%H:%M} – {day(lang, end.date())}, {end:%H:%M}"


def instant(lang: str, at: datetime, zone: str) -> str:
    """Return an aware instant as date and wall clock of a zone: ``15 марта, 08:30``."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{date_text(lang, local.date())}, {local:%H:%M}"
