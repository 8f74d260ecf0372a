"""What all long-running commands do: read settings, log, and run until told to stop."""

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from isotherm.config import Settings
from isotherm.configfile import ConfigError, load
from isotherm.home import HomeError
from isotherm.server import ListenError

F = TypeVar("F", bound=Callable[..., Any])

LINE = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
WRONG_CONFIGURATION = 78  # sysexits.h, EX_CONFIG: starting again will not help

config_option: Callable[[F], F] = click.option(
    "--config", "files", type=click.Path(path_type=Path), multiple=True,
    help="INI file with options; may be repeated. /etc/isotherm/isotherm.conf if there is one.")  # fmt: skip


@contextmanager
def one_sentence() -> Iterator[None]:
    """Ends the process with one line on standard error when what it was given cannot be used."""
    try:
        yield
    except (ConfigError, ListenError, HomeError) as error:
        click.echo(f"isotherm: {error}", err=True)
        sys.exit(WRONG_CONFIGURATION)


def settings_from(files: tuple[Path, ...], **overrides: dict[str, Any]) -> Settings:
    """The settings, with options of the command line that were given (not None) before all else."""
    given = {
        group: {name: value for name, value in values.items() if value is not None}
        for group, values in overrides.items()
    }
    return load(files or None, given)


def collect_rarely() -> None:
    """Look for garbage less often than Python does by default: compiling a large template makes a great many objects that stay,
    and each look visits them all. A third less time for 5,000 resources, and no more memory (bench/validate.py)."""
    gc.set_threshold(50_000, 20, 100)


def log_to_stderr(level: str) -> None:
    """Lines on standard error; the service manager adds files and rotation."""
    logging.basicConfig(level=level, format=LINE, stream=sys.stderr)
    logging.getLogger("keystonemiddleware").setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for chatty in ("urllib3", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("keystonemiddleware.auth_token").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Each process caches the tokens it checked on purpose, unless memcached servers are configured."""
    return not str(record.msg).startswith("Using the in-process token cache")


def stop_signal() -> threading.Event:
    """An event that SIGINT and SIGTERM set; a second one ends the process at once."""
    told = threading.Event()

    def tell(number: int, frame: object) -> None:
        if told.is_set():
            os._exit(128 + number)  # threads that are still at work would keep the process alive
        told.set()

    signal.signal(signal.SIGINT, tell)
    signal.signal(signal.SIGTERM, tell)
    return told
