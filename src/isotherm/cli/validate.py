"""`isotherm validate`: a template checked where it is written."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from isotherm import __version__
from isotherm.author.codes import codes_of, not_a_code
from isotherm.author.findings import findings
from isotherm.author.sarif import sarif
from isotherm.author.tidy import tidied
from isotherm.cli.inputs import FILE, inputs, pairs
from isotherm.model.problem import Problem, Severity
from isotherm.types.registry import registry

SHOWN_ALLOWED = 8  # a longer list is in the reference


def as_text(found: Sequence[Problem]) -> str:
    return "\n".join(line(one) for one in found)


def line(one: Problem) -> str:
    allowed = f" Allowed: {', '.join(one.allowed)}." if 0 < len(one.allowed) <= SHOWN_ALLOWED and not one.hint else ""
    return f"{one}{allowed} [{one.severity}: {one.code}]"


def as_json(found: Sequence[Problem]) -> str:
    return json.dumps([asdict(one) for one in found], indent=2)


def as_sarif(found: Sequence[Problem], docs: str) -> str:
    return json.dumps(sarif(found, __version__, codes_of(registry()), docs, Path.cwd()), indent=2)


@click.command("validate")
@click.argument("templates", metavar="TEMPLATE...", type=FILE, nargs=-1, required=True)
@inputs
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True)
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave out findings with this code; may be repeated.")
@click.option("--schema-only", is_flag=True, help="Check without any parameter's value: all branches of all conditions.")
@click.option("--strict", is_flag=True, help="Let warnings and deprecations count as errors do.")
@click.option("--docs", default="", metavar="URL", help="Where this documentation is published: SARIF then links each code to its page.")
def command(templates: tuple[Path, ...], environments: tuple[Path, ...], parameters: tuple[tuple[str, str], ...], form: str,
            ignore: tuple[str, ...], schema_only: bool, strict: bool, docs: str) -> None:
    """Check templates without a cloud: language, types, properties, references, and the files they use.

    Each finding is one line, file:line:column first. Exit code 0: no errors; 1: there are errors, or with --strict any findings; 2: the
    command itself was called wrongly. Parameters without a value are no error.
    """
    types, given = registry(), pairs(parameters)
    for code in ignore:
        why = not_a_code(code, types)
        if why:
            raise click.BadParameter(why, param_hint="--ignore")
    found = tidied(one for file in templates for one in findings(file, environments, types=types, parameters=given, schema_only=schema_only, ignore=ignore))
    text = as_json(found) if form == "json" else as_sarif(found, docs) if form == "sarif" else as_text(found)
    if text:
        click.echo(text)
    if any(strict or one.severity is Severity.ERROR for one in found):
        sys.exit(1)
