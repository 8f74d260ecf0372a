"""`isotherm engine`: workers."""

import os
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import click

from isotherm import wire
from isotherm.cli import unread
from isotherm.cli.process import (
    WRONG_CONFIGURATION,
    collect_rarely,
    config_option,
    log_to_stderr,
    one_sentence,
    settings_from,
    stop_signal,
)
from isotherm.cli.supervisor import Supervisor
from isotherm.config import Settings


@click.command("engine")
@click.option("--workers", type=click.IntRange(min=1), help="Processes instead of [engine] workers.")
@click.option("--supervised", is_flag=True, hidden=True)
@config_option
def command(workers: int | None, supervised: bool, files: tuple[Path, ...]) -> None:
    """Run workers until told to stop. With more than one, each is a process of its own and is replaced when it dies."""
    told = stop_signal()
    collect_rarely()
    with one_sentence():
        settings = settings_from(files, engine={"workers": workers})
        log_to_stderr(settings.log.level)
    if not supervised:  # the supervisor has said it
        unread.warn(files, settings)
    if settings.engine.workers > 1:
        sys.exit(_supervise(settings.engine.workers, files, told))
    if supervised:
        threading.Thread(target=_watch_parent, args=(told,), name="parent", daemon=True).start()
    _work(settings, told)


def _work(settings: Settings, told: threading.Event) -> None:
    """One worker, in this process."""
    with ExitStack() as parts:
        with one_sentence():
            store = wire.make_store(settings)
        parts.callback(store.dispose)
        bus, clouds, compiled = (
            wire.make_bus(settings),
            wire.make_clouds(settings),
            wire.make_definitions(settings, store),
        )
        parts.callback(clouds.close)
        engine = wire.make_engine(settings, store, clouds, bus, compiled)
        engine.start()
        parts.callback(engine.stop)
        click.echo("ready: 1 worker")
        told.wait()


def _supervise(workers: int, files: tuple[Path, ...], told: threading.Event) -> int:
    arguments = [sys.executable, "-m", "isotherm.cli.main", "engine", "--supervised", "--workers", "1"]
    for file in files:
        arguments += ["--config", str(file)]
    supervisor = Supervisor(arguments, workers, told, hopeless=WRONG_CONFIGURATION)
    supervisor.start()
    click.echo(f"ready: {workers} workers")
    return supervisor.wait()


def _watch_parent(told: threading.Event) -> None:
    """Standard input ends when the supervisor does, however it died: nobody may be left without one."""
    while os.read(0, 1):
        pass
    told.set()
