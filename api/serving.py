"""What the server's process runs: the application with the settings of its environment."""

import logging

from litestar import Litestar

from api.app import create_app
from api.cli.region import bring_up_to_date, region, run
from api.cli.terminal import Failure, say
from api.security import LOOPBACK
from scheduler.config import Settings
from scheduler.policy import ANONYMOUS
from scheduler.services import accounts

OURS = ("smena", "scheduler", "api")


def application() -> Litestar:
    """Return the service for the settings in the environment; it logs to standard error.

    Raises
    ------
    SystemExit
        It cannot be served so; the reason was written.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    settings = Settings()
    try:
        bring_up_to_date(settings)
        if settings.host not in LOOPBACK and run(has_demo_accounts(settings)):
            require_loopback(settings.host)
        return create_app(settings)
    except Failure as failure:
        failure.show()
        raise SystemExit(failure.exit_code) from failure


async def has_demo_accounts(settings: Settings) -> bool:
    """Return whether there are accounts whose passwords everybody knows."""
    async with region(settings) as db, db.read_tx(ANONYMOUS) as tx:
        return await accounts.has_demo_accounts(tx)


def require_loopback(host: str) -> None:
    """Return if only this machine can reach the address.

    Raises
    ------
    Failure
    """
    if host not in LOOPBACK:
        words = say(
            "Demonstration accounts have public passwords: they are served to this machine alone, "
            "not on %(host)s. Leave --host away, or use another data folder.",
            host=host,
        )
        raise Failure(words)
