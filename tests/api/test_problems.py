"""Every error is a problem document, in words and without a driver's text."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from litestar import Litestar, get
from sqlalchemy.exc import OperationalError

import api
from api import validation
from api.problems import TABLE, describe
from scheduler import domain, errors, persistence, services
from scheduler.domain.messages import FIELD_MESSAGES
from scheduler.errors import Breach, DomainError, FieldError

AT = datetime(2027, 2, 1, 8, tzinfo=UTC)

EXAMPLES: tuple[tuple[DomainError, int], ...] = (
    (errors.NotFound("offer", 5), 404),
    (errors.Forbidden("offer.write", "not_own", ("college",)), 403),
    (errors.Invalid([FieldError("hours", "required"), FieldError("a.0.b", "order")]), 422),
    (errors.ResourceTaken(7, AT, AT.replace(hour=10), "ТМ-31"), 409),
    (errors.StaleRevision(4), 412),
    (errors.WrongState("request", "withdrawn", ("draft",)), 409),
    (errors.RuleViolated([Breach("presence", "clash", "Занят", "Busy", {"a": 1})]), 409),
    (errors.LimitExceeded("sign_in", 10, retry_after_s=30), 429),
    (errors.Unavailable("busy", retry_after_s=3), 503),
)


def subclasses(of: type[DomainError]) -> Iterator[type[DomainError]]:
    for found in of.__subclasses__():
        yield found
        yield from subclasses(found)


def test_every_class_of_the_domain_has_its_row_and_an_example() -> None:
    found = set(subclasses(DomainError))

    assert found
    assert {row.error for row in TABLE} == found
    assert {type(error) for error, _ in EXAMPLES} == found


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize(("error", "status"), EXAMPLES, ids=lambda v: getattr(v, "code", None))
def test_an_error_of_the_domain_is_described_in_both_languages(
    error: DomainError, status: int, lang: str
) -> None:
    problem = describe(error, lang)

    assert (problem.code, problem.status) == (error.code, status)
    words = f"{problem.title} {problem.detail}"
    assert problem.title
    assert problem.detail
    assert "%(" not in words
    assert any("а" <= letter <= "я" for letter in words) == (lang == "ru") or error.code == "resource_taken"


def test_an_error_that_passes_a_failing_transaction_is_still_the_one_that_counts() -> None:
    group = ExceptionGroup("cleanup", [errors.ResourceTaken(7, AT, AT)])

    assert describe(group, "en").status == 409


@pytest.mark.parametrize("code", sorted(FIELD_MESSAGES.keys() | validation.MESSAGES.keys()))
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_a_fault_of_a_field_has_words(code: str, lang: str) -> None:
    if code in FIELD_MESSAGES:
        words = FIELD_MESSAGES[code]
        message = (words.ru if lang == "ru" else words.en).format_map(defaultdict(lambda: "5"))
    else:
        message = validation.message_of(FieldError("f", code, {"limit": "5"}), lang)

    assert message
    assert "%(" not in message


def codes_in(path: Path) -> Iterator[str]:
    """Return the codes of the field errors that a module makes."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FieldError" and len(node.args) > 1:
            code = node.args[1]
            choices = (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,)
            yield from (c.value for c in choices if isinstance(c, ast.Constant) and isinstance(c.value, str))


def test_every_code_that_is_raised_has_words() -> None:
    packages = (services, domain, persistence, api)
    folders = [Path(folder) for package in packages for folder in package.__path__]
    raised = {code for folder in folders for path in folder.rglob("*.py") for code in codes_in(path)}

    assert len(raised) > 30
    assert raised - FIELD_MESSAGES.keys() - validation.MESSAGES.keys() == set()


@get("/api/v1/broken", opt={"exclude_from_auth": True}, include_in_schema=False)
async def broken() -> None:
    """Fail as a driver does."""
    raise OperationalError("SELECT secret", {}, Exception("password=hunter2"))


async def test_a_drivers_words_stay_inside(
    app: Litestar, make_client: Callable[..., httpx.AsyncClient], caplog: pytest.LogCaptureFixture
) -> None:
    app.register(broken)
    client = make_client()

    answer = await client.get("/api/v1/broken")

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "SELECT" not in answer.text
    assert answer.json()["type"] == "urn:smena:problem:internal"
    assert "/api/v1/broken" in caplog.text
