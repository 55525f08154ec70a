"""`smena check`."""

from pathlib import Path

import click

from api.cli.allocate import campaign_of
from api.cli.region import bring_up_to_date, region, run
from api.cli.terminal import data_option, say, settings_of, terminal_language
from scheduler.config import Settings
from scheduler.policy import SYSTEM
from scheduler.services import campaigns, checks


@click.command
@click.option("--campaign", help="Code of one campaign; without it: all that have a published timetable.")
@data_option
def check(campaign: str | None, data: Path | None) -> None:
    """Check the published timetable again: every rule, and every claim against every capacity.

    Exit 1 if anything is broken.
    """
    settings = settings_of(data=data)
    bring_up_to_date(settings)
    faults = run(faults_of(settings, campaign))
    for fault in faults:
        click.echo(fault)
    click.echo(say("Faults: %(count)s", count=len(faults)))
    raise SystemExit(1 if faults else 0)


async def faults_of(settings: Settings, code: str | None) -> list[str]:
    """Return everything that is wrong with the live timetable, in words."""
    russian = terminal_language() == "ru"
    faults: list[str] = []
    async with region(settings) as db, db.read_tx(SYSTEM) as tx:
        if code is not None:
            chosen = [await campaign_of(tx, code)]
        else:
            chosen = list((await campaigns.list_campaigns(tx, limit=200)).items)
        for campaign in chosen:
            for breach in await checks.check_published(tx, campaign.id):
                faults.append(f"{campaign.code}: {breach.ru if russian else breach.en}")
        for overload in await checks.overloads(tx):
            faults.append(
                say(
                    "Subject %(subject)s at %(at)s UTC: %(claimed)s are claimed, there are %(capacity)s",
                    subject=overload.subject_id,
                    at=f"{overload.at:%Y-%m-%d %H:%M}",
                    claimed=overload.claimed,
                    capacity=overload.capacity,
                )
            )
    return faults
