"""Signing in: the right pair gives an actor, everything else gives nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scheduler.errors import Forbidden, Invalid
from scheduler.ids import token_sha256
from scheduler.persistence.engine import Database
from scheduler.persistence.tables.accounts import Account, Login
from scheduler.policy import ANONYMOUS, SYSTEM, Role
from scheduler.services import accounts


async def sign_in(db: Database, login: str = "college") -> str:
    async with db.write_tx(SYSTEM) as tx:
        account = await accounts.authenticate(tx, login, f"demo-{login}")
        assert account is not None
        return (await accounts.open_login(tx, account.id)).token


async def test_the_right_password_gives_the_account_and_its_roles(tiny: Database) -> None:
    token = await sign_in(tiny, "trainer")
    async with tiny.read_tx(ANONYMOUS) as tx:
        actor = await accounts.find_actor_by_token(tx, token)
    assert actor is not None
    async with tiny.read_tx(actor) as tx:
        account = await accounts.get_account(tx)
    assert actor.roles == (Role("trainer", participant_id=account.roles[0].participant.id),)  # type: ignore[union-attr]
    assert account.person_id == actor.person_id is not None
    assert account.person_resource_id is not None


async def test_only_the_hash_of_a_token_is_stored(tiny: Database) -> None:
    token = await sign_in(tiny)
    async with tiny.read_tx(SYSTEM) as tx:
        stored = await tx.session.scalar(select(Login.token_sha256))
    assert stored == token_sha256(token)
    assert token not in str(stored)


@pytest.mark.parametrize(
    ("login", "password"),
    [("college", "demo-employer"), ("nobody", "demo-college"), ("college", ""), ("", "")],
)
async def test_a_wrong_pair_gives_nothing(tiny: Database, login: str, password: str) -> None:
    async with tiny.read_tx(ANONYMOUS) as tx:
        assert await accounts.authenticate(tx, login, password) is None


async def test_a_blocked_account_cannot_sign_in_and_its_logins_end(tiny: Database) -> None:
    token = await sign_in(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        await tx.session.execute(update(Account).values(state="blocked"))
    async with tiny.read_tx(ANONYMOUS) as tx:
        assert await accounts.authenticate(tx, "college", "demo-college") is None
        assert await accounts.find_actor_by_token(tx, token) is None


async def test_a_closed_login_is_worth_nothing(tiny: Database) -> None:
    token, other = await sign_in(tiny), await sign_in(tiny)
    async with tiny.write_tx(SYSTEM) as tx:
        await accounts.close_login(tx, token)
        await accounts.close_login(tx, "unknown")
    async with tiny.read_tx(ANONYMOUS) as tx:
        assert await accounts.find_actor_by_token(tx, token) is None
        assert await accounts.find_actor_by_token(tx, other) is not None


async def test_a_login_expires(tiny: Database) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        account = await accounts.authenticate(tx, "college", "demo-college")
        assert account is not None
        over = await accounts.open_login(tx, account.id, timedelta(0))
        assert await accounts.find_actor_by_token(tx, over.token) is None


async def test_language_is_kept_and_checked(tiny: Database) -> None:
    token = await sign_in(tiny)
    async with tiny.read_tx(ANONYMOUS) as tx:
        actor = await accounts.find_actor_by_token(tx, token)
    assert actor is not None
    async with tiny.write_tx(actor) as tx:
        await accounts.set_language(tx, "en")
        with pytest.raises(Invalid, match="unknown_language"):
            await accounts.set_language(tx, "tlh")
    async with tiny.read_tx(ANONYMOUS) as tx:
        again = await accounts.find_actor_by_token(tx, token)
    assert again is not None
    assert again.language == "en"


async def test_a_new_account_can_sign_in_and_every_fault_is_named(tiny: Database) -> None:
    async with tiny.write_tx(SYSTEM) as tx:
        with pytest.raises(Invalid) as caught:
            await accounts.create_account(
                tx, login="College", password="short", display_name="", role="employer"
            )
        assert {error.field: error.code for error in caught.value.errors} == {
            "login": "not_unique",
            "password": "password_short",
            "participant_id": "required",
        }
        made = await accounts.create_account(
            tx, login="New", password="long enough", display_name="Новый", role="college", participant_id=1
        )
        assert (await accounts.authenticate(tx, "new", "long enough")) == made
    async with tiny.write_tx(ANONYMOUS) as tx:
        with pytest.raises(Forbidden):
            await accounts.create_account(tx, login="x", password="y", display_name="z", role="observer")


async def test_nobody_has_no_account(tiny: Database) -> None:
    async with tiny.read_tx(ANONYMOUS) as tx:
        with pytest.raises(Forbidden):
            await accounts.get_account(tx)
