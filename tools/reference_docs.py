"""Writes the reference pages from the declarations in the code.

    python tools/reference_docs.py            write docs/reference/
    python tools/reference_docs.py --check    write nothing; end with 1 when a page is not as the code has it

Pages that are written by hand (`differences.md`) are left alone.
"""

import argparse
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from reference_cells import anchor, cell
from reference_codes import codes
from reference_errors import errors
from reference_types import services, type_index, type_page

from isotherm.api.policy import defaults
from isotherm.api.routes import ROUTES
from isotherm.cli.config import markdown
from isotherm.cli.main import COMMANDS, cli
from isotherm.config import options
from isotherm.model.schema import TYPE_NAMES
from isotherm.template.functions import FUNCTIONS, Function
from isotherm.template.versions import DIALECTS, HOT_VERSIONS, Dialect

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
MADE = "<!-- Made by tools/reference_docs.py from the code: `make docs` writes it anew. -->"
HAND_WRITTEN = frozenset({"differences.md"})


def pages() -> dict[str, str]:
    """Every generated page: name -> text."""
    made: dict[str, Iterable[str]] = {
        "options.md": markdown(options()),
        "commands.md": commands(),
        "api.md": api(),
        "functions.md": functions(),
        "errors.md": errors(),
        "codes.md": codes(),
        "recorded-differences.md": recorded_differences(),
        "index.md": index(),
        "types/index.md": type_index(),
    }
    for service in services():
        made[f"types/{service.lower()}.md"] = type_page(service)
    return {name: "\n".join([MADE, "", *lines]).rstrip() + "\n" for name, lines in made.items()}


def index() -> Iterator[str]:
    yield from ("# Reference", "", "Made from the declarations in the code, so it says what this version does.", "")
    yield from (
        "| page | what it lists |", "|---|---|",
        "| [Options](options.md) | every setting: type, default, environment variable, Heat's name for it |",
        "| [Commands](commands.md) | the `isotherm` command |",
        "| [Resource types](types/index.md) | properties, attributes and what an update does to each |",
        "| [Template functions](functions.md) | which version has which, in values and in conditions |",
        "| [API](api.md) | routes with their policy rules, and every rule's default |",
        "| [Errors](errors.md) | error types of the API, and which findings they tell |",
        "| [Findings](codes.md) | the stable codes of what checks find, with cures and examples |",
        "| [Differences from Heat](differences.md) | what is not the same, and why (written by hand) |",
    )


# -- command line --------------------------------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    yield from ("# Commands", "", "Every command takes `-h`. Wrong configuration ends a command with exit code 78 and one sentence.")
    context = click.Context(cli, info_name="isotherm")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        yield from command_section(f"isotherm {name}", command, context)


def command_section(title: str, command: click.Command, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=title.split()[-1], parent=parent)
    yield from ("", f"## {title}", "", inspect.cleandoc(command.help or ""), "")
    shown = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if shown or not isinstance(command, click.Group):
        yield from usage(title, command, shown, context)
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from command_section(f"{title} {name}", inner, context)


def usage(title: str, command: click.Command, shown: list[click.Option], context: click.Context) -> Iterator[str]:
    yield from ("```text", f"{title} {' '.join(command.collect_usage_pieces(context))}", "```", "")
    if shown:
        yield from ("| option | default | meaning |", "|---|---|---|")
    for one in shown:
        yield option_row(one, context)


def option_row(one: click.Option, context: click.Context) -> str:
    value = "" if one.is_flag else " " + (one.make_metavar(context) or "")
    default = one.get_default(context)
    told = f"`{default}`" if default not in (None, "", ()) and isinstance(default, str | int | float | Path) else ""
    again = " May be repeated." if one.multiple and "repeated" not in (one.help or "") else ""
    return f"| `{', '.join(one.opts)}{value.replace('|', chr(92) + '|')}` | {told} | {cell(one.help or 'The form of the output.')}{again} |"


# -- template functions --------------------------------------------------------------------------------------------------


def functions() -> Iterator[str]:
    yield from ("# Template functions", "", "A function written differently in a later version stands once for each form.", "")
    yield from ("## Versions", "", "| entry of the template | versions |", "|---|---|")
    hot = ", ".join(f"`{version}`" + (f" (`{names[0]}`)" if names else "") for version, names in HOT_VERSIONS.items())
    yield from (f"| `heat_template_version` | {hot} |", "| `AWSTemplateFormatVersion` | `2010-09-09` |", "| `HeatTemplateFormatVersion` | `2012-12-12` |")
    shown = [one for key, one in dialects().items()]
    yield from ("", "## Which version has which", "", "● in values, ◐ in values and conditions, ○ in conditions only", "")
    yield "| function | " + " | ".join(short(one) for one in shown) + " |"
    yield "|---|" + "---|" * len(shown)
    for name in sorted(FUNCTIONS, key=str.lower):
        marks = [mark(name, one) for one in shown]
        yield f"| [`{name}`](#{anchor(name)}) | " + " | ".join(marks) + " |"
    yield from ("", "## What each does")
    for name in sorted(FUNCTIONS, key=str.lower):
        yield from ("", f"### {name} {{: #{anchor(name)} }}", "")
        for row in FUNCTIONS[name]:
            yield from (f"*{window(row)}.* {row.doc}", "", f"Takes {form(row)}.", "")


def dialects() -> dict[str, Dialect]:
    return {one.version: one for one in DIALECTS.values()}


def short(one: Dialect) -> str:
    return one.version if one.hot else {"aws": "AWS 2010-09-09", "heat": "Heat 2012-12-12"}[one.family]


def mark(name: str, one: Dialect) -> str:
    value, condition = (any(row.holds(one, where) for row in FUNCTIONS[name]) for where in (False, True))
    return {(True, True): "◐", (True, False): "●", (False, True): "○", (False, False): ""}[value, condition]


def window(row: Function) -> str:
    parts = []
    if "hot" in row.families:
        parts.append(f"HOT from {row.since}" + (f", no longer from {row.until}" if row.until else ""))
    parts += [{"aws": "AWSTemplateFormatVersion", "heat": "HeatTemplateFormatVersion"}[one] for one in row.families if one != "hot"]
    where = "; conditions only" if row.condition_only else ""
    if row.condition_since is not None and not row.condition_only:
        where = "; in conditions too" + (f" from {row.condition_since}" if row.condition_since > row.since else "")
    return " and ".join(parts) + where


def form(row: Function) -> str:
    if row.shape == "value":
        kinds = [TYPE_NAMES[one] for one in row.arguments[0].kinds if one in TYPE_NAMES]
        return f"a value ({' or '.join(kinds)})" if kinds else "one value"
    if row.shape == "map":
        return "a map with " + ", ".join(f"`{one.name}`" + ("" if one.default is ... else " (optional)") for one in row.arguments)
    listed = [f"`{one.name}`" + ("" if one.default is ... else " (optional)") for one in row.arguments]
    return "a list of " + ", ".join([*listed, *([f"any number of `{row.rest.name}`"] if row.rest else [])])


# -- API -----------------------------------------------------------------------------------------------------------------


def api() -> Iterator[str]:
    yield from (
        "# API", "",
        "The OpenStack Orchestration API v1. Paths are below `/v1/{project}`; requests carry `X-Auth-Token`. Every answer has "
        "`X-Openstack-Request-Id`, which the log repeats. Without a token: `GET /` and `GET /v1` (versions), `GET /healthcheck` "
        "(200 while the database answers, else 503).", "",
        "A path with a stack's name only is answered `302` with the full one; `{stack_name}` may hold the stack's id as well.", "",
        "## Routes", "", "| method | path | policy rule | what it does |", "|---|---|---|---|")
    for route in ROUTES:
        rule = f"`{route.rule}`" if isinstance(route.rule, str) else "`stacks:update_patch`; `stacks:update_no_change` when nothing is new"
        yield f"| {route.method} | `{route.path}` | {rule} | {cell(handler_doc(route.handler))} |"
    yield from ("", "## Policy rules", "", "An operator's file (`[api] policy_file`) replaces single rules. Rules for what this version has no "
                "route for are there so that a policy file written for Heat can be used.", "", "| rule | default |", "|---|---|")
    for rule in defaults():
        yield f"| `{rule.name}` | `{cell(rule.check_str) or '(everybody)'}` |"


def handler_doc(handler: Callable[..., Any]) -> str:
    doc = inspect.getdoc(handler) or ""
    return doc.split("\n\n")[0].replace("\n", " ") or "The full URL of what is named."


def recorded_differences() -> Iterator[str]:
    """What the runner of the recorded cases takes for meant."""
    yield from ("# Recorded differences of the template language", "", "Cases recorded from Heat in which Isotherm answers otherwise on purpose; "
                "`tests/conformance` runs all of them. [Differences from Heat](differences.md) is the wider list.", "", "| case | why |", "|---|---|")
    for case, why in json.loads((ROOT / "tests" / "conformance" / "differences.json").read_text()).items():
        yield f"| {cell(case)} | {cell(why)} |"


# -- writing -------------------------------------------------------------------------------------------------------------


def stale(made: Mapping[str, str], folder: Path = PAGES) -> list[str]:
    """Pages that are missing, that the code has otherwise, or that nothing makes any more."""
    there = {str(path.relative_to(folder)) for path in folder.rglob("*.md")} - HAND_WRITTEN
    wrong = [name for name, page in made.items() if not (folder / name).is_file() or (folder / name).read_text() != page]
    return sorted({*wrong, *(there - made.keys())})


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the reference pages, or check that they are up to date.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when a page is out of date")
    made = pages()
    if parser.parse_args().check:
        wrong = stale(made)
        print("\n".join(f"docs/reference/{name} is out of date: run `make docs`" for name in wrong) or "reference pages: up to date")
        return bool(wrong)
    for name, page in made.items():
        path = PAGES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page)
    for name in set(stale(made)) - made.keys():
        (PAGES / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
