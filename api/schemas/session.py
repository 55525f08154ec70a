"""Signing in."""

from datetime import datetime

from pydantic import Field

from scheduler.domain.model import Input, View


class SignIn(Input):
    """Login and password of an account."""

    login: str = Field(min_length=1, max_length=200, examples=["dispatcher"])
    password: str = Field(min_length=1, max_length=1000)


class Token(View):
    """The secret of a login, to be sent as ``Authorization: Bearer``; it is shown here alone."""

    token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of the scheme
    expires_at: datetime
