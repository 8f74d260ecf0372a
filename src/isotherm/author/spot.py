"""Where in a template a cursor is, told from indentation alone: the text need not be YAML yet. Rows and columns count from 0."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from isotherm.author.flow import flow

Path = tuple[Any, ...]

KEY = re.compile(r"""("[^"]*"|'[^']*'|[^\s#"'{\[\]},:&*!|>%@-][^#]*?|-[^\s#][^#]*?)\s*:(?=\s|$)""")
LITERAL = re.compile(r"[|>][0-9+-]*\s*(#.*)?$")
WORD = re.compile(r"[\w.:/\-]*")
BACKWARD = re.compile(r"[\w.:/\-]*$")
FLOW_REACH = 100  # lines that one flow collection may span


@dataclass(frozen=True, slots=True)
class Spot:
    """What a cursor is at.

    path: of the map that a key is of, or of the value itself. key, value: which of them the word is, or may become.
    word: as far as the cursor; row, start, end: where the whole word stands. before: earlier items of the list it is in, as far as
    they stand in flow style.
    """

    path: Path
    key: bool
    value: bool
    word: str
    row: int
    start: int
    end: int
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A line taken apart. dashes: columns of list markers; column: where its content begins; key: "" when it has none;
    rest: what follows the key, beginning at `after`."""

    dashes: tuple[int, ...]
    column: int
    key: str
    rest: str
    after: int


def whole(text: str, row: int, column: int) -> Spot | None:
    """The spot of the whole word at a cursor."""
    lines = text.split("\n")
    line = lines[row] if row < len(lines) else ""
    found = WORD.match(line, column)
    end = found.end() if found else column
    while end > column and line[end - 1] == ":":
        end -= 1
    return spot(text, row, end)


def spot(text: str, row: int, column: int) -> Spot | None:
    """The spot of a cursor; None in comments and in long texts, where nothing can be said."""
    lines = text.split("\n")
    if row >= len(lines):
        return None
    line = lines[row]
    prefix = line[:column]
    word = BACKWARD.search(prefix)
    begin = word.start() if word else column
    ending = WORD.match(line, column)
    end = ending.end() if ending else column
    while end > column and line[end - 1] == ":":
        end -= 1
    if text.lstrip()[:1] == "{":
        within = flow("\n".join([*lines[:row], prefix]))
        if within is None:
            return None
        return Spot(within.path, within.key, within.value, prefix[begin:], row, begin, end, within.before)
    first = flow_start(lines, row, prefix)
    if first is not None:
        own = taken_apart(lines[first] if first < row else prefix)
        within = flow("\n".join([own.rest, *lines[first + 1:row], prefix]) if first < row else own.rest)
        if within is not None:
            outer = (*block_path(lines, first, own), *((own.key,) if own.key else ()))
            return Spot((*outer, *within.path), within.key, within.value, prefix[begin:], row, begin, end, within.before)
    return in_block(lines, row, prefix, line, begin, end)


def in_block(lines: Sequence[str], row: int, prefix: str, line: str, begin: int, end: int) -> Spot | None:
    if re.search(r"(^|\s)#", prefix) or in_literal(lines, row, line):
        return None
    own = taken_apart(prefix)
    outer = block_path(lines, row, own)
    if own.key:
        return Spot((*outer, own.key), False, True, prefix[begin:], row, begin, end)
    begin = max(begin, own.column)
    is_key = re.match(r"\s*[\"']?\s*:(\s|$)", line[end:]) is not None
    return Spot(outer, True, not is_key, prefix[begin:], row, begin, end)


def taken_apart(line: str) -> Row:
    dashes = []
    column = len(line) - len(line.lstrip(" "))
    while line[column:column + 2] in ("- ", "-"):
        dashes.append(column)
        rest = line[column + 1:]
        column += 1 + len(rest) - len(rest.lstrip(" "))
    found = KEY.match(line, column)
    if found is None:
        return Row(tuple(dashes), column, "", line[column:], column)
    after = found.end() + len(line[found.end():]) - len(line[found.end():].lstrip(" "))
    return Row(tuple(dashes), column, found[1].strip("\"'"), line[after:], after)


def block_path(lines: Sequence[str], row: int, own: Row) -> Path:
    """The path of the container in which a line's content stands, from what is indented less above it."""
    path: list[Any] = []
    column, dashed = own.column, False
    for dash in reversed(own.dashes):
        path.insert(0, index(lines, row, dash))
        column, dashed = dash, True
    for above in range(row - 1, -1, -1):
        if not column and not dashed:
            break
        content = lines[above].lstrip(" ")
        indent = len(lines[above]) - len(content)
        if indent > column or (indent == column and not dashed) or not content.strip() or content.startswith("#"):
            continue
        line = taken_apart(lines[above])
        if line.key and (line.column < column or (dashed and line.column == column)):
            path.insert(0, line.key)
            column, dashed = line.column, False
        for dash in reversed(line.dashes):
            if dash < column:
                path.insert(0, index(lines, above, dash))
                column, dashed = dash, True
    return tuple(path)


def index(lines: Sequence[str], row: int, dash: int) -> int:
    """Which item of its list the marker in this column is."""
    count = 0
    for above in range(row - 1, -1, -1):
        if not lines[above].strip() or lines[above].lstrip().startswith("#"):
            continue
        line = taken_apart(lines[above])
        leftmost = line.dashes[0] if line.dashes else line.column
        if dash in line.dashes:
            count += 1
        if leftmost < dash or (leftmost == dash and not line.dashes):
            break
    return count


def in_literal(lines: Sequence[str], row: int, line: str) -> bool:
    """Whether the line is in a text begun by `|` or `>`."""
    indent = len(line) - len(line.lstrip(" ")) if line.strip() else len(line)
    for above in range(row - 1, -1, -1):
        if not lines[above].strip():
            continue
        own = len(lines[above]) - len(lines[above].lstrip(" "))
        if own < indent:
            if LITERAL.search(taken_apart(lines[above]).rest):
                return True
            indent = own
        if not own:
            break
    return False


def flow_start(lines: Sequence[str], row: int, prefix: str) -> int | None:
    """The line on which the flow begins that is open at the cursor."""
    own = taken_apart(prefix)
    if own.rest[:1] in ("{", "["):
        return row
    for above in range(row - 1, max(-1, row - FLOW_REACH), -1):
        rest = taken_apart(lines[above]).rest
        if rest[:1] in ("{", "[") and flow("\n".join([rest, *lines[above + 1:row]])) is not None:
            return above
    return None
