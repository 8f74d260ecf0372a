"""The reference page of the codes that findings have, made from their table."""

from collections.abc import Iterator

from isotherm.author.codes import GROUPS, Code
from isotherm.author.codes.code import Example

INTRODUCTION = (
    "# Findings", "",
    "Each finding of a check has one of these codes, in `isotherm validate`, in the API's `problems` and `Warnings`, and in editors. Codes "
    "are stable: scripts may rely on them. `--ignore CODE` leaves findings out on the command line, `ignore_errors=CODE,CODE` in "
    "`POST /validate`. The [errors page](errors.md) tells which error type of the API goes with each.", "",
    "The severity is that of most findings with the code; where less depends on it, an error is told as a warning. Errors are refused, "
    "warnings and deprecations are only told, unless `isotherm validate --strict` is asked. The codes of resource types outside this tree are "
    "their authors': they may be ignored like the others.",
)


def codes() -> Iterator[str]:
    """A table of all, then a section for each with its cure and an example."""
    yield from INTRODUCTION
    for title, group in GROUPS.items():
        yield from ("", f"## {title}", "", "| code | severity | meaning |", "|---|---|---|")
        yield from (f"| [`{one.name}`](#{one.name}) | {one.severity} | {one.sentence} |" for one in group)
        for one in group:
            yield from section(one)


def section(one: Code) -> Iterator[str]:
    yield from ("", f"### {one.name} {{: #{one.name} }}", "", f"{one.sentence} {one.cure}")
    if one.example is not None:
        yield from example(one.example)
    else:
        yield from ("", f"It takes more than a short text: {one.without[0].lower()}{one.without[1:]}")


def example(one: Example) -> Iterator[str]:
    shown = [("", one.template), ("The environment:", one.environment), ("A later environment:", one.later),
             *((f"`{name}`:", text) for name, text in one.files.items())]
    for title, text in shown:
        if text:
            yield from ("", *((title, "") if title else ()), "```yaml", *printable(text).rstrip("\n").split("\n"), "```")


def printable(text: str) -> str:
    """Half a character cannot be written to a page."""
    return text.encode("utf-8", "backslashreplace").decode()
