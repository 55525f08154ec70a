"""Accounts and logins."""

from datetime import datetime

from scheduler.domain.model import Ref, View


class RoleView(View):
    """A role in a participant or in a cluster."""

    role: str
    cluster: Ref | None
    participant: Ref | None


class AccountView(View):
    """Somebody who can sign in; `person_resource_id` is the trainer that this person is, if any."""

    id: int
    login: str
    display_name: str
    participant: Ref | None
    person_id: int | None
    person_resource_id: int | None
    language: str
    demo: bool
    roles: tuple[RoleView, ...]


class LoginView(View):
    """A fresh login; `token` is shown once, only its hash is kept."""

    token: str
    expires_at: datetime
