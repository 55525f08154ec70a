"""Faults of an input as the domain names them, whoever found them."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from api.texts import N_, gettext
from scheduler.domain.messages import FIELD_MESSAGES
from scheduler.errors import FieldError

MAX_INTEGER = 2**53 - 1
"""What every JSON reader keeps exactly; nothing here counts further, and no key gets there."""

# What Pydantic calls a fault -> our code; its context names the limit.
_CODES: Mapping[str, str] = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "greater_than": "more_than",
    "greater_than_equal": "at_least",
    "less_than": "less_than",
    "less_than_equal": "at_most",
    "string_too_short": "text_short",
    "string_too_long": "text_long",
    "too_short": "list_short",
    "too_long": "list_long",
    "literal_error": "one_of",
    "string_pattern_mismatch": "pattern",
    "bool_parsing": "type_bool",
    "bool_type": "type_bool",
    "int_parsing": "type_int",
    "int_from_float": "type_int",
    "int_type": "type_int",
    "string_type": "type_text",
    "tuple_type": "type_list",
    "list_type": "type_list",
    "model_type": "type_object",
    "dict_type": "type_object",
    "date_parsing": "type_date",
    "date_from_datetime_parsing": "type_date",
    "date_from_datetime_inexact": "type_date",
    "date_type": "type_date",
    "datetime_parsing": "type_instant",
    "datetime_from_date_parsing": "type_instant",
    "datetime_type": "type_instant",
    "timezone_aware": "type_instant",
}

_LIMITS = ("gt", "ge", "lt", "le", "min_length", "max_length", "expected", "pattern")

MESSAGES: Mapping[str, str] = {
    "required": N_("This is needed"),
    "unknown_field": N_("There is no such field"),
    "more_than": N_("More than %(limit)s"),
    "at_least": N_("At least %(limit)s"),
    "less_than": N_("Less than %(limit)s"),
    "at_most": N_("At most %(limit)s"),
    "text_short": N_("At least %(limit)s characters"),
    "text_long": N_("At most %(limit)s characters"),
    "list_short": N_("Name at least %(limit)s"),
    "list_long": N_("Name at most %(limit)s"),
    "one_of": N_("One of: %(limit)s"),
    "pattern": N_("Not of the expected form"),
    "type_bool": N_("Yes or no (true, false)"),
    "type_int": N_("A whole number is needed"),
    "type_text": N_("A text is needed"),
    "type_list": N_("A list is needed"),
    "type_object": N_("An object with fields is needed"),
    "type_date": N_("A date is needed: YYYY-MM-DD"),
    "type_instant": N_("An instant with its offset is needed: YYYY-MM-DDTHH:MM:SSZ"),
    "too_large": N_("The number is too large"),
    "character": N_("A character that no text can hold"),
    "value": N_("This value cannot be used"),
    "malformed": N_("Not a JSON document"),
    "wrong_login": N_("Login and password do not match"),
}
"""Words for the faults that the edge finds; those of the domain are in `scheduler.domain.messages`."""


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """Return every fault that Pydantic found, as the domain names it."""
    faults = error.errors(include_url=False, include_input=False)
    within = {fault["loc"][:depth] for fault in faults for depth in range(len(fault["loc"]))}
    # A list whose items are wrong is also called too short: the wrong items were not counted.
    return tuple(_field_error(f) for f in faults if f["type"] != "too_short" or f["loc"] not in within)


def _field_error(fault: Mapping[str, Any]) -> FieldError:
    context = fault.get("ctx", {})
    limit = next((context[name] for name in _LIMITS if name in context), None)
    code = _CODES.get(fault["type"], "value")
    return FieldError(".".join(map(str, fault["loc"])), code, {} if limit is None else {"limit": limit})


def message_of(error: FieldError, lang: str) -> str:
    """Return the words of a fault."""
    if (words := FIELD_MESSAGES.get(error.code)) is not None:
        return (words.ru if lang == "ru" else words.en).format(**error.params)
    text = MESSAGES.get(error.code, MESSAGES["value"])
    # A list of choices comes in Pydantic's English.
    params = {name: str(value).replace(" or ", ", ") for name, value in error.params.items()}
    return gettext(lang, text, **params) if "%(" in text else gettext(lang, text)


def unstorable(value: Any, path: str = "") -> Iterator[FieldError]:
    """Find what a JSON document may hold but no row can: huge integers, NUL in a text."""
    match value:
        case bool():
            return
        case int() if abs(value) > MAX_INTEGER:
            yield FieldError(path, "too_large")
        case str() if "\0" in value:
            yield FieldError(path, "character")
        case dict():
            for name, part in value.items():
                yield from unstorable(part, f"{path}.{name}" if path else str(name))
        case list():
            for index, part in enumerate(value):
                yield from unstorable(part, f"{path}.{index}" if path else str(index))
