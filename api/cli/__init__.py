"""The terminal: `smena`.

Commands do as the machine's owner what the pages and the API do as an actor; both call the same services.
"""

from importlib import import_module

import click

COMMANDS = ("serve", "demo", "migrate", "allocate", "check", "user")
"""Each stands in a module of its name, which is loaded when it is called: the server's own process, which
lives as long as the service, holds nothing of the others."""


class Commands(click.Group):
    """The commands by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names in the order of a newcomer."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one of them."""
        if cmd_name not in COMMANDS:
            return None
        found = getattr(import_module(f"api.cli.{cmd_name}"), cmd_name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Commands)
@click.version_option(package_name="smena", prog_name="smena")
def main() -> None:
    """Shared workshops, trainers and internship places: requested, allocated, checked, published.

    Settings are environment variables with the prefix SMENA_ (SMENA_DATA, SMENA_PORT, ...); an option of a
    command comes before them.
    """
