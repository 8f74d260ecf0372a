"""What makes definitions the same before their values exist."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from isotherm.model.unknown import Unknown


def fingerprint(parts: Any) -> str:
    """A hash of values that may hold placeholders: equal for what will be equal whatever they become."""
    try:
        text = json.dumps(parts, default=_symbol, sort_keys=True, separators=(",", ":"))
    except TypeError:  # keys of several types have no order
        text = json.dumps(_sorted(parts), default=_symbol, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _symbol(value: Any) -> Any:
    return {"$": value.symbol} if isinstance(value, Unknown) else str(value)


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [[repr(key), _sorted(value[key])] for key in sorted(value, key=repr)]
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return {"$": _sorted(value.symbol)} if isinstance(value, Unknown) else value
