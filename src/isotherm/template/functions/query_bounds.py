"""yaql's functions whose results can be far larger than their arguments, with bounds, and a `format` that tells no secrets."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from yaql.language import utils, yaqltypes  # type: ignore[import-untyped]

from isotherm.template.functions.budget import LONGEST, total
from isotherm.template.functions.query_function import BOTH, METHOD, NUMBER, SAID, SEQUENCE, TEXT, WHOLE, query_function

PLACEHOLDER = re.compile(r"\{(\d{0,3})\}|\{\{|\}\}|[{}]")
MODULAR = 4096          # bits of the numbers of a power with a modulus
DIGITS = 400            # that a number can be rounded to, before or after the point


@query_function("format", BOTH, template=TEXT)
def safe_format(context: Any, template: str, *values: Any) -> str:
    """`"{0}-{1}".format(a, b)`: only `{}` and `{N}`; no attributes, no format specifications, so nothing leaks."""
    given = iter(values)
    size = len(template)

    def value(match: re.Match[str]) -> str:
        nonlocal size
        if match.group() in ("{{", "}}"):
            return match.group()[0]
        if match.group(1) is None:
            raise ValueError(f"{template!r} is no format: only {{}} and {{0}}, {{1}}... are allowed")
        try:
            text = str(values[int(match.group(1))] if match.group(1) else next(given))
        except (IndexError, StopIteration):
            raise ValueError(f"{template!r} asks for more than the {len(values)} values given") from None
        size += len(text)
        context.budget.text(size)
        return text

    return PLACEHOLDER.sub(value, template)


@query_function("pow", base=NUMBER, exponent=NUMBER, modulus=yaqltypes.Integer(nullable=True))
def bounded_pow(base: Any, exponent: Any, modulus: Any = None) -> Any:
    """A power that would have more digits than anybody reads is refused before it is computed."""
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and modulus is None and (base.bit_length() - 1) * exponent > LONGEST:
        raise ValueError("the power is too large")
    if whole and modulus is not None and max(one.bit_length() for one in (base, exponent, modulus)) > MODULAR:
        raise ValueError(f"a number of the power has more than {MODULAR} bits, which is the limit")
    return pow(base, exponent, modulus) if modulus is not None else pow(base, exponent)


@query_function("shiftBitsLeft", number=WHOLE, bits=WHOLE)
def bounded_shift(number: int, bits: int) -> int:
    """A shift with the same bound as `pow`."""
    if number.bit_length() + bits > LONGEST:
        raise ValueError("the number is too large")
    return number << bits


@query_function("round", number=NUMBER, ndigits=WHOLE)
def bounded_round(number: Any, ndigits: int = 0) -> Any:
    """More digits than any number has are refused: a whole number takes the time of that power of ten."""
    if abs(ndigits) > DIGITS:
        raise ValueError(f"a number is rounded to {DIGITS} digits at most")
    return round(number, ndigits)


@query_function("concat", args=TEXT)
def bounded_concat(context: Any, *args: str) -> str:
    context.budget.text(total(args))
    return "".join(args)


@query_function("join", METHOD, sequence=SEQUENCE, separator=TEXT, str_delegate=SAID)
def bounded_join(context: Any, sequence: Iterable[Any], separator: str, str_delegate: Any) -> str:
    texts, size = [], 0
    for item in sequence:
        texts.append(str_delegate(item))
        size += len(texts[-1]) + len(separator)
        context.budget.text(size - len(separator))
    return separator.join(texts)


@query_function("join", METHOD, sequence=SEQUENCE, separator=TEXT, str_delegate=SAID)
def bounded_join_by(context: Any, separator: str, sequence: Iterable[Any], str_delegate: Any) -> str:
    return bounded_join(context, sequence, separator, str_delegate)


@query_function("replace", METHOD, string=TEXT, old=TEXT, new=TEXT, count=int)
def bounded_replace(context: Any, string: str, old: str, new: str, count: int = -1) -> str:
    if len(new) > len(old):
        times = string.count(old) if count < 0 else min(string.count(old), count)
        context.budget.text(len(string) + times * (len(new) - len(old)))
    return string.replace(old, new, count)


@query_function("replace", METHOD, string=TEXT, replacements=utils.MappingType, count=int, str_func=SAID)
def bounded_replace_all(context: Any, string: str, str_func: Any, replacements: Mapping[Any, Any], count: int = -1) -> str:
    for key, value in replacements.items():
        string = bounded_replace(context, string, str_func(key), str_func(value), count)
    return string


BOUNDED: tuple[Callable[..., Any], ...] = (
    safe_format, bounded_pow, bounded_shift, bounded_round, bounded_concat, bounded_join, bounded_join_by, bounded_replace, bounded_replace_all,
)
