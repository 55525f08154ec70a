"""`smena allocate`."""

from pathlib import Path

import click

from api.cli.progress import allocate_campaign
from api.cli.region import bring_up_to_date, region, run
from api.cli.terminal import data_option, say, settings_of
from scheduler.config import Settings
from scheduler.domain.programme import CampaignView
from scheduler.domain.run import RunOptions
from scheduler.errors import NotFound
from scheduler.persistence.engine import Database
from scheduler.persistence.transaction import Tx
from scheduler.policy import SYSTEM
from scheduler.services import campaigns, runs


@click.command
@click.argument("campaign")
@click.option(
    "--seconds", type=click.IntRange(1, 36_000), default=60, show_default=True, help="Time to search."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@data_option
def allocate(campaign: str, seconds: int, seed: int, data: Path | None) -> None:
    """Allocate the requests of CAMPAIGN (its code) and make a draft of the timetable.

    Ctrl-C stops the search and keeps the best plan.
    """
    settings = settings_of(data=data)
    bring_up_to_date(settings)
    run(draft(settings, campaign, RunOptions(time_limit_s=seconds, seed=seed)))


async def draft(settings: Settings, code: str, options: RunOptions) -> None:
    """Allocate a campaign and accept the result."""
    async with region(settings) as db:
        async with db.read_tx(SYSTEM) as tx:
            campaign = await campaign_of(tx, code)
        await allocate_and_accept(db, campaign, options, settings)


async def allocate_and_accept(
    db: Database, campaign: CampaignView, options: RunOptions, settings: Settings
) -> int:
    """Return the draft that was made of a new allocation."""
    done = await allocate_campaign(db, campaign.id, options, settings)
    async with db.write_tx(SYSTEM) as tx:
        version = await runs.accept_run(tx, done.id)
    click.echo(
        say(
            "Checked: no rule is broken. Draft %(number)s of %(campaign)s holds %(sessions)s sessions.",
            number=version.number,
            campaign=campaign.code,
            sessions=version.sessions,
        )
    )
    return version.id


async def campaign_of(tx: Tx, code: str) -> CampaignView:
    """Return the campaign with that code.

    Raises
    ------
    NotFound
    """
    after: str | None = None
    while True:
        page = await campaigns.list_campaigns(tx, limit=200, after=after)
        for campaign in page.items:
            if campaign.code == code:
                return campaign
        if page.next is None:
            raise NotFound("campaign", code)
        after = page.next
