"""`smena migrate`."""

from pathlib import Path

import click

from api.cli.region import bring_up_to_date
from api.cli.terminal import data_option, say, settings_of
from scheduler.persistence.migrate import current


@click.command
@data_option
def migrate(data: Path | None) -> None:
    """Make the database, or bring its tables to this version."""
    settings = settings_of(data=data)
    bring_up_to_date(settings)
    click.echo(say("The database is at migration %(revision)s.", revision=current(settings.database_url)))
