"""Problems as pages and fragments."""

from typing import Any

from litestar import Request

from api.language import language_of
from api.problems import Problem
from api.texts import N_, gettext
from api.web.page import Html, fragment, frame, is_fragment_request

_FACTS = {
    "holder": N_("In use by"),
    "from_at": N_("From"),
    "until_at": N_("Until"),
    "state": N_("State"),
    "revision": N_("Current revision"),
}
MAX_VIOLATIONS = 20


def problem_page(request: Request[Any, Any, Any], problem: Problem) -> Html:
    """Return a problem as a page, or as a fragment where htmx asked for one.

    The database is not looked at: it may be what failed.
    """
    lang = language_of(request)
    facts = [
        (gettext(lang, words), problem.extra[name])
        for name, words in _FACTS.items()
        if problem.extra.get(name) is not None
    ]
    violations = [
        breach["message"]
        for breach in problem.extra.get("violations", ())
        if breach["message"] != problem.detail
    ]
    context: dict[str, Any] = {
        "problem": problem,
        "facts": facts,
        "violations": violations[:MAX_VIOLATIONS],
        "more_violations": max(0, len(violations) - MAX_VIOLATIONS),
    }
    if is_fragment_request(request):
        response = fragment(request, "_problem.html", problem.status, **context)
    else:
        response = fragment(request, "problem.html", problem.status, **frame(request, None), **context)
    response.headers.update(problem.headers)
    return response
