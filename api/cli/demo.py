"""`smena demo`: from an empty folder to a published timetable that is served."""

from pathlib import Path

import click

from api.cli.allocate import allocate_and_accept, campaign_of
from api.cli.region import bring_up_to_date, region, run
from api.cli.serve import require_free, serve_instead
from api.cli.terminal import Failure, data_option, say, settings_of
from api.serving import require_loopback
from scheduler.config import Settings, server_key
from scheduler.domain.programme import CampaignView
from scheduler.domain.run import RunOptions
from scheduler.errors import RuleViolated
from scheduler.exchange.dataset import Dataset, dump_dataset, load_dataset, read_dataset
from scheduler.exchange.demo import DEMO_FILE, MAIN_CAMPAIGN, generate
from scheduler.persistence.engine import Database
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.services import accounts, feeds, participants, runs, versions

ROLES_SHOWN = ("college", "employer", "coordinator", "trainer")


@click.command
@click.option("--serve", "then_serve", is_flag=True, help="Serve it afterwards, to this machine alone.")
@click.option("--host", help="Address to listen on; this machine's own.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; usual: 8000.")
@click.option(
    "--seconds", type=click.IntRange(1, 36_000), default=60, show_default=True, help="Time to search."
)
@click.option(
    "--regenerate", is_flag=True, help="Write the demonstration data anew from its facts, nothing else."
)
@data_option
def demo(
    then_serve: bool, host: str | None, port: int | None, seconds: int, regenerate: bool, data: Path | None
) -> None:
    """Load the demonstration region, allocate a semester, check and publish it.

    What is done already is not done again, so a second call starts at once and an interrupted one goes on.
    """
    if regenerate:
        DEMO_FILE.write_bytes(dump_dataset(generate()))
        click.echo(say("%(file)s was written.", file=DEMO_FILE))
        return
    settings = settings_of(host=host, port=port, data=data)
    require_loopback(settings.host)
    if then_serve:
        # Before a minute of searching, not after it.
        require_free(settings.host, settings.port)
    bring_up_to_date(settings)
    dataset = read_demo()
    run(prepare(settings, dataset, seconds))
    if then_serve:
        serve_instead(settings)


def read_demo() -> Dataset:
    """Return the demonstration's data.

    Raises
    ------
    Failure
        They are not beside the program.
    """
    try:
        return read_dataset(DEMO_FILE.read_bytes())
    except FileNotFoundError as error:
        raise Failure(
            say("%(file)s is missing: smena demo --regenerate makes it.", file=DEMO_FILE)
        ) from error


async def prepare(settings: Settings, dataset: Dataset, seconds: int) -> None:
    """Do what is not done yet, then say where everything is."""
    async with region(settings) as db:
        await fill(db, dataset)
        async with db.read_tx(SYSTEM) as tx:
            campaign = await campaign_of(tx, MAIN_CAMPAIGN)
            published = await versions.list_versions(tx, campaign_id=campaign.id, state="published", limit=1)
        if not published.items:
            options = RunOptions(time_limit_s=seconds)
            await publish(db, await draft_of(db, campaign, options, settings))
        await tell(db, settings, dataset)


async def fill(db: Database, dataset: Dataset) -> None:
    """Load the data into an empty region.

    Raises
    ------
    Failure
        The region holds somebody's own data.
    """
    async with db.read_tx(SYSTEM) as tx:
        filled = bool(await participants.list_towns(tx))
        if filled and not await participants.is_demo(tx):
            raise Failure(say("This data folder holds a region of your own: choose another one with --data."))
    if not filled:
        async with db.write_tx(SYSTEM) as tx:
            counts = await load_dataset(tx, dataset)
        rows = sum(counts.rows.values())
        click.echo(say("The demonstration region was loaded: %(rows)s rows.", rows=rows))


async def draft_of(db: Database, campaign: CampaignView, options: RunOptions, settings: Settings) -> int:
    """Return a draft of the campaign: one that is there, one of a finished run, or of a new run."""
    async with db.read_tx(SYSTEM) as tx:
        drafts = await versions.list_versions(tx, campaign_id=campaign.id, state="draft", limit=1)
        if drafts.items:
            return drafts.items[0].id
        known = (await runs.list_runs(tx, campaign_id=campaign.id, limit=200)).items
    for done in known:
        if done.report is not None and done.version_id is None:
            try:
                async with db.write_tx(SYSTEM) as tx:
                    return (await runs.accept_run(tx, done.id)).id
            except RuleViolated:
                continue  # the rows have changed since; the next one, or a new one, will do
    return await allocate_and_accept(db, campaign, options, settings)


async def publish(db: Database, version_id: int) -> None:
    """Make the live timetable follow the draft."""
    async with db.write_tx(SYSTEM) as tx:
        version = await versions.get_version(tx, version_id)
        await versions.publish_version(tx, version_id, version.revision)
    click.echo(say("Published: %(sessions)s sessions stand in the timetable.", sessions=version.sessions))


async def tell(db: Database, settings: Settings, dataset: Dataset) -> None:
    """Make the calendars of the demonstration accounts and print where everything is."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = str(settings.public_base_url or f"http://{host}:{settings.port}").rstrip("/")
    click.echo()
    click.echo(say("Pages:     %(url)s", url=f"{base}/"))
    click.echo(f"API:       {base}/api/v1  ({base}/schema)")
    click.echo(say("Accounts:"))
    calendar: str | None = None
    for role in ROLES_SHOWN:
        account = next(row for row in dataset.accounts if row.roles[0].role == role)
        click.echo(f"  {role:<12} {account.login:<12} {account.password}")
        if account.person is None:
            continue
        async with db.read_tx(ANONYMOUS) as tx:
            known = await accounts.authenticate(tx, account.login, account.password)
        if known is not None and known.person_resource_id is not None:
            async with db.write_tx(SYSTEM) as tx:
                feed = await feeds.ensure_feed(tx, "trainer", known.person_resource_id, server_key(settings))
            calendar = f"{base}/calendars/{feed.token}.ics"
    while await feeds.remake_dirty(db):
        pass
    if calendar is not None:
        click.echo(say("Calendar:  %(url)s", url=calendar))
    click.echo()
