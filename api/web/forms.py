"""Forms: what was typed, what is wrong with it, and how it becomes a service's input."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from litestar import Request
from litestar.datastructures import UploadFile
from pydantic import BaseModel, ValidationError

from api.texts import N_, gettext
from api.validation import field_errors, message_of
from scheduler.errors import FieldError, Invalid

M = TypeVar("M", bound=BaseModel)

TIME_NEEDED = N_("Write a time, for example 08:30")


class Form:
    """What stands in the fields of a form, and the faults beside them.

    Parameters
    ----------
    lang
        Language of the faults.
    values
        Texts by field, several for a field that allows it.
    labels
        Messages that name the fields, in their order; a fault of anything else stands in the summary alone.
    """

    def __init__(self, lang: str, values: Mapping[str, Iterable[str]], labels: Mapping[str, str]) -> None:
        self._lang = lang
        self._values = {name: [text.strip() for text in texts] for name, texts in values.items()}
        self.labels = labels
        self.faults: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return the first text of a field, "" if it is empty."""
        return next(iter(self._values.get(name, ())), "")

    def all(self, name: str) -> list[str]:
        """Return every text of a field."""
        return self._values.get(name, [])

    def fault(self, name: str) -> str | None:
        """Return what is wrong with a field, None: nothing."""
        return self.faults.get(name)

    def optional(self, name: str) -> str | None:
        """Return the text of a field for a model, None if it is empty."""
        return self.text(name) or None

    def revision(self) -> int:
        """Return the revision that the page was made of; what is none is older than every revision."""
        text = self.text("revision")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0

    def minutes(self, name: str) -> int | None:
        """Return a clock time as minutes from midnight, None if it is empty; what is no time is a fault."""
        text = self.text(name)
        if not text:
            return None
        hour, _, minute = text.partition(":")
        if (hour + minute).isascii() and hour.isdecimal() and minute.isdecimal() and len(minute) == 2:
            minutes = int(hour) * 60 + int(minute)
            if int(minute) < 60 and minutes <= 24 * 60:
                return minutes
        self.note(name, TIME_NEEDED)
        return None

    def note(self, name: str, message: str) -> None:
        """Note a fault of a field, unless one is noted already."""
        self.faults.setdefault(name, gettext(self._lang, message))

    def refuse(self, errors: Iterable[FieldError], field_of: Callable[[str], str]) -> None:
        """Note what a model or a service found; `field_of` names the field for a path of the model."""
        for error in errors:
            self.faults.setdefault(field_of(error.field), message_of(error, self._lang))

    def ordered(self) -> list[tuple[str, str]]:
        """Return the faults in the order of the fields, those of no field last."""
        place = {name: number for number, name in enumerate(self.labels)}
        return sorted(self.faults.items(), key=lambda item: place.get(item[0], len(place)))


async def typed(request: Request[Any, Any, Any], lang: str, labels: Mapping[str, str]) -> Form:
    """Return what was sent."""
    values: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, UploadFile):
            values.setdefault(name, []).append(str(value))
    return Form(lang, values, labels)


def read(model: type[M], values: Mapping[str, Any]) -> M:
    """Return the model of the values; None is a field that was left empty.

    Raises
    ------
    Invalid
        Every fault of the model, by dotted path.
    """
    try:
        return model.model_validate({name: value for name, value in values.items() if value is not None})
    except ValidationError as error:
        raise Invalid(field_errors(error)) from None
