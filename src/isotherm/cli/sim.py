"""`isotherm sim`: the simulated cloud alone."""

import sqlite3
from pathlib import Path

import click

from isotherm.cli.simulated import simulated_options, simulated_settings
from isotherm.sim.server import run
from isotherm.sim.settings import RunOptions


@click.command("sim")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True, help="Port; 0: any free one.")
@click.option(
    "--data",
    type=click.Path(dir_okay=False, path_type=Path),
    help="SQLite file that keeps the cloud; else it is forgotten.",
)
@simulated_options
def command(host: str, port: int, data: Path | None, delays: tuple[str, ...], latency: float, faults: tuple[str, ...],
            seed: int | None) -> None:  # fmt: skip
    """Run a simulated OpenStack cloud over HTTP. Users demo, admin and isotherm have the password "secret"."""
    options = RunOptions(host, port, data, simulated_settings(delays, latency, faults, seed))
    try:
        run(options)
    except (OSError, sqlite3.DatabaseError) as error:
        raise click.ClickException(f"{host} port {port} or {data} cannot be used: {error}") from None
