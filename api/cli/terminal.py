"""What every command begins with: its settings, its language, its way to fail in plain words."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from api.texts import gettext
from scheduler.config import Settings, prepare_data, server_key

F = TypeVar("F", bound=Callable[..., Any])

data_option: Callable[[F], F] = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the database and the server's key.",
)


class Failure(click.ClickException):
    """A command could not do its work; the message says why."""


def terminal_language() -> str:
    """Return the language of the terminal: Russian where its locale is Russian, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return "ru" if locale.lower().startswith("ru") else "en"


def say(message: str, **params: object) -> str:
    """Return a message in the terminal's language."""
    return gettext(terminal_language(), message, **params)


def settings_of(**options: object) -> Settings:
    """Return the settings: options that were given, then the environment, then what is usual.

    The environment is set to them, so that processes started from here have the same.

    Raises
    ------
    Failure
        A setting makes no sense, or the data folder cannot be used.
    """
    for name, value in options.items():
        if value is not None:
            os.environ[f"SMENA_{name.upper()}"] = str(value)
    try:
        settings = Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"SMENA_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}" for fault in error.errors()
        )
        raise Failure(faults) from error
    try:
        prepare_data(settings)
        server_key(settings)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        words = say(
            "The data folder %(folder)s cannot be used: %(reason)s. Choose another one with --data.",
            folder=settings.data,
            reason=reason,
        )
        raise Failure(words) from error
    return settings
