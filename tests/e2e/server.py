"""The whole product on the tiny region, nothing allocated: ``python -m tests.e2e.server DATA PORT``.

Its clock starts some weeks before the tiny campaign and goes on from there, so that the story is the same
in any year.
"""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar import Litestar

from api.app import create_app
from scheduler.clock import SystemClock
from scheduler.config import Settings, prepare_data
from scheduler.exchange.dataset import load_dataset, read_dataset
from scheduler.persistence.engine import Database
from scheduler.persistence.migrate import upgrade
from scheduler.policy import SYSTEM

TINY = Path(__file__).parents[2] / "fixtures" / "tiny.json"
BEGIN = datetime(2026, 12, 8, 9, tzinfo=UTC)


class StoryClock:
    """A clock that began to go at `BEGIN` when it was made."""

    def __init__(self) -> None:
        self._offset = BEGIN - SystemClock().now()

    def now(self) -> datetime:
        """Return the instant of the story."""
        return SystemClock().now() + self._offset


def application() -> Litestar:
    """Make the service; the environment names its data folder."""
    return create_app(Settings(), StoryClock())


async def load(settings: Settings) -> None:
    """Fill the database with the tiny region."""
    db = Database(settings.database_url)
    async with db.write_tx(SYSTEM) as tx:
        await load_dataset(tx, read_dataset(TINY.read_bytes()))
    await db.dispose()


def main(data: str, port: int) -> None:
    """Load and serve until killed."""
    os.environ["SMENA_DATA"] = data
    settings = Settings()
    prepare_data(settings)
    upgrade(settings.database_url)
    asyncio.run(load(settings))
    Granian(
        "tests.e2e.server:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=2,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
