"""The description of the API says what the API does, and its page needs no other host."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import api
from api.openapi import document
from scheduler.domain.offer import OfferInput
from tests.api.conftest import ONE_DATABASE, Service

pytestmark = ONE_DATABASE

Json = dict[str, Any]
STATIC = Path(api.__file__).parent / "static"


@pytest.fixture
def described(service: Service) -> Json:
    """The description."""
    return document(service.app)


def operations(described: Json) -> Iterator[Json]:
    for item in described["paths"].values():
        yield from item.values()


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


async def test_the_description_is_served(service: Service, described: Json) -> None:
    answer = await service.anonymous.get("/schema/openapi.json")

    assert answer.status_code == 200
    assert answer.json() == described
    assert described["openapi"].startswith("3.1.")


def test_every_operation_has_a_name_of_its_own_words_and_problems(described: Json) -> None:
    found = list(operations(described))
    names = [operation["operationId"] for operation in found]

    assert len(found) > 60
    assert len(set(names)) == len(names)
    for operation in found:
        assert operation["summary"].endswith("."), operation["operationId"]
        assert operation["tags"], operation["operationId"]
        problems = {status: a for status, a in operation["responses"].items() if status[0] in "45"}
        assert {"422", "500", "503"} <= set(problems), operation["operationId"]
        assert all(set(a["content"]) == {"application/problem+json"} for a in problems.values())


def test_every_reference_leads_somewhere(described: Json) -> None:
    components = described["components"]["schemas"]
    found = {reference.removeprefix("#/components/schemas/") for reference in references(described)}

    assert found
    assert found == set(components)


def test_bodies_are_described_as_they_are_checked(described: Json) -> None:
    components = described["components"]["schemas"]
    bodies = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for operation in operations(described)
        if "requestBody" in operation
    }

    assert len(bodies) > 10
    for name in bodies:
        assert components[name]["additionalProperties"] is False, name
    assert components["OfferInput"]["required"] == OfferInput.model_json_schema()["required"]
    assert components["SignIn"]["properties"]["login"]["examples"] == ["dispatcher"]


def test_a_change_says_that_it_needs_a_revision(described: Json) -> None:
    put = described["paths"]["/api/v1/offers/{offer_id}"]["put"]
    (header,) = (parameter for parameter in put["parameters"] if parameter["in"] == "header")

    assert (header["name"], header["required"], header["schema"]["type"]) == ("If-Match", True, "string")
    assert {"412", "428"} <= set(put["responses"])


def test_all_but_signing_in_is_said_to_need_a_login(described: Json) -> None:
    open_ = {op["operationId"] for op in operations(described) if not op.get("security")}

    assert open_ == {"login", "getHealth", "getCalendar"}
    assert described["components"]["securitySchemes"]["login"]["scheme"] == "bearer"


async def test_the_page_is_made_of_our_own_files(service: Service) -> None:
    answer = await service.anonymous.get("/schema")
    files = re.findall(r'(?:src|href)="([^"]+)"', answer.text)

    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert all(path.startswith("/") and not path.startswith("//") for path in files)
    for path in files:
        if path.startswith("/static/lib/"):
            continue  # installed by `make assets`
        assert (await service.anonymous.get(path)).status_code == 200, path
    assert (STATIC / "description.js").read_text().count("/schema/openapi.json") == 1
