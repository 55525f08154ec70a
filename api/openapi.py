"""The description of the API (OpenAPI 3.1) and a page that shows it.

Litestar lists the addresses and their parameters; the models are described by Pydantic itself, so that
refused unknown fields, limits and examples are there.
"""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, get_args, get_origin

from litestar import Litestar, Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme
from litestar.routes import HTTPRoute
from litestar.types import Method
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.auth import LOGIN_COOKIE
from api.problems import PROBLEM_JSON, STATUSES
from scheduler.domain.model import View

REF = "#/components/schemas/{model}"
JSON = "application/json"


class FieldProblem(View):
    """One fault of an input."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457); further members depend on the type."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldProblem, ...] = ()


class Described(JsonRenderPlugin):
    """Serves the description."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the description as JSON."""
        return self.render_json(request, document(request.app))


class Shown(OpenAPIRenderPlugin):
    """Serves a page that shows the description; all its files are ours."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the page."""
        return PAGE


PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Smena API</title>
<link rel="icon" href="/static/smena.svg">
<link rel="stylesheet" href="/static/lib/swagger-ui.css">
</head>
<body>
<main id="description"><p><a href="/schema/openapi.json">openapi.json</a></p></main>
<script src="/static/lib/swagger-ui-bundle.js"></script>
<script src="/static/description.js"></script>
</body>
</html>
"""


def operation_id(handler: HTTPRouteHandler, method: Method, _: list[Any]) -> str:
    """Return the name of an operation: the handler's, as JavaScript writes names."""
    first, *rest = handler.handler_name.split("_")
    return first + "".join(word.capitalize() for word in rest)


CONFIG = OpenAPIConfig(
    title="Smena",
    version=version("smena"),
    description=(
        "Shared workshops, trainers and internship places of many colleges. "
        "Sign in at /api/v1/login and send the token as `Authorization: Bearer`. "
        "Lists come in pages: `next` of one is `after` of the following. "
        "A change names the revision that it is based on: the ETag as If-Match."
    ),
    license=License(name="Apache-2.0", identifier="Apache-2.0"),
    use_handler_docstrings=True,
    operation_id_creator=operation_id,
    path="/schema",
    render_plugins=[Described(), Shown()],
    components=Components(
        security_schemes={
            "login": SecurityScheme(type="http", scheme="bearer", description="Token of /api/v1/login."),
            "cookie": SecurityScheme(type="apiKey", security_scheme_in="cookie", name=LOGIN_COOKIE),
        }
    ),
)


def document(app: Litestar) -> dict[str, Any]:
    """Return the description of an application's API; it is made once."""
    if "description" not in app.state:
        app.state.description = describe(app)
    made: dict[str, Any] = app.state.description
    return made


def describe(app: Litestar) -> dict[str, Any]:
    """Make the description."""
    described: dict[str, Any] = app.openapi_schema.to_schema()
    bodies: set[tuple[type[BaseModel], JsonSchemaMode]] = {(Problem, "serialization")}
    for _, _, handler in operations(app):
        bodies |= {(model, "validation") for model in [body_model(handler)] if model is not None}
        bodies |= {(model, "serialization") for model in [answer_model(handler)] if model is not None}
    ordered = sorted(bodies, key=lambda body: (body[0].__name__, body[1]))
    references, definitions = models_json_schema(ordered, ref_template=REF)
    described["components"]["schemas"] = definitions["$defs"]
    for path, method, handler in operations(app):
        operation = described["paths"][path][method]
        summary, _, rest = operation["description"].partition("\n\n")
        operation |= {"summary": " ".join(summary.split()), "description": rest}
        for parameter in operation.get("parameters", ()):
            describe_parameter(parameter)
        if (model := body_model(handler)) is not None:
            operation["requestBody"]["content"] = {JSON: {"schema": references[model, "validation"]}}
        answers = operation["responses"]
        if (model := answer_model(handler)) is not None:
            for status, answer in answers.items():
                if status.startswith("2"):
                    answer["content"] = {JSON: {"schema": references[model, "serialization"]}}
        answers.pop("400", None)
        for status in error_statuses(operation, path, method):
            answers[str(status)] = {
                "description": STATUSES[status][1] if status in STATUSES else CONFLICTS[status],
                "content": {PROBLEM_JSON: {"schema": references[Problem, "serialization"]}},
            }
    return described


def describe_parameter(parameter: dict[str, Any]) -> None:
    """Correct what Litestar says of a parameter: outside of bodies there is no null, only absence."""
    schema = parameter["schema"]
    schema.pop("description", None)
    if "oneOf" in schema:
        (schema_of_value,) = (part for part in schema.pop("oneOf") if part != {"type": "null"})
        schema |= schema_of_value
    if isinstance(schema.get("type"), list):
        (schema["type"],) = (name for name in schema["type"] if name != "null")
    if "enum" in schema:
        schema["enum"] = [value for value in schema["enum"] if value is not None]
    if parameter["name"] == "If-Match":
        parameter["required"] = True
        schema["pattern"] = REVISION


REVISION = '^"[0-9]{1,15}"$'

CONFLICTS = {409: "Taken, not possible in this state, or a rule would be broken", 412: "Changed meanwhile"}


def error_statuses(operation: dict[str, Any], path: str, method: str) -> Iterator[int]:
    """Return the statuses of the problems that an operation can answer."""
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    yield from (422, 500, 503)
    if path.startswith("/api/"):
        yield from (400, 401, 403)
    if "{" in path or path.startswith("/api/"):
        yield 404
    if method != "get":
        yield from (409, 413, 415)
    if "If-Match" in names:
        yield from (412, 428)
    if path in ("/api/v1/login", "/calendars/{name}"):
        yield 429


def operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Yield path, method (in lower case) and handler of every described operation."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for method, (handler, _) in route.route_handler_map.items():
            if handler.resolve_include_in_schema():
                yield route.path_format, method.lower(), handler


def body_model(handler: HTTPRouteHandler) -> type[BaseModel] | None:
    """Return the model of an operation's body, None: it has none."""
    data = handler.parsed_fn_signature.parameters.get("data")
    return None if data is None else data.annotation


def answer_model(handler: HTTPRouteHandler) -> type[BaseModel] | None:
    """Return the model of an operation's good answer, None: it is no JSON."""
    annotation = handler.parsed_fn_signature.return_type.annotation
    if get_origin(annotation) is Response:
        annotation = get_args(annotation)[0]
    is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation if is_model else None
