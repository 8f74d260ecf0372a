"""`isotherm describe`: what a template asks for and gives."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from isotherm.author.checking import check
from isotherm.author.description import Description, describe
from isotherm.author.dot import dot
from isotherm.author.prose import prose
from isotherm.author.sources import load
from isotherm.author.svg import NotDrawn, svg
from isotherm.cli.inputs import FILE, inputs, pairs
from isotherm.cli.validate import as_text
from isotherm.engine.implied import implied_dependencies
from isotherm.model.errors import Invalid
from isotherm.model.problem import Severity
from isotherm.types.registry import registry

FORMATS: Mapping[str, Callable[[Description], str]] = {
    "text": prose,
    "json": lambda described: json.dumps(described.document, indent=2, default=str),
    "dot": lambda described: dot(described).rstrip("\n"),
    "svg": lambda described: svg(dot(described), len(described.resources)),
}


@click.command("describe")
@click.argument("template", type=FILE)
@inputs
@click.option("--format", "form", type=click.Choice([*FORMATS]), default="text", show_default=True,
              help="text; json; the graph of resources as DOT; or drawn as SVG.")
def command(template: Path, environments: tuple[Path, ...], parameters: tuple[tuple[str, str], ...], form: str) -> None:
    """Show a template's parameters, outputs with their types, resource types, and what needs what.

    Errors in it are told on standard error, and end the command with exit code 1.
    """
    types = registry()
    try:
        sources = load(template, environments)
        checked = check(sources.template, sources.environment, sources.files, types=types, parameters=pairs(parameters))
        errors = [one for one in sources.located(checked.problems, pairs(parameters).keys()) if one.severity is Severity.ERROR]
        if errors:
            raise Invalid(errors)
        click.echo(FORMATS[form](describe(checked, implied_dependencies(checked.definition, types))))
    except Invalid as error:
        click.echo(as_text(error.problems), err=True)
        sys.exit(1)
    except NotDrawn as error:
        raise click.ClickException(str(error)) from None
