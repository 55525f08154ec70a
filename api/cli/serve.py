"""`smena serve`: the pages, the API and the calendars."""

import errno
import os
import socket
import sys
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from api.cli.terminal import Failure, data_option, say, settings_of
from scheduler.config import Settings

SHUTDOWN_S = 5
"""Open streams get so long to end."""


@click.command
@click.option("--host", help="Address to listen on; usual: 127.0.0.1, this machine alone.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; usual: 8000.")
@data_option
def serve(host: str | None, port: int | None, data: Path | None) -> None:
    """Serve the pages, the API and the calendars until interrupted.

    The database is made or migrated first.
    """
    settings = settings_of(host=host, port=port, data=data)
    require_free(settings.host, settings.port)
    server = Granian(
        "api.serving:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        workers_kill_timeout=SHUTDOWN_S,
    )
    server.serve()


def serve_instead(settings: Settings) -> None:
    """Become ``smena serve``: the memory that the work before it took is given back."""
    sys.stdout.flush()
    options = ["--host", settings.host, "--port", str(settings.port), "--data", str(settings.data)]
    # S606: our own program, no shell.
    os.execv(sys.executable, [sys.executable, "-m", "api.cli", "serve", *options])  # noqa: S606


def require_free(host: str, port: int) -> None:
    """Return if the address can be listened on.

    Raises
    ------
    Failure
        The port is taken, or the address is none of this machine's.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # As the server itself does: the last one's closed connections are no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            words = say("Port %(port)s is taken. Choose another one with --port.", port=port)
        else:
            reason = error.strerror or str(error)
            words = say("Cannot listen on %(host)s:%(port)s: %(reason)s", host=host, port=port, reason=reason)
        raise Failure(words) from error
