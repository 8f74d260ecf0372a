"""yaql's functions on regular expressions, each match within limits. They take the place of those that yaql has for `re`."""

import re
from collections.abc import Callable, Iterator
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from yaql.language import yaqltypes  # type: ignore[import-untyped]

from isotherm.template.functions.budget import Budget
from isotherm.template.functions.query_function import METHOD, TEXT, query_function
from isotherm.template.patterns import Pattern
from isotherm.template.patterns import pattern as compiled

PATTERN = yaqltypes.PythonType(Pattern, False)
EITHER = yaqltypes.AnyOf(PATTERN, TEXT)
SELECTOR = yaqltypes.Lambda(with_context=True)


@query_function(pattern=TEXT)
def regex(context: Any, pattern: str, ignore_case: bool = False, multi_line: bool = False, dot_all: bool = False) -> Pattern:
    flags = ignore_case * re.IGNORECASE | multi_line * re.MULTILINE | dot_all * re.DOTALL
    return compiled(pattern, context.budget.limits, int(flags))


def found(context: Any, regexp: Pattern | str, string: str) -> Any:
    one = compiled(regexp, context.budget.limits) if isinstance(regexp, str) else regexp
    return one.search(string, context.budget.meter)


@query_function(kind=METHOD, regexp=PATTERN, string=TEXT)
def matches(context: Any, regexp: Pattern, string: str) -> bool:
    return found(context, regexp, string) is not None


@query_function("matches", METHOD, string=TEXT, regexp=TEXT)
def matches_text(context: Any, string: str, regexp: str) -> bool:
    return found(context, regexp, string) is not None


@query_function("#operator_=~", regexp=EITHER, string=TEXT)
def like(context: Any, string: str, regexp: Pattern | str) -> bool:
    return found(context, regexp, string) is not None


@query_function("#operator_!~", regexp=EITHER, string=TEXT)
def unlike(context: Any, string: str, regexp: Pattern | str) -> bool:
    return found(context, regexp, string) is None


def published(context: Any, regexp: Pattern, match: Any) -> Any:
    """A context in which `$` is the match, `$2` its first group, and so on; a group that has a name has it there too."""
    inside = context.create_child_context()
    for number in range(regexp.groups + 1):
        inside[f"${number + 1}"] = _part(match, number)
    for name, number in regexp.names.items():
        inside[f"${name}"] = _part(match, number)
    return inside


def _part(match: Any, number: int) -> dict[str, Any]:
    return {"value": match.group(number), "start": match.start(number), "end": match.end(number)}


@query_function(kind=METHOD, regexp=PATTERN, string=TEXT, selector=SELECTOR)
def search(context: Any, regexp: Pattern, string: str, selector: Any = None) -> Any:
    match = found(context, regexp, string)
    if match is None:
        return None
    return match.group() if selector is None else selector(published(context, regexp, match))


@query_function(kind=METHOD, regexp=PATTERN, string=TEXT, selector=SELECTOR)
def search_all(context: Any, regexp: Pattern, string: str, selector: Any = None) -> Iterator[Any]:
    for match in _every(context.budget, regexp, string):
        yield match.group() if selector is None else selector(published(context, regexp, match))


def _every(budget: Budget, regexp: Pattern, string: str) -> list[Any]:
    """All matches, each for a step."""
    found = regexp.every(string, budget.left, budget.meter)
    for _ in found:
        budget.spend()
    return found


@query_function(kind=METHOD, regexp=PATTERN, string=TEXT, max_split=int)
def split(context: Any, regexp: Pattern, string: str, max_split: int = 0) -> list[str]:
    made, start = [], 0
    found = _every(context.budget, regexp, string) if max_split >= 0 else []
    for match in found[:max_split or None]:
        made += [string[start:match.start()], *match.groups()]
        start = match.end()
    return [*made, string[start:]]


@query_function("split", METHOD, regexp=PATTERN, string=TEXT, max_split=int)
def split_text(context: Any, string: str, regexp: Pattern, max_split: int = 0) -> list[str]:
    return split(context, regexp, string, max_split)


def replaced(context: Any, regexp: Pattern, string: str, text_of: Any, count: int) -> str:
    """The text with its first matches, 0 means all, replaced by what `text_of` makes of them."""
    pieces, start, size = [], 0, len(string)
    found = _every(context.budget, regexp, string) if count >= 0 else []
    for match in found[:count or None]:
        text = text_of(match)
        size += len(text)
        context.budget.text(size)
        pieces += [string[start:match.start()], text]
        start = match.end()
    return "".join([*pieces, string[start:]])


@query_function(kind=METHOD, regexp=PATTERN, string=TEXT, repl=TEXT, count=int)
def replace(context: Any, regexp: Pattern, string: str, repl: str, count: int = 0) -> str:
    if "\\" not in repl:
        return replaced(context, regexp, string, lambda match: repl, count)
    parser.parse_template(repl, _Shape(regexp))         # what `re` refuses is refused
    numbered = re.sub(r"(?s)\\(?:g<(\w+)>|.)", lambda one: f"\\g<{regexp.names.get(one[1], one[1])}>" if one[1] else one[0], repl)

    def expanded(match: Any) -> str:
        longest = max(len(text or "") for text in (match.group(), *match.groups()))
        context.budget.text(len(repl) + repl.count("\\") * longest)
        return str(match.expand(numbered))

    return replaced(context, regexp, string, expanded, count)


class _Shape:
    """What `re` asks of a pattern when it reads a template."""

    def __init__(self, regexp: Pattern):
        self.groups, self.groupindex = regexp.groups, regexp.names


@query_function("replace", METHOD, regexp=PATTERN, string=TEXT, repl=TEXT, count=int)
def replace_text(context: Any, string: str, regexp: Pattern, repl: str, count: int = 0) -> str:
    return replace(context, regexp, string, repl, count)


@query_function(kind=METHOD, regexp=PATTERN, string=TEXT, repl=SELECTOR, count=int)
def replace_by(context: Any, regexp: Pattern, string: str, repl: Any, count: int = 0) -> str:
    return replaced(context, regexp, string, lambda match: str(repl(published(context, regexp, match))), count)


@query_function("replaceBy", METHOD, regexp=PATTERN, string=TEXT, repl=SELECTOR, count=int)
def replace_text_by(context: Any, string: str, regexp: Pattern, repl: Any, count: int = 0) -> str:
    return replace_by(context, regexp, string, repl, count)


@query_function(string=TEXT)
def escape_regex(string: str) -> str:
    return re.escape(string)


def is_regex(value: Any) -> bool:
    return isinstance(value, Pattern)


PATTERN_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    regex, matches, matches_text, like, unlike, search, search_all, split, split_text, replace, replace_text, replace_by, replace_text_by,
    escape_regex, is_regex,
)
