"""`isotherm schema`: the template language for editors."""

import json
from pathlib import Path
from typing import Any

import click

from isotherm.author.schema import schema
from isotherm.cli.inputs import FILE
from isotherm.model.errors import Invalid
from isotherm.template import merge, parse_environment
from isotherm.template.registry import Registry
from isotherm.types.registry import registry


@click.command("schema")
@click.option("-e", "--environment", "environments", type=FILE, multiple=True,
              help="Accept the types that this environment file maps; may be repeated.")
def command(environments: tuple[Path, ...]) -> None:
    """Print a JSON Schema of HOT with all resource types, for editors that complete and check YAML by a schema."""
    try:
        environment = merge(*(parse_environment(path.read_bytes(), str(path)) for path in environments))
    except Invalid as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(schema(registry(), sorted(mapped(environment.registry))), indent=1, default=str))


def mapped(own: Registry) -> set[Any]:
    """The names that a registry gives a meaning, in any of its parts."""
    return {name for name, target in own.types.items() if target is not None}.union(*(mapped(one) for one in own.resources.values()))
