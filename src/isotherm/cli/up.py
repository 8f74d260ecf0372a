"""`isotherm up`: everything in one process."""

import os
import sys
from pathlib import Path

import click

from isotherm import wire
from isotherm.cli import unread
from isotherm.cli.process import collect_rarely, config_option, log_to_stderr, one_sentence, stop_signal
from isotherm.cli.simulated import simulated_options, simulated_settings
from isotherm.configfile import load
from isotherm.home import Home

NEXT = """
Try, in another shell:
  export OS_CLIENT_CONFIG_FILE={clouds} OS_CLOUD=isotherm
  openstack stack create -t examples/web-tier.yaml --wait demo
  openstack stack resource list demo
  openstack server list
Ctrl-C ends it; the next start finds everything again.
"""


LEVELS = click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"])


@click.command("up")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    show_default=True,
    help="Directory of the databases, secrets and clouds.yaml.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8004, show_default=True, help="Port; 0: any free one.")
@click.option("--log", "level", type=LEVELS, default="WARNING", show_default=True, help="What goes to standard error.")
@config_option
@simulated_options
def command(
    data: Path,
    host: str,
    port: int,
    level: str,
    files: tuple[Path, ...],
    delays: tuple[str, ...],
    latency: float,
    faults: tuple[str, ...],
    seed: int | None,
) -> None:
    """Run the API, a worker and a simulated cloud in one process, on SQLite.

    Prints "ready: URL" once DIR/clouds.yaml is written and requests are served.
    """
    log_to_stderr(level)
    os.umask(0o077)  # databases hold users' data
    told = stop_signal()
    collect_rarely()
    with one_sentence():
        simulated = simulated_settings(delays, latency, faults, seed)
        if files:
            unread.warn(files, load(files))
        home = Home(data)
        running = wire.up(home, host, port, simulated, list(files))
    try:
        click.echo(f"ready: {running.url}")
        sys.stdout.flush()
        if sys.stdout.isatty():
            click.echo(NEXT.format(clouds=home.clouds_yaml), err=True)
        told.wait()
    finally:
        running.stop()
