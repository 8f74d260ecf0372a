"""`isotherm api`: the API alone."""

from contextlib import ExitStack
from pathlib import Path

import click

from isotherm import wire
from isotherm.cli import unread
from isotherm.cli.process import collect_rarely, config_option, log_to_stderr, one_sentence, settings_from, stop_signal
from isotherm.server import Server


@click.command("api")
@click.option("--host", help="Address to listen on instead of [api] host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on instead of [api] port.")
@config_option
def command(host: str | None, port: int | None, files: tuple[Path, ...]) -> None:
    """Serve the API; workers run elsewhere (`isotherm engine`). Prints "ready: URL" when it does."""
    told = stop_signal()
    collect_rarely()
    with ExitStack() as parts:
        with one_sentence():
            settings = settings_from(files, api={"host": host, "port": port})
            log_to_stderr(settings.log.level)
            unread.warn(files, settings)
            store = wire.make_store(settings)
            parts.callback(store.dispose)
            bus, clouds, compiled = (
                wire.make_bus(settings),
                wire.make_clouds(settings),
                wire.make_definitions(settings, store),
            )
            parts.callback(clouds.close)
            server = Server(settings.api.host, settings.api.port, settings.api.threads)
            parts.callback(server.stop)
            server.start(wire.make_api(settings, store, clouds, bus, compiled))
        click.echo(f"ready: {server.url}")
        told.wait()
