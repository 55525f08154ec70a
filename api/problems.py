"""Errors as answers: one table from the domain's errors to statuses, one form of document (RFC 9457)."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect
from pydantic import ValidationError

from api.language import language_of
from api.routes import MACHINE_PREFIXES
from api.texts import N_, gettext
from api.validation import field_errors, message_of
from scheduler.errors import (
    DomainError,
    FieldError,
    Forbidden,
    Invalid,
    LimitExceeded,
    NotFound,
    ResourceTaken,
    RuleViolated,
    StaleRevision,
    Unavailable,
    WrongState,
)

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:smena:problem:"
"""A problem's `type` is this and its code."""

log = logging.getLogger("smena.problems")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One fault of an input in words; `field` is its dotted path."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, in words of one language; `extra` are further members of the document."""

    code: str
    status: int
    title: str
    detail: str = ""
    errors: tuple[FieldProblem, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the members of the problem document."""
        members: dict[str, Any] = {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            members["errors"] = [
                {"field": e.field, "code": e.code, "message": e.message} for e in self.errors
            ]
        return members | dict(self.extra)


class PreconditionRequired(HTTPException):
    """A change needs If-Match with the revision that it is based on."""

    status_code = HTTPStatus.PRECONDITION_REQUIRED


class UnsupportedMediaType(HTTPException):
    """The body is not JSON."""

    status_code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Row:
    """How a class of the domain's errors is answered; `fill` adds what its data say."""

    error: type[DomainError]
    status: int
    title: str
    fill: Callable[[Any, str, Problem], Problem]


def _not_found(error: NotFound, lang: str, problem: Problem) -> Problem:
    noun = gettext(lang, NOUNS.get(error.noun, error.noun))
    detail = gettext(lang, "%(noun)s %(key)s: it is not there, or not yours to see", noun=noun, key=error.key)
    return replace(problem, detail=detail, extra={"noun": error.noun, "key": error.key})


def _forbidden(error: Forbidden, lang: str, problem: Problem) -> Problem:
    detail = gettext(lang, REASONS.get(error.reason, REASONS["role"]))
    extra = {"action": error.action, "reason": error.reason, "roles": list(error.roles)}
    if error.reason == "anonymous":
        return replace(of_status(HTTPStatus.UNAUTHORIZED, lang), extra=extra)
    return replace(problem, detail=detail, extra=extra)


def _invalid(error: Invalid, lang: str, problem: Problem) -> Problem:
    detail = gettext(lang, "Nothing was stored: correct the fields and send again")
    return replace(problem, detail=detail, errors=tuple(field_problem(e, lang) for e in error.errors))


def _resource_taken(error: ResourceTaken, lang: str, problem: Problem) -> Problem:
    detail = gettext(
        lang,
        "Already in use from %(start)s to %(end)s UTC",
        start=f"{error.from_at:%Y-%m-%d %H:%M}",
        end=f"{error.until_at:%Y-%m-%d %H:%M}",
    )
    if error.holder:
        detail = f"{detail}: {error.holder}"
    extra = {
        "subject_id": error.subject_id,
        "from_at": error.from_at.isoformat(),
        "until_at": error.until_at.isoformat(),
        "holder": error.holder,
    }
    return replace(problem, detail=detail, extra=extra)


def _stale_revision(error: StaleRevision, lang: str, problem: Problem) -> Problem:
    detail = gettext(lang, "Somebody changed it meanwhile: read it again, then repeat your change")
    headers = {"ETag": f'"{error.current}"'}
    return replace(problem, detail=detail, extra={"revision": error.current}, headers=headers)


def _wrong_state(error: WrongState, lang: str, problem: Problem) -> Problem:
    noun = gettext(lang, NOUNS.get(error.noun, error.noun))
    detail = gettext(lang, "%(noun)s: not possible in the state “%(state)s”", noun=noun, state=error.state)
    return replace(
        problem,
        detail=detail,
        extra={"noun": error.noun, "state": error.state, "allowed": list(error.allowed)},
    )


def _rule_violated(error: RuleViolated, lang: str, problem: Problem) -> Problem:
    violations = [
        {
            "rule": breach.rule,
            "code": breach.code,
            "message": breach.ru if lang == "ru" else breach.en,
            "facts": dict(breach.facts),
        }
        for breach in error.violations
    ]
    detail = str(violations[0]["message"]) if violations else ""
    return replace(problem, detail=detail, extra={"violations": violations})


def _limit_exceeded(error: LimitExceeded, lang: str, problem: Problem) -> Problem:
    extra = {"limit": error.limit, "allowed": error.allowed}
    if error.retry_after_s is None:
        return replace(problem, detail=gettext(lang, "At most %(limit)s", limit=error.allowed), extra=extra)
    detail = gettext(lang, "Try again in %(seconds)s s", seconds=error.retry_after_s)
    return replace(problem, detail=detail, extra=extra, headers={"Retry-After": str(error.retry_after_s)})


def _unavailable(error: Unavailable, lang: str, problem: Problem) -> Problem:
    detail = gettext(lang, UNAVAILABLE.get(error.reason, UNAVAILABLE["database"]))
    return replace(
        problem,
        detail=detail,
        extra={"reason": error.reason},
        headers={"Retry-After": str(error.retry_after_s or 5)},
    )


TABLE: tuple[Row, ...] = (
    Row(NotFound, HTTPStatus.NOT_FOUND, N_("Not found"), _not_found),
    Row(Forbidden, HTTPStatus.FORBIDDEN, N_("Not allowed"), _forbidden),
    Row(Invalid, HTTPStatus.UNPROCESSABLE_ENTITY, N_("Some fields need correction"), _invalid),
    Row(ResourceTaken, HTTPStatus.CONFLICT, N_("Already taken"), _resource_taken),
    Row(StaleRevision, HTTPStatus.PRECONDITION_FAILED, N_("Changed meanwhile"), _stale_revision),
    Row(WrongState, HTTPStatus.CONFLICT, N_("Not possible now"), _wrong_state),
    Row(RuleViolated, HTTPStatus.CONFLICT, N_("A rule would be broken"), _rule_violated),
    Row(LimitExceeded, HTTPStatus.TOO_MANY_REQUESTS, N_("Too many"), _limit_exceeded),
    Row(Unavailable, HTTPStatus.SERVICE_UNAVAILABLE, N_("Not available now"), _unavailable),
)
"""Every class of `scheduler.errors` has its row here."""

STATUSES: Mapping[int, tuple[str, str, str]] = {
    400: ("bad_request", N_("The request cannot be understood"), N_("Check its form and its body")),
    401: ("not_signed_in", N_("Sign in first"), N_("This needs a valid login")),
    403: ("refused", N_("Refused"), N_("The page is out of date: open it again and repeat")),
    404: ("not_found", N_("Not found"), N_("There is nothing at this address")),
    405: ("method_not_allowed", N_("Not possible here"), N_("This address does not know this method")),
    406: (
        "not_acceptable",
        N_("No such form"),
        N_("The answer does not exist in the form that was asked for"),
    ),
    413: ("too_large", N_("Too large"), N_("The body of the request is larger than this server accepts")),
    415: ("unsupported_media_type", N_("JSON is needed"), N_("Send the body as application/json")),
    421: ("unknown_host", N_("Unknown name"), N_("This server does not answer to this name")),
    422: ("invalid", N_("Some fields need correction"), N_("Correct the fields and send again")),
    428: (
        "precondition_required",
        N_("If-Match is needed"),
        N_("Name the revision that you change: If-Match"),
    ),
    429: ("too_many_requests", N_("Too many requests"), N_("Wait a little, then try again")),
    500: ("internal", N_("An error of ours"), N_("It was recorded; nothing was stored")),
    503: ("unavailable", N_("Not available now"), N_("Try again a little later")),
}
"""Errors that are not the domain's: code, title, detail."""

REASONS: Mapping[str, str] = {
    "role": N_("None of your roles may do this"),
    "not_own": N_("Only its owner may do this"),
    "not_cluster": N_("Only the coordinator of its cluster may do this"),
    "not_self": N_("Only the person itself may do this"),
    "not_a_party": N_("It is no party of this programme"),
    "anonymous": N_("This needs a valid login"),
}

UNAVAILABLE: Mapping[str, str] = {
    "busy": N_("Too much is going on at once: try again in a few seconds"),
    "storage": N_("Nothing can be stored now: the disk is full or cannot be written"),
    "database": N_("The database cannot be reached"),
    "feed_not_made": N_("The calendar is being made: ask again in a few seconds"),
    "advice_overtime": N_("The advice takes too long now: try again a little later"),
    "advice_failed": N_("The advice could not be computed"),
}

NOUNS: Mapping[str, str] = {
    "account": N_("Account"),
    "booking": N_("Booking"),
    "campaign": N_("Campaign"),
    "cluster": N_("Cluster"),
    "competency": N_("Competency"),
    "equipment_kind": N_("Kind of equipment"),
    "feed": N_("Calendar feed"),
    "learner_group": N_("Learner group"),
    "module": N_("Module"),
    "offer": N_("Offer"),
    "participant": N_("Participant"),
    "person": N_("Person"),
    "programme": N_("Programme"),
    "request": N_("Request"),
    "resource": N_("Resource"),
    "run": N_("Allocation run"),
    "site": N_("Site"),
    "town": N_("Town"),
    "version": N_("Timetable version"),
}

PARAMETERS: Mapping[str, str] = {"in_state": "state"}
"""Names of parameters to clients where a handler must call them otherwise."""

ROWS: Mapping[type[DomainError], Row] = {row.error: row for row in TABLE}


def field_problem(error: FieldError, lang: str) -> FieldProblem:
    """Return a fault of an input in words."""
    return FieldProblem(error.field, error.code, message_of(error, lang))


def describe(error: Exception, lang: str) -> Problem:
    """Return what an error is to a client; a text of a library or a driver is never part of it."""
    match error:
        case ExceptionGroup():
            # A generator dependency that fails while another error passes through it leaves a group.
            return describe(error.exceptions[0], lang)
        case DomainError():
            row = ROWS[type(error)]
            return row.fill(error, lang, Problem(error.code, int(row.status), gettext(lang, row.title)))
        case ValidationException():
            return _of_validation(error, lang)
        case HTTPException():
            return replace(of_status(error.status_code, lang), headers=dict(error.headers or {}))
        case _:
            return of_status(500, lang)


def of_status(status: int, lang: str) -> Problem:
    """Return what a status says that is not an error of the domain."""
    code, title, detail = STATUSES.get(status, STATUSES[500 if status >= 500 else 400])
    return Problem(code, status, gettext(lang, title), gettext(lang, detail))


def _of_validation(error: ValidationException, lang: str) -> Problem:
    """Describe what Litestar or Pydantic refused before a handler was called."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ValidationError):
            return describe(Invalid(field_errors(cause)), lang)
        cause = cause.__cause__
    faults = [fault for fault in error.extra or () if isinstance(fault, dict)]
    if any(fault.get("source") == "path" for fault in faults):
        # An id that no row can have.
        return of_status(404, lang)
    return describe(Invalid(FieldError(_name_of(fault), _code_of(fault)) for fault in faults), lang)


def _name_of(fault: Mapping[str, Any]) -> str:
    key = str(fault.get("key", ""))
    return PARAMETERS.get(key, key)


def _code_of(fault: Mapping[str, Any]) -> str:
    return "required" if "missing required" in str(fault.get("message")) else "value"


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer an error that left a handler: a problem document, or a page for a browser."""
    lang = language_of(request)
    problem = describe(error, lang)
    if problem.status >= 500:
        # By its route: the path may hold a secret.
        route = request.scope.get("path_template") or "-"
        log.error("%s %s failed", request.method, route, exc_info=error if problem.status == 500 else None)
    if not wants_page(request):
        return problem_response(problem, lang)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return _to_sign_in(request)
    from api.web import problem_page

    return problem_page(request, problem)


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Return whether a browser asks for something that is not for programs."""
    if request.scope["path"].startswith(MACHINE_PREFIXES):
        return False
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers


def problem_response(problem: Problem, lang: str) -> Response[dict[str, Any]]:
    """Return the problem document as an answer."""
    return Response(
        problem.document(),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={**problem.headers, "Content-Language": lang, "Vary": "Accept-Language"},
    )


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    query = request.scope["query_string"].decode("latin-1")
    here = request.scope["path"] + (f"?{query}" if query else "")
    target = f"/login?next={quote(here, safe='')}" if request.method == "GET" else "/login"
    if "hx-request" in request.headers:
        return Response(None, status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": target})
    return Redirect(target, status_code=303)
