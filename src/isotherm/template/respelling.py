"""A regular expression of Python's, written anew for the engine that can be stopped.

Python's own parser reads it, so it means what it means to `re`; what is written out holds nothing that the two engines read
differently (POSIX classes, nested sets, fuzzy counts, what counts as a letter or a space). One thing is left: characters that came
into Unicode after this Python did.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

SPACES = "".join(f"\\u{code:04x}" for code in range(0x3001) if chr(code).isspace())
LETTERS = r"\p{L}\p{N}_"
# (Unicode, ASCII): the insides of a class. What is no letter needs a class of its own, for classes do not nest.
CATEGORIES: Mapping[Any, tuple[str, str]] = {
    op.CATEGORY_DIGIT: (r"\p{Nd}", "0-9"), op.CATEGORY_NOT_DIGIT: (r"\P{Nd}", r"\x00-/:-\U0010ffff"),
    op.CATEGORY_SPACE: (SPACES, r"\x09-\x0d\x20"),
    op.CATEGORY_WORD: (LETTERS, "a-zA-Z0-9_"), op.CATEGORY_NOT_WORD: ("", r"\x00-/:-@\x5b-\x5e\x60\x7b-\U0010ffff"),
}
TURKISH = (0x49, 0x69, 0x130, 0x131)    # `re` takes all four for one letter when it ignores case
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
ENDLESS = 1 << 31                       # no text is longer


class TooLarge(Exception):
    """It has more elements than the limit."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """The expression for `regex`; the names of groups with their numbers, and how many groups there are."""

    text: str
    names: Mapping[str, int]
    groups: int


def respelled(pattern: str, flags: int, most: int) -> Spelling:
    """The pattern for the other engine. Raises re.error where `re` would, and TooLarge.

    most: elements; a part that is repeated at least n times counts n times, for so often it is compiled.
    """
    try:
        tree = parser.parse(pattern, flags)
        if weight(tree) > most:
            raise TooLarge
        text = _Writer().sequence(tree, tree.state.flags)
    except (RecursionError, OverflowError):
        raise TooLarge from None
    return Spelling(f"(?i:{text})" if _folds(tree.state.flags) else text, dict(tree.state.groupdict),
                    tree.state.groups - 1)


def weight(part: Any) -> int:
    """How many elements a parsed pattern has when its repetitions are written out."""
    if isinstance(part, parser.SubPattern):
        return max(1, sum(weight(item) for item in part))
    if not isinstance(part, tuple | list):
        return 0
    if len(part) == 2 and type(part[0]) is type(op.MAX_REPEAT) and part[0] in REPEATS:  # the name of an operation, and no character
        least, _, body = part[1]
        return max(int(least), 1) * weight(body)
    return 1 + sum(weight(item) for item in part)


def _folds(flags: int) -> bool:
    """Whether case is ignored by the engine; that of ASCII alone is written out."""
    return bool(flags & re.IGNORECASE) and not flags & re.ASCII


def _char(code: int) -> str:
    return chr(code) if code < 128 and chr(code).isalnum() else f"\\U{code:08x}"


class _Writer:
    """Writes one pattern. Each method gives what a parsed part means under the flags that hold there."""

    def sequence(self, items: Any, flags: int) -> str:
        return "".join(WRITE[kind](self, said, flags) for kind, said in items)

    def literal(self, code: int, flags: int) -> str:
        return self.one_of([(op.LITERAL, code)], flags) if flags & re.IGNORECASE else _char(code)

    def other(self, code: int, flags: int) -> str:
        return self.one_of([(op.NEGATE, None), (op.LITERAL, code)], flags)

    def one_of(self, items: Any, flags: int) -> str:
        negated = bool(items) and items[0][0] is op.NEGATE
        inside = "".join(self.member(kind, said, flags) for kind, said in items[negated:])
        beyond = not flags & re.ASCII and (op.CATEGORY, op.CATEGORY_NOT_WORD) in items
        classes = [f"[{inside}]"] * bool(inside) + [f"[^{LETTERS}]"] * beyond
        if negated:
            return f"[^{inside}]" if not beyond else f"(?:(?!{'|'.join(classes)})(?s:.))"
        return classes[0] if len(classes) == 1 else f"(?:{'|'.join(classes)})"

    def member(self, kind: Any, said: Any, flags: int) -> str:
        if kind is op.CATEGORY:
            return self.category(said, flags)
        first, last = (said, said) if kind is op.LITERAL else said
        text = _char(first) if first == last else f"{_char(first)}-{_char(last)}"
        if not flags & re.IGNORECASE:
            return text
        if not flags & re.ASCII:
            return text + ("".join(map(_char, TURKISH)) if any(first <= code <= last for code in TURKISH) else "")
        swapped = (chr(code).swapcase() for code in range(max(first, 65), min(last, 122) + 1) if chr(code).isalpha())
        return text + "".join(swapped)

    def category(self, name: Any, flags: int) -> str:
        if name is op.CATEGORY_NOT_SPACE:
            return _without(set(map(ord, " \t\n\r\f\v")) if flags & re.ASCII else _spaces())
        return CATEGORIES[name][bool(flags & re.ASCII)]

    def any(self, _: None, flags: int) -> str:
        return "(?s:.)" if flags & re.DOTALL else "."

    def at(self, where: Any, flags: int) -> str:
        if where in (op.AT_BEGINNING, op.AT_END):
            sign = "^" if where is op.AT_BEGINNING else "$"
            return f"(?m:{sign})" if flags & re.MULTILINE else sign
        if where in (op.AT_BEGINNING_STRING, op.AT_END_STRING):
            return r"\A" if where is op.AT_BEGINNING_STRING else r"\Z"
        letter = f"[{CATEGORIES[op.CATEGORY_WORD][bool(flags & re.ASCII)]}]"
        if where is op.AT_BOUNDARY:
            return f"(?:(?<={letter})(?!{letter})|(?<!{letter})(?={letter}))"
        # An empty text has no place that is within or without a word: so says `re`.
        return f"(?:(?<={letter})(?={letter})|(?<!{letter})(?!{letter})(?:(?<=(?s:.))|(?=(?s:.))))"

    def branch(self, said: Any, flags: int) -> str:
        return f"(?:{'|'.join(self.sequence(items, flags) for items in said[1])})"

    def group(self, said: Any, flags: int) -> str:
        number, added, removed, items = said
        inner = ((flags & ~parser.TYPE_FLAGS if added & parser.TYPE_FLAGS else flags) | added) & ~removed
        text = self.sequence(items, inner)
        if _folds(inner) != _folds(flags):
            text = f"(?i:{text})" if _folds(inner) else f"(?-i:{text})"
        return f"(?:{text})" if number is None else f"({text})"

    def atomic(self, items: Any, flags: int) -> str:
        return f"(?>{self.sequence(items, flags)})"

    def repeat(self, said: Any, flags: int, *, suffix: str) -> str:
        least, most, items = said
        upper = "" if most >= ENDLESS else most
        return f"(?:{self.sequence(items, flags)}){{{least},{upper}}}{suffix}"

    def reference(self, number: int, flags: int) -> str:
        return f"(?i:\\g<{number}>)" if flags & re.IGNORECASE else f"\\g<{number}>"

    def condition(self, said: Any, flags: int) -> str:
        number, yes, no = said
        return f"(?({number}){self.sequence(yes, flags)}|{self.sequence(no or (), flags)})"

    def look(self, said: Any, flags: int, *, sign: str) -> str:
        direction, items = said
        if direction < 0:
            shortest, longest = items.getwidth()
            if shortest != longest:
                raise re.error("look-behind requires fixed-width pattern")
        return f"(?{'<' if direction < 0 else ''}{sign}{self.sequence(items, flags)})"


def _spaces() -> set[int]:
    return {code for code in range(0x3001) if chr(code).isspace()}


def _without(codes: set[int]) -> str:
    """The insides of a class of all characters but these."""
    text, start = "", 0
    for code in [*sorted(codes), 0x110000]:
        text += f"{_char(start)}-{_char(code - 1)}" if code > start else ""
        start = code + 1
    return text


WRITE: Mapping[Any, Callable[[_Writer, Any, int], str]] = {
    op.LITERAL: _Writer.literal, op.NOT_LITERAL: _Writer.other, op.IN: _Writer.one_of, op.ANY: _Writer.any, op.AT: _Writer.at,
    op.BRANCH: _Writer.branch, op.SUBPATTERN: _Writer.group, op.ATOMIC_GROUP: _Writer.atomic, op.GROUPREF: _Writer.reference,
    op.GROUPREF_EXISTS: _Writer.condition, op.FAILURE: lambda writer, said, flags: "(?!)",
    op.ASSERT: partial(_Writer.look, sign="="), op.ASSERT_NOT: partial(_Writer.look, sign="!"),
    op.MAX_REPEAT: partial(_Writer.repeat, suffix=""), op.MIN_REPEAT: partial(_Writer.repeat, suffix="?"),
    op.POSSESSIVE_REPEAT: partial(_Writer.repeat, suffix="+"),
}
