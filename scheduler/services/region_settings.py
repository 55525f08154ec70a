"""The region's settings as they are in force on a day."""

from datetime import date

from sqlalchemy import select

from scheduler.domain.settings import RegionSettings
from scheduler.persistence.tables.register import Setting
from scheduler.persistence.transaction import Tx


async def region_settings(tx: Tx, on: date) -> RegionSettings:
    """Return the values in force on a day.

    Raises
    ------
    Invalid
        A row's value has another type than the setting.
    """
    return RegionSettings.effective(list(await tx.session.scalars(select(Setting))), on)


async def consent_days(tx: Tx) -> int:
    """Return how many days an owner who is asked has to answer, as from today."""
    return (await region_settings(tx, tx.clock.now().date())).number("bookings.consent_days")
