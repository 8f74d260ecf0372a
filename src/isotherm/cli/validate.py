"""`isotherm validate`: a template checked where it is written."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from isotherm import __version__
from isotherm.author.codes import CODES
from isotherm.author.findings import findings
from isotherm.author.sarif import sarif
from isotherm.author.tidy import tidied
from isotherm.cli.inputs import FILE, inputs, pairs
from isotherm.model.problem import Problem, Severity
from isotherm.template.report import near
from isotherm.types.registry import registry

SHOWN_ALLOWED = 8  # a longer list is in the reference


def as_text(found: Sequence[Problem]) -> str:
    return "\n".join(line(one) for one in found)


def line(one: Problem) -> str:
    allowed = f" Allowed: {', '.join(one.allowed)}." if 0 < len(one.allowed) <= SHOWN_ALLOWED and not one.hint else ""
    return f"{one}{allowed} [{one.severity}: {one.code}]"


def as_json(found: Sequence[Problem]) -> str:
    return json.dumps([asdict(one) for one in found], indent=2)


def as_sarif(found: Sequence[Problem]) -> str:
    return json.dumps(sarif(found, __version__), indent=2)


FORMATS: Mapping[str, Callable[[Sequence[Problem]], str]] = {"text": as_text, "json": as_json, "sarif": as_sarif}


@click.command("validate")
@click.argument("templates", metavar="TEMPLATE...", type=FILE, nargs=-1, required=True)
@inputs
@click.option("--format", "form", type=click.Choice([*FORMATS]), default="text", show_default=True)
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave out findings with this code; may be repeated.")
@click.option("--schema-only", is_flag=True, help="Check without any parameter's value: all branches of all conditions.")
def command(templates: tuple[Path, ...], environments: tuple[Path, ...], parameters: tuple[tuple[str, str], ...], form: str,
            ignore: tuple[str, ...], schema_only: bool) -> None:
    """Check templates without a cloud: language, types, properties, references, and the files they use.

    Each finding is one line, file:line:column first. Exit code 1: there are errors; warnings alone do not count.
    Parameters without a value are no error.
    """
    for code in ignore:
        if code not in CODES:
            raise click.BadParameter(f"{code!r} is no code of a finding. {near(code, CODES)}", param_hint="--ignore")
    given, types = pairs(parameters), registry()
    found = tidied(one for file in templates for one in findings(file, environments, types=types, parameters=given, schema_only=schema_only, ignore=ignore))
    text = FORMATS[form](found)
    if text:
        click.echo(text)
    if any(one.severity is Severity.ERROR for one in found):
        sys.exit(1)
