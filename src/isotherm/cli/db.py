"""`isotherm db`: the database."""

from pathlib import Path

import click

from isotherm import wire
from isotherm.cli.process import config_option, one_sentence, settings_from


@click.group("db")
def command() -> None:
    """Look after the database."""


@command.command("upgrade")
@config_option
def upgrade(files: tuple[Path, ...]) -> None:
    """Bring the database to the newest schema; it may be run while the service runs."""
    with one_sentence():
        store = wire.make_store(settings_from(files))
    click.echo(f"The {store.dialect} database has the newest schema.")
    store.dispose()
