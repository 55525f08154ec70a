"""In which language to answer."""

from typing import Any

from litestar.connection import ASGIConnection

from api.texts import LANGUAGES

LANGUAGE_COOKIE = "smena_lang"
DEFAULT = "ru"


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return ``ru`` or ``en``: what the address asks, the cookie, the account, the browser; else Russian."""
    user = connection.scope.get("user")
    asked = (
        connection.query_params.get("lang"),
        connection.cookies.get(LANGUAGE_COOKIE),
        user.language if user is not None and user.account_id is not None else None,
        accepted(connection.headers.get("accept-language", "")),
    )
    return next((language for language in asked if language in LANGUAGES), DEFAULT)


def accepted(header: str) -> str | None:
    """Return our language that an Accept-Language header likes best, None: neither.

    >>> accepted("de, en-GB;q=0.8, ru;q=0.5")
    'en'
    """
    best: tuple[float, str] | None = None
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().partition("-")[0].lower()
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return best[1] if best else None
