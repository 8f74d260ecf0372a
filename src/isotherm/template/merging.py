"""Several environments as one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.template.environment import EMPTY, Environment
from isotherm.template.parameters import Declaration
from isotherm.template.report import kind

OVERWRITE, MERGE, DEEP_MERGE, DEFAULT = "overwrite", "merge", "deep_merge", "default"
STRATEGIES = (OVERWRITE, MERGE, DEEP_MERGE)


def merge(*environments: Environment, declarations: Mapping[str, Declaration] | None = None,
          given: Mapping[str, Any] | None = None) -> Environment:
    """One environment of several, in order; later ones win. Raises Invalid.

    given: parameters of the request, below all environments. declarations: of the template; when they are known, later
    environments may hold parameters that the template has not, and values are merged as values of the parameters' types.
    """
    if not environments:
        return Environment(parameters=given) if given else EMPTY
    run = _Merging(declarations, {"parameters": dict(given or {}), "parameter_defaults": {}})
    registry = EMPTY.registry
    sinks: tuple[Any, ...] = ()
    names: dict[str, None] = {}
    for one in environments:
        registry = registry.extended(one.registry)
        sinks += one.event_sinks
        names |= dict.fromkeys(one.encrypted_param_names)
        run.add("parameters", one.parameters, one.merge_strategies)
        run.add("parameter_defaults", one.parameter_defaults, one.merge_strategies)
    return Environment(run.tables["parameters"], run.tables["parameter_defaults"], registry, tuple(names), sinks)


@dataclass(slots=True)
class _Merging:
    """Tables of parameters that grow. seen: how a parameter of a former environment was to be merged, which a later one that says
    nothing of it goes by."""

    declarations: Mapping[str, Declaration] | None
    tables: dict[str, dict[str, Any]]
    seen: dict[str, Any] = field(default_factory=dict)

    def add(self, table: str, values: Mapping[str, Any], strategies: Mapping[str, Any]) -> None:
        """The first values of a table are taken as they are; of later ones, null is as if it were not there."""
        old = self.tables[table]
        known = {name: value for name, value in values.items()
                 if value is not None and (self.declarations is None or name in self.declarations)}
        for name in known:
            strategy = self.strategy(name, strategies)
            if self.seen.setdefault(name, strategy) != strategy:
                raise Invalid(Problem("conflicting-merge-strategies", f"The environments want to merge the parameter {name!r} in "
                                      f"different ways: {self.seen[name]} and {strategy}."), wire="ConflictingMergeStrategyForParam")
        if not old:
            old.update(values)
            return
        for name, value in known.items():
            merged = self.seen[name] in (MERGE, DEEP_MERGE)
            old[name] = self.combined(name, old.get(name), value, self.seen[name] == DEEP_MERGE) if merged else value

    def strategy(self, name: str, strategies: Mapping[str, Any]) -> Any:
        """A word that is no strategy stands for the default; a default that is none, for overwriting."""
        default = strategies.get(DEFAULT, OVERWRITE)
        found = strategies.get(name, self.seen.get(name, default))
        return found if found in STRATEGIES else default

    def combined(self, name: str, old: Any, new: Any, deeply: bool) -> Any:
        declared = self.declarations.get(name) if self.declarations else None
        try:
            if declared is None:
                return _any(old, new, deeply)
            if declared.type not in TYPED:
                raise Unmergeable(f"a {declared.type} cannot be merged")
            return TYPED[declared.type](old, new, deeply)
        except Unmergeable as exc:
            raise Invalid(Problem("bad-parameter-merge", f"The parameter {name!r} cannot be merged: {exc}.")) from None


class Unmergeable(ValueError):
    """Values that cannot become one. The text says why, as a clause."""


def _onto(old: Any, new: Any) -> Unmergeable:
    return Unmergeable(f"there is no way to put a {kind(new)} onto a {kind(old)}")


def _text(old: Any, new: Any, deeply: bool) -> Any:
    if not isinstance(new, str) or not isinstance(old, str | None):
        raise _onto(old, new)
    return (old or "") + new


def _list(old: Any, new: Any, deeply: bool) -> Any:
    """A list onto a list, or text onto text, with a comma between them."""
    if not isinstance(new, str | list):
        raise _onto(old, new)
    if not old:
        return new
    if not isinstance(old, str if isinstance(new, str) else list):
        raise _onto(old, new)
    return f"{old},{new}" if isinstance(new, str) else [*old, *new]


def _map(old: Any, new: Any, deeply: bool) -> Any:
    """Entries that are null are as if they were not there."""
    if not old:
        return new
    if not isinstance(new, Mapping):
        raise _onto(old, new)
    entries = {key: value for key, value in new.items() if value is not None}
    if not entries:
        return old
    if not isinstance(old, Mapping):
        raise _onto(old, new)
    return {**old, **({key: _entry(old, key, value) for key, value in entries.items()} if deeply else entries)}


def _entry(table: Mapping[Any, Any], key: Any, new: Any) -> Any:
    old = table.get(key)
    if isinstance(new, Mapping | list):
        return (_map if isinstance(new, Mapping) else _list)(old, new, True) if old else new
    if isinstance(new, str) and key in table:
        if not isinstance(old, str):
            raise _onto(old, new)
        return old + new
    return new


def _json(old: Any, new: Any, deeply: bool) -> Any:
    """New text is read; what it is put onto is a map already, or empty."""
    try:
        read = json.loads(new) if isinstance(new, str) and new else new
    except (ValueError, RecursionError):
        raise Unmergeable("the text is no JSON") from None
    return _map(old, read, deeply)


def _any(old: Any, new: Any, deeply: bool) -> Any:
    """By what the values are, for a parameter that is not known."""
    if old is None:
        return new
    if isinstance(new, Mapping):
        return _map(old, new, deeply)
    return (_list if isinstance(new, list) else _text)(old, new, deeply)


TYPED: Mapping[str, Callable[[Any, Any, bool], Any]] = {"string": _text, "comma_delimited_list": _list, "json": _json}
