"""Options about the simulated cloud, for the commands that start one."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from isotherm.sim.faults import parse
from isotherm.sim.settings import Settings, parse_delays

F = TypeVar("F", bound=Callable[..., Any])

OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--delay",
        "delays",
        multiple=True,
        metavar="KIND=SECONDS",
        help="How long changes of a kind take, e.g. server=2.",
    ),
    click.option(
        "--latency", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS", help="How long each request is held."
    ),
    click.option("--fail", "faults", multiple=True, metavar="RULE", help="A failure, e.g. 'compute POST /servers 5%'."),
    click.option("--seed", type=int, help="Of the dice that failures throw; another run of the same seed fails alike."),
)


def simulated_options(command: F) -> F:
    """Adds the options to a command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def simulated_settings(delays: tuple[str, ...], latency: float, faults: tuple[str, ...], seed: int | None) -> Settings:
    """What the options say. Raises click.BadParameter."""
    try:
        for rule in faults:
            parse(rule)
        return Settings(delays=parse_delays(delays), latency=latency, faults=faults, seed=seed)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
