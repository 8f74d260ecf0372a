"""Compares the declared resource types with the recorded surface of Heat.

    python tools/reference_check.py [FILE] [--type TYPE ...]

FILE (or $ISOTHERM_REFERENCE) is a `resource_types.json`; by default the one beside the checkout. Prints each difference
as `type: path: ours ..., reference ...`. Ends with 0 when every difference is in EXPECTED; with 1 when one is not, or
when one of EXPECTED is no more; with 2 when FILE was named and is not there. Without a reference at the default place,
nothing is compared, which is said loudly.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from isotherm.model.schema import (
    TYPE_NAMES,
    AllowedPattern,
    AllowedValues,
    Attr,
    Constraint,
    Custom,
    Length,
    Modulo,
    Prop,
    Range,
    Support,
)
from isotherm.types.base import ResourceType
from isotherm.types.registry import registry

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "resource_types.json"

# The types that must be there; every other registered type is compared as well.
REQUIRED = (
    "OS::Heat::RandomString", "OS::Heat::Value", "OS::Heat::None", "OS::Heat::TestResource",
    "OS::Nova::Server", "OS::Nova::KeyPair", "OS::Nova::ServerGroup", "OS::Nova::Flavor",
    "OS::Neutron::Net", "OS::Neutron::Subnet", "OS::Neutron::Port", "OS::Neutron::Router",
    "OS::Neutron::RouterInterface", "OS::Neutron::FloatingIP", "OS::Neutron::FloatingIPAssociation",
    "OS::Neutron::SecurityGroup", "OS::Neutron::SecurityGroupRule",
    "OS::Cinder::Volume", "OS::Cinder::VolumeAttachment",
)

# (type, path) -> why ours differs. A path ends in the field that differs, or in nothing when the whole entry does.
EXPECTED: Mapping[tuple[str, str], str] = {
    ("OS::Neutron::Port", "properties.fixed_ips.*.subnet_id.support"):
        "the recorded version of the earlier status ends in a blank by mistake",
}

Facts = dict[str, Any]
Known = Callable[[str], ResourceType | None]


def support(status: Support | None) -> str:
    """A support status and what it was before, e.g. `HIDDEN 5.0.0 < DEPRECATED 2014.2`."""
    if status is None:
        return ""
    one = f"{status.status} {status.version}" if status.version else status.status
    return f"{one} < {support(status.previous)}" if status.previous else one


def recorded_support(status: Mapping[str, Any] | None) -> str:
    if not status:
        return ""
    one = f"{status['status']} {status['version']}" if status["version"] else status["status"]
    return f"{one} < {recorded_support(status['previous_status'])}" if status["previous_status"] else one


def constraint(rule: Constraint) -> dict[str, Any]:
    """A constraint in the reference's words."""
    match rule:
        case Range() | Length():
            ends = {"min": rule.min, "max": rule.max}
            return {type(rule).__name__.lower(): {name: end for name, end in ends.items() if end is not None}}
        case AllowedValues():
            return {"allowed_values": list(rule.values)}
        case AllowedPattern():
            return {"allowed_pattern": rule.pattern}
        case Custom():
            return {"custom_constraint": rule.name}
        case Modulo():
            return {"modulo": {"step": rule.step, "offset": rule.offset}}


def ordered(rules: Iterable[Mapping[str, Any]]) -> list[str]:
    """Constraints hold together, in whatever order they are written."""
    return sorted(json.dumps(rule, sort_keys=True) for rule in rules)


def declared_property(path: str, prop: Prop) -> Facts:
    """A property and all that is nested in it: path.field -> value."""
    facts: Facts = {
        "type": TYPE_NAMES[prop.type], "required": prop.required, "default": plain(prop.default),
        "update_allowed": prop.update, "immutable": prop.immutable, "implemented": prop.implemented,
        "constraints": ordered(map(constraint, prop.constraints)), "support": support(prop.support),
    }
    out = {f"{path}.{field}": value for field, value in facts.items()}
    for inner in prop.schema or ():
        out |= declared_property(f"{path}.{inner.name}", inner)
    return out | (declared_property(f"{path}.*", prop.item) if prop.item else {})


def recorded_property(path: str, prop: Mapping[str, Any]) -> Facts:
    fields = ("type", "required", "default", "update_allowed", "immutable", "implemented")
    out = {f"{path}.{field}": prop[field] for field in fields}
    out[f"{path}.constraints"] = ordered(prop["constraints"])
    out[f"{path}.support"] = recorded_support(prop["support_status"])
    for name, inner in (prop.get("schema") or {}).items():
        out |= recorded_property(f"{path}.{name}", inner)
    return out | (recorded_property(f"{path}.*", prop["item"]) if prop.get("item") else {})


def declared_attribute(attr: Attr) -> Facts:
    kind = None if attr.type in (None, object) else TYPE_NAMES[attr.type]
    return {f"attributes.{attr.name}.type": kind, f"attributes.{attr.name}.cached": attr.cached,
            f"attributes.{attr.name}.support": support(attr.support)}


def recorded_attribute(name: str, attr: Mapping[str, Any]) -> Facts:
    return {f"attributes.{name}.type": attr["type"], f"attributes.{name}.cached": attr["cache_mode"] != "cache_none",
            f"attributes.{name}.support": recorded_support(attr["support_status"])}


def declared(kind: ResourceType) -> Facts:
    """All that the declaration of a type says, as path -> value."""
    out: Facts = {"support": support(kind.support), "name_limit": kind.name_limit}
    for prop in kind.properties:
        out |= declared_property(f"properties.{prop.name}", prop)
    for attr in (*kind.base_attributes, *kind.attributes):
        out |= declared_attribute(attr)
    return out


def recorded(entry: Mapping[str, Any]) -> Facts:
    """What the reference says of a type, in the same form."""
    limit = entry["physical_resource_name_limit"]
    out: Facts = {"support": recorded_support(entry["support_status"]), "name_limit": limit}
    for name, prop in entry["properties"].items():
        out |= recorded_property(f"properties.{name}", prop)
    for name, attr in {**entry["base_attributes"], **entry["attributes"]}.items():
        out |= recorded_attribute(name, attr)
    return out | {f"translated.{path}.find": True for path in translated(entry)}


def translated(entry: Mapping[str, Any]) -> set[str]:
    """Paths of properties that Heat resolves from a name to an id, e.g. `fixed_ips.*.subnet`."""
    resolving = [rule["path"] for rule in entry["translation_rules"] if rule["rule"] == "Resolve"]
    return {_starred(entry["properties"], path) for path in resolving}


def finds(props: Iterable[Prop], prefix: str = "") -> set[str]:
    """Paths of the properties whose names we resolve."""
    out: set[str] = set()
    for prop in props:
        path = f"{prefix}{prop.name}"
        out |= {path} if prop.find else set()
        out |= finds(prop.schema or (), f"{path}.")
        out |= finds([prop.item] if prop.item else (), f"{path}.")
    return out


def differences(ours: Facts, theirs: Facts) -> dict[str, str]:
    """path -> what differs. An entry that only one side has is one difference, not one for each of its fields."""
    out: dict[str, str] = {}
    missing = ({path.rpartition(".")[0] for path in theirs.keys() - ours.keys()},
               {path.rpartition(".")[0] for path in ours.keys() - theirs.keys()})
    for paths, words in zip(missing, ("only in the reference", "only declared here"), strict=True):
        out |= {path: words for path in paths if not any(path.startswith(f"{other}.") for other in paths)}
    for path in sorted(ours.keys() & theirs.keys()):
        if not agree(ours[path], theirs[path]):
            out[path] = f"ours {ours[path]!r}, reference {theirs[path]!r}"
    return out


def agree(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1, though 1 is 1.0."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def plain(value: Any) -> Any:
    """A declared value as JSON has it: tuples are lists."""
    return json.loads(json.dumps(value))


def compare(kind: ResourceType, entry: Mapping[str, Any]) -> dict[str, str]:
    """All differences between a type's declaration and the reference."""
    theirs = recorded(entry)
    found = finds(kind.properties)
    resolved = {f"translated.{path}.find": True for path in found if f"translated.{path}.find" in theirs}
    return differences(declared(kind) | resolved, theirs)


def _starred(props: Mapping[str, Any], path: list[str]) -> str:
    """A recorded path, which leaves out the step into a list, with `*` for that step."""
    out: list[str] = []
    schema: Any = props
    for name in path:
        out.append(name)
        node = schema.get(name) or {} if schema else {}
        item = node.get("item")
        if item and name != path[-1]:
            out.append("*")
        schema = (item or node).get("schema")
    return ".".join(out)


def findings(types: Mapping[str, Any], names: Iterable[str], known: Known) -> dict[tuple[str, str], str]:
    """(type, path) -> difference, for all these types."""
    out: dict[tuple[str, str], str] = {}
    for name in names:
        kind = known(name)
        if kind is None:
            out[name, ""] = "not registered"
        elif "properties" not in types.get(name, {}):
            out[name, ""] = "not in the reference"
        else:
            out |= {(name, path): words for path, words in compare(kind, types[name]).items()}
    return out


def report(types: Mapping[str, Any], names: list[str], known: Known, reasons: Mapping[tuple[str, str], str]) -> int:
    """Prints what differs; the exit code."""
    found = findings(types, names, known)
    new = {place: words for place, words in found.items() if place not in reasons}
    stale = [place for place in reasons if place[0] in names and place not in found]
    for (name, path), words in found.items():
        reason = reasons.get((name, path))
        print(f"{name}: {path or 'type'}: {words}" + (f" (expected: {reason})" if reason else ""))
    for name, path in stale:
        print(f"{name}: {path}: listed as expected, but there is no such difference any more")
    print(f"{len(names)} types compared: {len(found) - len(new)} expected differences, {len(new)} others, "
          f"{len(stale)} stale")
    return 1 if new or stale else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare the declared resource types with Heat's recorded ones.")
    parser.add_argument("reference", nargs="?", default=os.environ.get("ISOTHERM_REFERENCE"), help="a resource_types.json")
    parser.add_argument("--type", action="append", dest="types", help="a type to compare; all when none is named")
    options = parser.parse_args(arguments)
    path = Path(options.reference or BESIDE)
    if not path.is_file():
        print(f"*** REFERENCE CHECK NOT DONE: there is no {path}. ***\n"
              "*** Name one as an argument or with ISOTHERM_REFERENCE=FILE. ***", file=sys.stderr)
        return 2 if options.reference else 0
    types = json.loads(path.read_text())["resource_types"]
    return report(types, options.types or sorted({*REQUIRED, *registry().names()}), registry().get, EXPECTED)


if __name__ == "__main__":
    sys.exit(main())
