"""What comes with a template: parameter values, defaults, the resource registry, event sinks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from isotherm.template.limits import LIMITS, Limits
from isotherm.template.reader import read
from isotherm.template.registry import EMPTY_REGISTRY, Complaints, Registry, registry
from isotherm.template.report import near, shown
from isotherm.template.tree import place, plain

STRATEGIES = "parameter_merge_strategies"
MAPS = ("parameters", "parameter_defaults", "resource_registry", STRATEGIES)
LISTS = ("encrypted_param_names", "event_sinks")
SINKS = {"zaqar-queue": ("target", ("ttl",))}      # type -> what it needs, and what it can have besides
SITE = "site"                           # in what is stored, never in what a user writes: the part that is the operator's


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment, or several merged. merge_strategies: parameter (or `default`) -> how its values combine.
    site_defaults: the operator's, below parameter_defaults."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_defaults: Mapping[str, Any] = field(default_factory=dict)
    registry: Registry = EMPTY_REGISTRY
    encrypted_param_names: tuple[str, ...] = ()
    event_sinks: tuple[Any, ...] = ()
    merge_strategies: Mapping[str, str] = field(default_factory=dict)
    site_defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The user's part, as plain values that JSON can say, in the sections of an environment file."""
        return {
            "parameters": plain(self.parameters), "parameter_defaults": plain(self.parameter_defaults),
            "resource_registry": self.registry.document, "event_sinks": plain(self.event_sinks),
            "encrypted_param_names": list(self.encrypted_param_names),
        }

    @property
    def stored(self) -> dict[str, Any]:
        """`document`, with the operator's part as it is now: what `stored_environment` reads."""
        if self.registry.below is None:
            return self.document
        return self.document | {SITE: {"resource_registry": self.registry.below.document, "parameter_defaults": plain(self.site_defaults)}}

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Values for parameters that are given none, the operator's included."""
        return {**self.site_defaults, **self.parameter_defaults}

    def over(self, site: "Environment") -> "Environment":
        """This one, with the operator's below it. Defaults and registry are what an operator's environment can have."""
        if not site.registry.written and not site.parameter_defaults:
            return self
        return replace(self, registry=replace(self.registry, below=site.registry), site_defaults=site.parameter_defaults)


EMPTY = Environment()


def parse_environment(text: str | bytes | Mapping[str, Any], name: str = "environment", limits: Limits = LIMITS, *,
                      alone: bool = False) -> Environment:
    """Read an environment from text (YAML or JSON) or from its sections. Raises Invalid with everything that is wrong.

    alone: it is the whole environment of a request, and no file that may be one of several.
    """
    tree = text if isinstance(text, Mapping) else read(text, name, limits)
    complaints = Complaints(lambda path, value: place(tree, name, path, value))
    made = environment_of(tree, complaints, alone)
    complaints.check()
    return made


def environment_of(tree: Any, complaints: Complaints, alone: bool = False) -> Environment:
    """An environment from what its text was read to, without what is wrong in it."""
    if tree is None or tree == "":
        return EMPTY
    if not isinstance(tree, Mapping):
        complaints.add((), f"An environment is a map of sections, not {shown(tree)}.")
        return EMPTY
    good: dict[str, Any] = {}
    for section, value in tree.items():
        if section not in (*MAPS, *LISTS):
            complaints.add((section,), f"{section!r} is no section of an environment.", hint=near(section, (*MAPS, *LISTS)), value=False)
        elif _says_nothing(section, value, alone):
            continue
        elif not isinstance(value, Mapping if section in MAPS else list):
            wanted = "map" if section in MAPS else "list"
            complaints.add((section,), f"`{section}` must be a {wanted}, not {shown(value)}.")
        else:
            good[section] = value
    sinks = {index: _is_sink(sink) for index, sink in enumerate(good.get("event_sinks", ()))}
    for index, known in sinks.items():
        if not known:
            complaints.add(("event_sinks", index), "An event sink is a map with a known `type` and what the type needs.", hint=near("", SINKS))
    return Environment(
        parameters=good.get("parameters", {}), parameter_defaults=good.get("parameter_defaults", {}),
        registry=registry(good.get("resource_registry", {}), complaints), event_sinks=tuple(good["event_sinks"][index] for index in sinks if sinks[index]),
        encrypted_param_names=tuple(good.get("encrypted_param_names", ())),
        merge_strategies=good.get(STRATEGIES, {}))


def _says_nothing(section: str, value: Any, alone: bool) -> bool:
    """Whether a section counts as if it were not there. One of a file does when it is empty, of whatever kind; strategies do where
    there is nothing to merge."""
    if not alone or section == "parameter_defaults":
        return value is not None and not value
    return value is not None if section == STRATEGIES else section in LISTS and value in ({}, "")


def _is_sink(sink: Any) -> bool:
    name = sink.get("type") if isinstance(sink, Mapping) else None
    if not isinstance(name, str) or name not in SINKS:
        return False
    needed, more = SINKS[name]
    return needed in sink and all(key in ("type", needed, *more) for key in sink)


def stored_environment(document: Mapping[str, Any], limits: Limits = LIMITS) -> Environment:
    """An environment from its `stored` form."""
    own = parse_environment({section: value for section, value in document.items() if section != SITE}, limits=limits)
    return own.over(parse_environment(document[SITE], limits=limits)) if SITE in document else own
