"""Options that commands about templates share, and what they stand for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Pair(click.ParamType[tuple[str, str]]):
    """NAME=VALUE"""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, separator, text = str(value).partition("=")
        if not separator or not name:
            self.fail(f"{value!r} is not NAME=VALUE", param, ctx)
        return name, text


def inputs(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --environment and --parameter."""
    environments = click.option("-e", "--environment", "environments", type=FILE, multiple=True,
                                help="Environment file; may be repeated, later ones win.")
    parameters = click.option("-P", "-p", "--parameter", "parameters", type=Pair(), multiple=True, metavar="NAME=VALUE",
                              help="Value of a parameter; may be repeated.")
    return environments(parameters(command))


def pairs(given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The parameters as a map; of several values for one name the last wins."""
    return dict(given)
