"""Input that nobody asked for is an error: a misspelt filter would otherwise silently find everything."""

from typing import Any

from litestar import Request
from litestar.exceptions import ClientException, SerializationException
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from api.problems import UnsupportedMediaType
from api.validation import unstorable
from scheduler.errors import FieldError, Invalid

EVERYWHERE = frozenset({"lang"})
"""Query parameters that every address knows."""


async def refuse_loose_input(request: Request[Any, Any, Any]) -> None:
    """Return if the query and the body hold only what the handler can take.

    Raises
    ------
    Invalid
        An unknown query parameter, one that is given twice, or a value that no row can hold.
    UnsupportedMediaType
        There is a body and it is not said to be JSON.
    ClientException
        It is not JSON, whatever it is said to be.
    """
    known = query_names(request.route_handler) | EVERYWHERE
    faults: list[FieldError] = []
    for name in dict.fromkeys(request.query_params.keys()):
        values = request.query_params.getall(name)
        if name not in known:
            faults.append(FieldError(name, "unknown_field"))
        elif len(values) > 1:
            faults.append(FieldError(name, "repeated"))
        elif values[0].lower() == "null":
            # Elsewhere that would mean: no filter at all.
            faults.append(FieldError(name, "value"))
        elif any("\0" in value for value in values):
            faults.append(FieldError(name, "character"))
    if await request.body():
        if request.content_type[0] != "application/json":
            raise UnsupportedMediaType
        faults.extend(unstorable(await _document(request)))
    elif "data" in request.route_handler.parsed_fn_signature.parameters:
        faults.append(FieldError("", "required"))
    if faults:
        raise Invalid(faults)


async def _document(request: Request[Any, Any, Any]) -> Any:
    try:
        return await request.json()
    except (SerializationException, RecursionError) as error:
        raise ClientException from error


def query_names(handler: BaseRouteHandler) -> frozenset[str]:
    """Return the query parameters of a handler."""
    return frozenset(
        parameter.kwarg_definition.name or name
        for name, parameter in handler.parsed_fn_signature.parameters.items()
        if isinstance(parameter.kwarg_definition, QueryParameter)
    )
