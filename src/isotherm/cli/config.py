"""`isotherm config`: every option, as a file to start from or as a reference page; and what is wrong with a file."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any, get_origin

import click

from isotherm.cli.process import config_option, one_sentence, settings_from
from isotherm.cli.unread import unread
from isotherm.config import Option, groups, options

INTRODUCTION = (
    "# Options",
    "",
    "Options are read from INI files (`--config`, else `/etc/isotherm/isotherm.conf`), then from the environment. In a",
    "file, `$$` stands for a dollar sign. The last column is where Heat has an option of the same",
    "meaning: it is read from there as well.",
)


@click.group("config", invoke_without_command=True)
@click.option("--format", "form", type=click.Choice(["ini", "markdown", "json"]), default="ini", show_default=True)
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """Print every option with its type, default and meaning; or, with `check`, look for mistakes in a file."""
    if context.invoked_subcommand is None:
        click.echo("\n".join(FORMS[form](list(options()))))


@command.command("check")
@config_option
def check(files: tuple[Path, ...]) -> None:
    """Look for values that cannot be used, and for options that nobody reads.

    Exit code 0: all is read, but for options of Heat, which are named; 1: an option or a section does nothing; 78: a value cannot be
    used.
    """
    with one_sentence():
        settings = settings_from(files)
    found = unread(files, settings)
    for one in sorted(found, key=lambda one: not one.wrong):
        click.echo(f"{'error' if one.wrong else 'note'}: {one}")
    if any(one.wrong for one in found):
        sys.exit(1)


def ini(all_options: Iterable[Option]) -> Iterator[str]:
    """A configuration file in which every option stands at its default, commented out."""
    for group, members in groupby(all_options, key=lambda option: option.group):
        yield from (f"# {_doc(group)}", f"[{group}]", "")
        for option in members:
            yield from (f"# {line}" for line in wrap(f"{option.doc} {_allowed(option)}".strip(), 100))
            yield from (f"#{option.name} = {_text(option.default).replace('$', '$$')}", "")


def markdown(all_options: Iterable[Option]) -> Iterator[str]:
    """A reference page."""
    yield from INTRODUCTION
    for group, members in groupby(all_options, key=lambda option: option.group):
        yield from ("", f"## {group}", "", _doc(group), "")
        yield from ("| option | type | default | meaning | environment variable | Heat |", "|---|---|---|---|---|---|")
        for o in members:
            default = f"`{_text(o.default)}`" if _text(o.default) else ""
            doc = f"{o.doc} {_allowed(o)}".strip().replace("|", "\\|")
            yield f"| `{o.name}` | {_type(o)} | {default} | {doc} | `{o.variable}` | {f'`{o.was}`' if o.was else ''} |"


def as_json(all_options: Iterable[Option]) -> Iterator[str]:
    """Everything that is declared, for tools."""
    yield json.dumps([{**o._asdict(), "type": _type(o), "variable": o.variable} for o in all_options], indent=2)


FORMS: Mapping[str, Callable[[Iterable[Option]], Iterator[str]]] = {"ini": ini, "markdown": markdown, "json": as_json}


def _doc(group: str) -> str:
    return " ".join((groups()[group].__doc__ or "").split())


def _type(option: Option) -> str:
    if get_origin(option.type) is tuple:
        return "list"
    return {str: "string", int: "integer", float: "number", bool: "boolean"}[option.type]


def _allowed(option: Option) -> str:
    if option.choices:
        return f"One of: {', '.join(option.choices)}."
    bounds = [
        f"at least {option.low:g}" if option.low is not None else "",
        f"at most {option.high:g}" if option.high is not None else "",
    ]
    text = ", ".join(bound for bound in bounds if bound)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
