"""Several environments as one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.template.environment import EMPTY, Environment
from isotherm.template.parameters import Declaration
from isotherm.template.report import kind

OVERWRITE, DEFAULT = "overwrite", "default"


def merge(*environments: Environment, declarations: Mapping[str, Declaration] | None = None,
          given: Mapping[str, Any] | None = None) -> Environment:
    """One environment of several, in order; later ones win. Raises Invalid.

    given: parameters of the request, below all environments. declarations: of the template; when they are known, later
    environments may hold parameters that the template has not, and strategies are checked against the parameters' types.
    """
    if not environments:
        return Environment(parameters=given) if given else EMPTY
    run = _Merging(declarations, {"parameters": dict(given or {}), "parameter_defaults": {}})
    registry = EMPTY.registry
    sinks: tuple[Any, ...] = ()
    names: dict[str, None] = {}
    strategies: dict[str, str] = {}
    for one in environments:
        registry = registry.extended(one.registry)
        sinks += one.event_sinks
        names |= dict.fromkeys(one.encrypted_param_names)
        run.add("parameters", one.parameters, one.merge_strategies)
        run.add("parameter_defaults", one.parameter_defaults, one.merge_strategies)
        strategies |= one.merge_strategies
    return Environment(run.tables["parameters"], run.tables["parameter_defaults"], registry, tuple(names), sinks, strategies)


@dataclass(slots=True)
class _Merging:
    """Tables of parameters that grow. seen: how a parameter of a former environment was to be merged."""

    declarations: Mapping[str, Declaration] | None
    tables: dict[str, dict[str, Any]]
    seen: dict[str, str] = field(default_factory=dict)

    def add(self, table: str, values: Mapping[str, Any], strategies: Mapping[str, str]) -> None:
        old = self.tables[table]
        started = bool(old)
        for name, value in values.items():
            strategy = strategies.get(name) or strategies.get(DEFAULT) or OVERWRITE
            known = self.declarations is None or name in self.declarations
            if value is None and name in old:
                continue
            if started and not known:
                continue
            if self.seen.setdefault(name, strategy) != strategy:
                raise Invalid(Problem("conflicting-merge-strategies", f"The environments want to merge the parameter {name!r} in "
                                      f"different ways: {self.seen[name]} and {strategy}."), wire="ConflictingMergeStrategyForParam")
            combine = COMBINE.get(strategy)
            old[name] = value if combine is None or name not in old else self.combined(name, old[name], value, combine)

    def combined(self, name: str, old: Any, new: Any, combine: Callable[[Any, Any], Any]) -> Any:
        declared = self.declarations.get(name) if self.declarations else None
        try:
            if declared is not None and declared.type in ("number", "boolean"):
                raise TypeError(f"a {declared.type} cannot be merged")
            if declared is not None and declared.type == "comma_delimited_list" and isinstance(new, list):
                old = old.split(",") if isinstance(old, str) else old
            return combine(old, new)
        except TypeError as exc:
            raise Invalid(Problem("bad-parameter-merge", f"The parameter {name!r} cannot be merged: {exc}.")) from None


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **new}
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new]
    if isinstance(old, str) and isinstance(new, str):
        return old + new
    raise TypeError(f"there is no way to put a {kind(new)} onto a {kind(old)}")


def _deeply(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: _deeply(old[key], value) if key in old else value for key, value in new.items()}}
    if isinstance(old, int | float) and isinstance(new, int | float):
        return new
    return new if old is None else _merged(old, new)


COMBINE: Mapping[str, Callable[[Any, Any], Any]] = {"merge": _merged, "deep_merge": _deeply}
