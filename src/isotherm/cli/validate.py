"""`isotherm validate`: a template checked where it is written."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from isotherm.engine.inputs import type_problems
from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem, Severity
from isotherm.template import Environment, compile, merge, parse, parse_environment, problems
from isotherm.types.registry import registry

TEMPLATES = (".yaml", ".yml", ".template", ".json")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("validate")
@click.argument("templates", metavar="TEMPLATE...", type=FILE, nargs=-1, required=True)
@click.option(
    "-e", "--environment", "environments", type=FILE, multiple=True, help="Environment file; may be repeated."
)
@click.option("-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="May be repeated.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    templates: tuple[Path, ...], environments: tuple[Path, ...], parameters: tuple[str, ...], form: str
) -> None:
    """Check templates without a cloud: language, types, properties, references, and the files they use.

    Each finding is one line, file:line:column first. Exit code 1: there are errors; warnings alone do not count.
    Parameters without a value are no error.
    """
    found = [one for file in templates for one in check(file, environments, _pairs(parameters))]
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        for one in found:
            click.echo(f"{one} [{one.severity}: {one.code}]")
    if any(one.severity is Severity.ERROR for one in found):
        sys.exit(1)


def check(file: Path, environments: Sequence[Path], parameters: Mapping[str, Any]) -> list[Problem]:
    """Everything found in one template with these environments and parameters."""
    types = registry()
    try:
        environment = merge(*(parse_environment(path.read_text(), str(path)) for path in environments))
        template = parse(file.read_bytes(), str(file))
        files = dict(_files(template.document, file.parent)) | _registered(environment, environments)
        found = problems(template, environment, files, catalog=types, parameters=parameters, strict=False)
        if any(one.severity is Severity.ERROR for one in found):
            return found
        definition = compile(template, environment, files, catalog=types, parameters=parameters, strict=False)
        return [*found, *type_problems(definition, types)]
    except Invalid as error:
        return list(error.problems)
    except UnicodeDecodeError:
        raise click.ClickException(f"an environment of {', '.join(map(str, environments))} is not UTF-8 text") from None


def _files(document: Any, folder: Path, seen: frozenset[Path] = frozenset()) -> Iterator[tuple[str, str]]:
    """The files that a template names, under the names it uses; those of nested templates too."""
    for name in set(_names(document)):
        path = (folder / name.removeprefix("file://")).resolve()
        if path in seen or not path.is_file():
            continue
        text = path.read_text(errors="replace")
        yield name, text
        if path.suffix in TEMPLATES:
            try:
                yield from _files(parse(text, name).document, path.parent, seen | {path})
            except Invalid:
                continue  # no template, or one whose errors are told where it is used


def _names(document: Any) -> Iterator[str]:
    """Values of get_file, and resource types that are files."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            if isinstance(value, str) and (
                key == "get_file" or (key in ("type", "Type") and value.endswith(TEMPLATES))
            ):
                yield value
            else:
                yield from _names(value)
    elif isinstance(document, list | tuple):
        for value in document:
            yield from _names(value)


def _registered(environment: Environment, environments: Sequence[Path]) -> dict[str, str]:
    """Templates that the environments' resource registry names."""
    found: dict[str, str] = {}
    for folder in {path.parent for path in environments}:
        found |= dict(_files({"resources": _as_types(environment.document.get("resource_registry"))}, folder))
    return found


def _as_types(registry: Any) -> list[dict[str, str]]:
    if not isinstance(registry, Mapping):
        return []
    own = [{"type": value} for value in registry.values() if isinstance(value, str)]
    return own + [one for value in registry.values() for one in _as_types(value)]


def _pairs(parameters: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in parameters:
        name, separator, value = text.partition("=")
        if not separator:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--parameter")
        pairs[name] = value
    return pairs
