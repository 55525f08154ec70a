"""Texts in Russian and English with named facts in them."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Language: TypeAlias = Literal["ru", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """Templates in Russian and English with the same named facts, ``str.format`` style.

    The ending of a fact's name says how it is shown: ``_id`` by the problem's labels (``_ids``: several,
    with commas between), ``_slot`` as day and clock time, ``to_clock`` as the clock time of an end (with
    its day where ``from_slot`` is on another one), ``_day`` and ``_week`` (counted from 0) as such,
    ``_weekday`` (Monday 0) by its name, ``_slots`` as a duration, ``_minutes`` as academic hours. A count
    with its noun is ``{needed:место|места|мест}``, ``{needed:place|places}``.
    """

    ru: str
    en: str

    def of(self, lang: Language) -> str:
        """Return the template in a language."""
        return self.ru if lang == "ru" else self.en


def count(number: int, forms: tuple[str, ...]) -> str:
    """Return a number with its noun: one, few, many in Russian; one, other in English.

    >>> count(21, ("место", "места", "мест")), count(12, ("место", "места", "мест"))
    ('21 место', '12 мест')
    >>> count(1, ("place", "places"))
    '1 place'
    """
    if len(forms) == 2:
        return f"{number} {forms[0] if number == 1 else forms[1]}"
    one, few, many = forms
    tens, units = abs(number) % 100, abs(number) % 10
    if 10 < tens < 20 or units == 0 or units > 4:
        return f"{number} {many}"
    return f"{number} {one if units == 1 else few}"


class Plain(string.Formatter):
    """Shows facts as they are, and a count by the forms of its noun."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return the value as text; forms of a noun stand in the specification with bars between them."""
        if "|" in format_spec:
            return count(value, tuple(format_spec.split("|")))
        return str(value)


def filled(words: Words, facts: Mapping[str, int | str], lang: Language) -> str:
    """Return a template with its facts as they are: where there is no problem to take names from."""
    return Plain().vformat(words.of(lang), (), facts)
