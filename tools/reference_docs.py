"""Writes the reference pages from the declarations in the code.

    python tools/reference_docs.py            write docs/reference/
    python tools/reference_docs.py --check    write nothing; end with 1 when a page is not as the code has it

Pages that are written by hand (`differences.md`) are left alone.
"""

import argparse
import ast
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import click
from reference_codes import codes

from isotherm.api.errors import ApiError
from isotherm.api.policy import defaults
from isotherm.api.routes import ROUTES
from isotherm.cli.config import markdown
from isotherm.cli.main import COMMANDS, cli
from isotherm.config import options
from isotherm.model.errors import IsothermError
from isotherm.model.schema import TYPE_NAMES, AllowedPattern, AllowedValues, Attr, Constraint, Custom, Length, Modulo, Prop, Range, Support
from isotherm.model.structure import of_attribute, spelled
from isotherm.template.functions import FUNCTIONS, Function
from isotherm.template.report import WIRES
from isotherm.template.versions import DIALECTS, HOT_VERSIONS, Dialect
from isotherm.types.base import ResourceType
from isotherm.types.registry import registry

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
SOURCE = ROOT / "src" / "isotherm"
MADE = "<!-- Made by tools/reference_docs.py from the code: `make docs` writes it anew. -->"
HAND_WRITTEN = frozenset({"differences.md"})

SERVICES: Mapping[str, str] = {"Heat": "work without a cloud", "Nova": "compute service", "Neutron": "network service", "Cinder": "block storage service"}


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


# -- resource types ------------------------------------------------------------------------------------------------------


def services() -> list[str]:
    return sorted({name.split("::")[1] for name in registry().names()})


def type_index() -> Iterator[str]:
    yield from ("# Resource types", "", "How to read the tables:", "")
    yield from (
        "- *required* properties have no default; `a.b` is key `b` of the map `a`; `a.*` is each element of the list `a`.",
        "- *update* says what a change does: **in place** the object stays; **replaces** a new one is made, what depends on it moves "
        "over, then the old one goes; **refused** the update fails. A type may spare a replacement where two values mean the same, "
        "and replace where its own properties say so (`replacement_policy`, `user_data_update_policy`).",
        "- *finds* means: a name or an id, looked up when the template is validated and again when it is needed.",
        "- Every type also has the attribute `show`: all that the service shows of the object.",
        "",
        "Outside packages add types: [Write a resource type](../../how-to/write-a-resource-type.md).",
        "",
        "| type | what it is |", "|---|---|",
    )
    for name in registry().names():
        kind = known(name)
        yield f"| [{name}]({name.split('::')[1].lower()}.md#{anchor(name)}) | {cell(kind.doc.splitlines()[0])} |"


def type_page(service: str) -> Iterator[str]:
    yield from (f"# OS::{service}: {SERVICES.get(service, service)}", "")
    for name in registry().names():
        if name.split("::")[1] == service:
            yield from type_section(name, known(name))


def type_section(name: str, kind: ResourceType) -> Iterator[str]:
    yield from (f"## {name} {{: #{anchor(name)} }}", "", kind.doc, "")
    facts = [support_text(kind.support), f"microversion {kind.microversion}" if kind.microversion else ""]
    if any(facts):
        yield from (f"*{'; '.join(fact for fact in facts if fact)}.*", "")
    if kind.open:
        yield from ("Properties and attributes that are not listed are accepted as well.", "")
    if kind.properties:
        yield from ("| property | type | update | default | meaning |", "|---|---|---|---|---|")
        for prop in kind.properties:
            yield from property_rows(prop, prop.name, top=True)
        yield ""
    else:
        yield from ("No properties of its own.", "")
    if kind.attributes:
        yield from ("| attribute | type | meaning |", "|---|---|---|")
        for attr in kind.attributes:
            yield attribute_row(attr)
        yield ""


def property_rows(prop: Prop, path: str, top: bool = False) -> Iterator[str]:
    update = ("refused" if prop.immutable else "in place" if prop.update else "replaces") if top else ""
    name = f"`{path}`" + (" *required*" if prop.required else "")
    yield f"| {name} | {TYPE_NAMES[prop.type]} | {update} | {default_text(prop.default)} | {cell(' '.join(meaning(prop)))} |"
    for inner in prop.schema or ():
        yield from property_rows(inner, f"{path}.{inner.name}")
    if prop.item:
        yield from property_rows(prop.item, f"{path}.*")


def meaning(prop: Prop) -> Iterator[str]:
    yield prop.doc
    yield from (limit_text(rule) for rule in prop.constraints)
    if prop.find:
        yield f"Finds a {prop.find.replace('_', ' ').replace('.', ' service ', 1)}."
    if prop.sensitive:
        yield "Never shown."
    if not prop.implemented:
        yield "Accepted, without effect."
    if support_text(prop.support):
        yield f"*{support_text(prop.support)}.*"


def attribute_row(attr: Attr) -> str:
    shape = of_attribute(attr)
    kind = spelled(shape) if shape.schema is None and shape.item is None else f"`{cell(spelled(shape))}`"
    note = f" *{support_text(attr.support)}.*" if support_text(attr.support) else ""
    return f"| `{attr.name}` | {kind} | {cell(attr.doc)}{note} |"


def limit_text(rule: Constraint) -> str:
    match rule:
        case Length(low, high):
            return f"Length {ends(low, high)}."
        case Range(low, high):
            return f"{ends(low, high).capitalize()}."
        case AllowedValues(values):
            return f"One of: {', '.join(f'`{value}`' for value in values)}."
        case AllowedPattern(pattern):
            return f"Matches `{pattern}`."
        case Modulo(step, offset):
            return f"A multiple of {step:g}{f' plus {offset:g}' if offset else ''}."
        case Custom(name):
            return f"Checked as `{name}`."


def ends(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:.0f}"
    return f"at least {low:g}" if low is not None else f"at most {high or 0:.0f}"


def support_text(status: Support) -> str:
    """Versions are those of Heat, under which users know them."""
    words = {"SUPPORTED": "", "HIDDEN": "hidden", "DEPRECATED": "deprecated", "UNSUPPORTED": "unsupported"}[status.status]
    text = " ".join(part for part in (words, f"since Heat {status.version}" if status.version else "") if part)
    return f"{text}: {status.message.rstrip('.')}" if status.message else text


def default_text(value: Any) -> str:
    return "" if value is None else f"`{cell(json.dumps(value, default=list))}`"


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


# -- errors --------------------------------------------------------------------------------------------------------------


def errors() -> Iterator[str]:
    yield from (
        "# Errors", "",
        "An error is answered in the shape that clients of Heat know: `code`, `title`, `explanation` and `error` with `type`, `message` "
        "and `traceback` (always null). When an input has been refused, `problems` lists every finding: `code`, `message`, `hint`, "
        "`severity`, `file`, `line`, `column`, `path` and `allowed`.", "",
        "## Families", "", "| class | status | `error.type` unless it says otherwise | meaning |", "|---|---|---|---|")
    for cls in (*families(IsothermError), ):
        yield f"| {cls.__name__} | {cls.status} | `{cls.wire}` | {cell((inspect.getdoc(cls) or '').split(chr(10) * 2)[0])} |"
    yield from ("", "## Findings", "", "Codes are stable. `…` stands for what was found.", "",
                "| code | `error.type` | what it says | found in |", "|---|---|---|---|")
    types = {**WIRES, **special_types()}
    for code, (messages, places) in sorted(findings().items()):
        said = "<br>".join(cell(message) for message in messages[:3])
        yield f"| `{code}` | `{types.get(code, 'StackValidationFailed')}` | {said} | {', '.join(places)} |"


def recorded_differences() -> Iterator[str]:
    """What the runner of the recorded cases takes for meant."""
    yield from ("# Recorded differences of the template language", "", "Cases recorded from Heat in which Isotherm answers otherwise on purpose; "
                "`tests/conformance` runs all of them. [Differences from Heat](differences.md) is the wider list.", "", "| case | why |", "|---|---|")
    for case, why in json.loads((ROOT / "tests" / "conformance" / "differences.json").read_text()).items():
        yield f"| {cell(case)} | {cell(why)} |"


def families(cls: type[IsothermError]) -> Iterator[type[IsothermError]]:
    for inner in cls.__subclasses__():
        if inner is not ApiError:
            yield inner
        yield from families(inner)


CODE = re.compile(r"[a-z]+(-[a-z]+)+|invalid")
WORDS = re.compile(r"[a-z]{2,}")
PLAIN = "bad-argument"                  # the code of a BadArgument that names none
Findings = dict[str, tuple[list[str], list[str]]]


@cache
def trees() -> dict[Path, ast.Module]:
    """The modules that report problems, parsed."""
    return {path: ast.parse(path.read_text()) for part in ("model", "template", "types", "engine", "cloud")
            for path in sorted((SOURCE / part).rglob("*.py"))}


def special_types() -> dict[str, str]:
    """code -> the error type of an `Invalid` that is raised with both."""
    found: dict[str, str] = {}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) == "Invalid":
                wires = [one.value.value for one in node.keywords if one.arg == "wire" and isinstance(one.value, ast.Constant)]
                inner = ast.Module([ast.Expr(one) for one in node.args], [])
                found |= {code: str(wire) for wire in wires for code, _ in reported(inner)}
    return found


def findings() -> Findings:
    """code -> (what it says, modules), as the calls that report problems have it."""
    found: Findings = {}
    for path, tree in trees().items():
        for code, message in reported(tree):
            messages, places = found.setdefault(code, ([], []))
            place = str(path.relative_to(SOURCE).with_suffix(""))
            if place not in places:
                places.append(place)
            if message and message not in messages:
                messages.append(message)
    return found


def reported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(code, message) of each call that is given both, and of each BadArgument."""
    named = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [named.get(one.id, one) if isinstance(one, ast.Name) else one for one in node.args]
        codes = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.fullmatch(one.value)]
        message = next((said for said in map(text, node.args) if len(WORDS.findall(said)) > 1), "")
        if called(node) == "BadArgument":
            yield (codes or ["bad-call" if any(isinstance(one, ast.Name) and one.id == "MISUSE" for one in node.args) else PLAIN])[0], message
        elif codes and (message or called(node) in ("Problem", "problem", "wrong")):
            yield codes[0], message


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def text(node: ast.expr) -> str:
    """A message as far as it is written in the code."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        return node.value.strip()
    if isinstance(node, ast.JoinedStr):
        return re.sub("…+", "…", "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)).strip()
    return ""


# -- writing -------------------------------------------------------------------------------------------------------------


def known(name: str) -> ResourceType:
    kind = registry().get(name)
    assert kind is not None
    return kind


def anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def cell(words: str) -> str:
    """Text that stays within a cell of a table."""
    return " ".join(words.split()).replace("|", "\\|")


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
