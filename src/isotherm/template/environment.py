"""What comes with a template: parameter values, defaults, the resource registry, event sinks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.template.limits import LIMITS, Limits
from isotherm.template.reader import read
from isotherm.template.registry import EMPTY_REGISTRY, Registry, registry
from isotherm.template.report import near, shown
from isotherm.template.tree import place, plain

MAPS = ("parameters", "parameter_defaults", "resource_registry", "parameter_merge_strategies")
LISTS = ("encrypted_param_names", "event_sinks")
STRATEGIES = ("overwrite", "merge", "deep_merge")


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment, or several merged. merge_strategies: parameter (or `default`) -> how its values combine."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_defaults: Mapping[str, Any] = field(default_factory=dict)
    registry: Registry = EMPTY_REGISTRY
    encrypted_param_names: tuple[str, ...] = ()
    event_sinks: tuple[Any, ...] = ()
    merge_strategies: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """As plain values that JSON can say, in the sections of an environment file."""
        return {
            "parameters": plain(self.parameters), "parameter_defaults": plain(self.parameter_defaults),
            "resource_registry": self.registry.document, "event_sinks": plain(self.event_sinks),
            "encrypted_param_names": list(self.encrypted_param_names),
        }


EMPTY = Environment()


def parse_environment(text: str | bytes | Mapping[str, Any], name: str = "environment", limits: Limits = LIMITS) -> Environment:
    """Read an environment from text (YAML or JSON) or from its sections. Raises Invalid."""
    tree = text if isinstance(text, Mapping) else read(text, name, limits)
    if tree is None or tree == "":
        return EMPTY
    if not isinstance(tree, Mapping):
        raise _bad(tree, name, (), f"An environment is a map of sections, not {shown(tree)}.")
    for section, value in tree.items():
        if section not in (*MAPS, *LISTS):
            raise _bad(tree, name, (section,), f"{section!r} is no section of an environment.", near(section, (*MAPS, *LISTS)))
        if not isinstance(value, Mapping if section in MAPS else list):
            wanted = "map" if section in MAPS else "list"
            raise _bad(tree, name, (section,), f"`{section}` must be a {wanted}, not {shown(value)}.")
    return Environment(
        parameters=tree.get("parameters", {}), parameter_defaults=tree.get("parameter_defaults", {}),
        registry=registry(tree.get("resource_registry", {}), name), event_sinks=tuple(tree.get("event_sinks", ())),
        encrypted_param_names=tuple(tree.get("encrypted_param_names", ())),
        merge_strategies=tree.get("parameter_merge_strategies", {}))


def _bad(tree: Any, name: str, path: tuple[Any, ...], message: str, hint: str = "") -> Invalid:
    return Invalid(Problem("bad-environment", message, place(tree, name, path), hint=hint), wire="BadRequest")


def merge(*environments: Environment) -> Environment:
    """One environment of several; later ones win, and parameters combine as the strategies say. Raises Invalid."""
    merged = EMPTY
    for one in environments:
        strategies = _strategies(merged.merge_strategies, one.merge_strategies)
        merged = replace(
            merged, registry=merged.registry.extended(one.registry), event_sinks=(*merged.event_sinks, *one.event_sinks),
            encrypted_param_names=tuple(dict.fromkeys((*merged.encrypted_param_names, *one.encrypted_param_names))),
            parameters=_combined(merged.parameters, one.parameters, one.merge_strategies),
            parameter_defaults=_combined(merged.parameter_defaults, one.parameter_defaults, one.merge_strategies),
            merge_strategies=strategies)
    return merged


def _strategies(old: Mapping[str, str], new: Mapping[str, str]) -> Mapping[str, str]:
    for name, strategy in new.items():
        if strategy not in STRATEGIES:
            raise Invalid(Problem("bad-environment", f"{strategy!r} is no way to merge the parameter {name!r}.",
                                  allowed=STRATEGIES, hint=near(strategy, STRATEGIES)))
        if name != "default" and old.get(name, strategy) != strategy:
            raise Invalid(Problem("conflicting-merge-strategies", f"The environments want to merge the parameter {name!r} "
                                  f"in different ways: {old[name]} and {strategy}."), wire="ConflictingMergeStrategyForParam")
    return {**old, **new}


def _combined(old: Mapping[str, Any], new: Mapping[str, Any], strategies: Mapping[str, str]) -> dict[str, Any]:
    made = dict(old)
    for name, value in new.items():
        strategy = strategies.get(name) or strategies.get("default") or "overwrite"
        made[name] = COMBINE[strategy](made[name], value) if name in made and strategy in COMBINE else value
    return made


def _merge(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **new}
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new]
    if isinstance(old, str) and isinstance(new, str):
        return old + new
    return new


def _deep_merge(old: Any, new: Any) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: _deep_merge(old[key], value) if key in old else value for key, value in new.items()}}
    return _merge(old, new)


COMBINE: Mapping[str, Callable[[Any, Any], Any]] = {"merge": _merge, "deep_merge": _deep_merge}
