"""Bodies are read as they are described: a text is no number, `true` is not 1."""

from collections.abc import Callable
from typing import Any

from litestar.plugins.pydantic import PydanticInitPlugin
from litestar.serialization import encode_json
from pydantic import BaseModel, ValidationError

from api.validation import field_errors
from scheduler.errors import Invalid

Decoder = tuple[Callable[[Any], bool], Callable[[Any, Any], Any]]


class StrictBodies(PydanticInitPlugin):
    """Reads the models of bodies strictly, and names every fault at once."""

    @classmethod
    def decoders(cls, validate_strict: bool = True) -> list[Decoder]:
        """Return how Litestar reads models."""
        return [(is_model, read_body)]


def is_model(annotation: Any) -> bool:
    """Return whether a parameter is a model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def read_body(model: type[BaseModel], document: Any) -> BaseModel:
    """Return the model that a JSON document states.

    Raises
    ------
    Invalid
        Every fault of the document.
    """
    try:
        # As JSON again: there a date may be a text and a tuple a list, which strict Python values may not.
        return model.model_validate_json(encode_json(document), strict=True)
    except ValidationError as error:
        raise Invalid(field_errors(error)) from error
