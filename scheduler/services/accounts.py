"""Accounts: who signs in, with what, and as whom an actor then acts."""

import asyncio
import threading
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update

from scheduler import policy
from scheduler.domain.account import AccountView, LoginView, RoleView
from scheduler.errors import FieldError, Invalid
from scheduler.ids import new_login_token, token_sha256
from scheduler.persistence.queries.refs import get_row, refs
from scheduler.persistence.tables.accounts import Account, Login, RoleGrant
from scheduler.persistence.tables.register import Cluster, Participant
from scheduler.persistence.tables.resources import Resource
from scheduler.persistence.transaction import Tx
from scheduler.policy import ROLES, Actor, Role, Target
from scheduler.services.audit import record

LOGIN_LIFETIME = timedelta(days=14)
LANGUAGES = ("ru", "en")
PASSWORD_MIN_LENGTH = 10

_HASHER = PasswordHasher()
_AT_ONCE = threading.BoundedSemaphore(2)
"""A hash takes 64 MiB; more at once would let strangers fill the memory."""


async def authenticate(tx: Tx, login: str, password: str) -> AccountView | None:
    """Return the account if login and password fit and it is not blocked, else None, after equal time."""
    account = await tx.session.scalar(select(Account).where(Account.login == login.strip().lower()))
    fits = await asyncio.to_thread(_verify, account.password_hash if account else None, password)
    if account is None or not fits or account.state != "active":
        return None
    return await _view(tx, account)


async def open_login(tx: Tx, account_id: int, lifetime: timedelta = LOGIN_LIFETIME) -> LoginView:
    """Open a login for somebody who proved to be this account; its token is returned only here."""
    token, now = new_login_token(), tx.clock.now()
    row = Login(
        account_id=account_id,
        token_sha256=token_sha256(token),
        created_at=now,
        expires_at=now + lifetime,
        revoked_at=None,
    )
    tx.session.add(row)
    await tx.session.flush()
    return LoginView(token=token, expires_at=row.expires_at)


async def close_login(tx: Tx, token: str) -> None:
    """End a login at once; a token that is not known or ended already is no error."""
    await tx.session.execute(
        update(Login)
        .where(Login.token_sha256 == token_sha256(token), Login.revoked_at.is_(None))
        .values(revoked_at=tx.clock.now())
    )


async def find_actor_by_token(tx: Tx, token: str) -> Actor | None:
    """Return who acts with this token; None when it is unknown, expired, revoked, or its account blocked."""
    account = await tx.session.scalar(
        select(Account)
        .join(Login, Login.account_id == Account.id)
        .where(
            Login.token_sha256 == token_sha256(token),
            Login.revoked_at.is_(None),
            Login.expires_at > tx.clock.now(),
            Account.state == "active",
        )
    )
    if account is None:
        return None
    grants = await tx.session.scalars(
        select(RoleGrant).where(RoleGrant.account_id == account.id).order_by(RoleGrant.id)
    )
    roles = tuple(Role(g.role, cluster_id=g.cluster_id, participant_id=g.participant_id) for g in grants)
    return Actor(account.id, roles, account.person_id, account.language)


async def get_account(tx: Tx) -> AccountView:
    """Return the actor's own account.

    Raises
    ------
    Forbidden
        Nobody is signed in.
    """
    return await _view(tx, await _own(tx))


async def has_demo_accounts(tx: Tx) -> bool:
    """Return whether accounts with printed passwords exist: such a server binds to loopback only."""
    return await tx.session.scalar(select(Account.id).where(Account.demo).limit(1)) is not None


async def set_language(tx: Tx, language: str) -> None:
    """Set the language of the actor's pages.

    Raises
    ------
    Invalid
        There is no such language.
    """
    if language not in LANGUAGES:
        raise Invalid([FieldError("language", "unknown_language")])
    (await _own(tx)).language = language


async def create_account(
    tx: Tx,
    *,
    login: str,
    password: str,
    display_name: str,
    role: str,
    participant_id: int | None = None,
    cluster_id: int | None = None,
    person_id: int | None = None,
) -> AccountView:
    """Create an account with one role: in a participant, or in a cluster (coordinator, observer).

    Raises
    ------
    Invalid
        Every fault of the input.
    """
    clusters = frozenset() if cluster_id is None else frozenset({cluster_id})
    policy.require(tx.actor, "account.write", Target(cluster_ids=clusters))
    login = login.strip().lower()
    faults = []
    if not login:
        faults.append(FieldError("login", "required"))
    elif await tx.session.scalar(select(Account.id).where(Account.login == login)):
        faults.append(FieldError("login", "not_unique"))
    if len(password) < PASSWORD_MIN_LENGTH:
        faults.append(FieldError("password", "password_short", {"limit": PASSWORD_MIN_LENGTH}))
    if role not in ROLES:
        faults.append(FieldError("role", "unknown_role"))
    elif (scope := "cluster_id" if role in ("coordinator", "observer") else "participant_id") and (
        cluster_id if scope == "cluster_id" else participant_id
    ) is None:
        faults.append(FieldError(scope, "required"))
    if faults:
        raise Invalid(faults)
    password_hash = await asyncio.to_thread(_hash, password)
    account = Account(
        login=login,
        password_hash=password_hash,
        display_name=display_name.strip() or login,
        participant_id=participant_id,
        person_id=person_id,
    )
    tx.session.add(account)
    await tx.session.flush()
    tx.session.add(
        RoleGrant(account_id=account.id, role=role, cluster_id=cluster_id, participant_id=participant_id)
    )
    await tx.session.flush()
    record(tx, "account.create", "account", account.id, role=role)
    return await _view(tx, account)


@cache
def _nobodys_hash() -> str:
    """Return what an unknown login is checked against: the answer takes as long as for a known one."""
    return _HASHER.hash("no account has this password")


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        with _AT_ONCE:
            return _HASHER.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False


def _hash(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(password)


async def _own(tx: Tx) -> Account:
    policy.require(tx.actor, "register.read")
    account: Account = await get_row(tx, Account, tx.actor.account_id or 0)
    return account


async def _view(tx: Tx, account: Account) -> AccountView:
    grants = list(
        await tx.session.scalars(
            select(RoleGrant).where(RoleGrant.account_id == account.id).order_by(RoleGrant.id)
        )
    )
    participants = await refs(
        tx, Participant, [account.participant_id, *(grant.participant_id for grant in grants)]
    )
    clusters = await refs(tx, Cluster, [grant.cluster_id for grant in grants])
    trainer = None
    if account.person_id is not None:
        trainer = await tx.session.scalar(
            select(Resource.id).where(Resource.person_id == account.person_id).order_by(Resource.id).limit(1)
        )
    return AccountView(
        id=account.id,
        login=account.login,
        display_name=account.display_name,
        participant=participants.get(account.participant_id or 0),
        person_id=account.person_id,
        person_resource_id=trainer,
        language=account.language,
        demo=account.demo,
        roles=tuple(
            RoleView(
                role=grant.role,
                cluster=clusters.get(grant.cluster_id or 0),
                participant=participants.get(grant.participant_id or 0),
            )
            for grant in grants
        ),
    )
