"""The command itself: which subcommands there are."""

from collections.abc import Mapping
from importlib import import_module

import click

from isotherm import __version__

# Loaded when they are called: `isotherm --help` needs no database driver.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("isotherm.cli.up", "Run everything in one process, with a simulated cloud."),
    "api": ("isotherm.cli.api", "Serve the API."),
    "engine": ("isotherm.cli.engine", "Run workers."),
    "sim": ("isotherm.cli.sim", "Run a simulated OpenStack cloud."),
    "validate": ("isotherm.cli.validate", "Check a template without a cloud."),
    "schema": ("isotherm.cli.schema", "Print a JSON Schema of the template language, for editors."),
    "lsp": ("isotherm.cli.lsp", "Serve editors by the Language Server Protocol."),
    "describe": ("isotherm.cli.describe", "Show what a template asks for and gives."),
    "db": ("isotherm.cli.db", "Look after the database."),
    "config": ("isotherm.cli.config", "Print every option, or check a file of them."),
}


class Commands(click.Group):
    """Imports a command's module when it is used."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[name][0]).command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, doc) for name, (_, doc) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="isotherm")
def cli() -> None:
    """Isotherm: templates in, running infrastructure out."""


if __name__ == "__main__":
    cli(prog_name="isotherm")
