"""`smena user`: the first accounts of a region are made here."""

from pathlib import Path

import click

from api.cli.region import bring_up_to_date, region, run
from api.cli.terminal import Failure, data_option, say, settings_of
from scheduler.config import Settings
from scheduler.domain.model import Ref
from scheduler.persistence.transaction import Tx
from scheduler.policy import ROLES, SYSTEM
from scheduler.services import accounts, participants


@click.group
def user() -> None:
    """Accounts of people."""


@user.command
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--participant", help="Code of its participant: for a college, an employer, a trainer.")
@click.option("--cluster", help="Code of its cluster: for a coordinator, an observer.")
@click.option("--name", default="", help="How the pages call this person.")
@click.password_option(help="Asked for when it is not given.")
@data_option
def add(
    login: str,
    role: str,
    participant: str | None,
    cluster: str | None,
    name: str,
    password: str,
    data: Path | None,
) -> None:
    """Make an account with one role."""
    settings = settings_of(data=data)
    bring_up_to_date(settings)
    run(create(settings, login, password, name, role, participant, cluster))
    click.echo(say("Account %(login)s may sign in.", login=login))


async def create(
    settings: Settings,
    login: str,
    password: str,
    name: str,
    role: str,
    participant: str | None,
    cluster: str | None,
) -> None:
    """Make an account."""
    async with region(settings) as db, db.write_tx(SYSTEM) as tx:
        await accounts.create_account(
            tx,
            login=login,
            password=password,
            display_name=name,
            role=role,
            participant_id=await participant_id(tx, participant),
            cluster_id=await cluster_id(tx, cluster),
        )


async def participant_id(tx: Tx, code: str | None) -> int | None:
    """Return the key of a participant by its code."""
    after: str | None = None
    found: list[Ref] = []
    while code is not None:
        page = await participants.list_participants(tx, limit=200, after=after)
        found += [Ref(id=p.id, code=p.code, name=p.short_name) for p in page.items]
        if page.next is None:
            return pick(found, code)
        after = page.next
    return None


async def cluster_id(tx: Tx, code: str | None) -> int | None:
    """Return the key of a cluster by its code."""
    if code is None:
        return None
    clusters = await participants.list_clusters(tx)
    return pick([Ref(id=c.id, code=c.code, name=c.name) for c in clusters], code)


def pick(refs: list[Ref], code: str) -> int:
    """Return the key of what has the code.

    Raises
    ------
    Failure
        Nothing has; the message lists what there is.
    """
    for ref in refs:
        if ref.code == code:
            return ref.id
    raise Failure(
        say("There is no %(code)s; there are: %(known)s", code=code, known=", ".join(r.code for r in refs))
    )
