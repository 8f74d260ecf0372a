"""OS::Heat::ResourceGroup"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Any

from isotherm.model.child import Child, Present
from isotherm.model.schema import AllowedValues, Attr, Length, Prop, Range, Support
from isotherm.model.step import Await, Pause, Spawn, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.batches import LEAST, PAUSE, SIZE, batches, membership
from isotherm.types.heat.members import ATTRIBUTES, REFERENCE, REFS, REFS_MAP, Members, template
from isotherm.types.registry import register

INDEX = "%index%"
REMOVED = "removed_rsrc_list"
UNDER_WAY = "rolling"                   # in a group's data: a rolling update has begun; the next one goes on with it, batch by batch


@register("OS::Heat::ResourceGroup")
class ResourceGroup(Members):
    """A number of resources alike, each with its number in place of `index_var` in all the properties it is given.

    Members are named by numbers from 0. A name that a removal policy removed is not used again as long as it is on the list.
    """

    looks_back = True
    properties = (
        Prop("count", int, "How many members there are.", default=1, update=True, constraints=(Range(0),)),
        Prop("index_var", str, "The text that stands for a member's number.", default=INDEX, constraints=(Length(3),),
             support=Support(version="2014.2")),
        Prop("resource_def", dict, "What each member is.", required=True, update=True, schema=(
            Prop("type", str, "The type, or the name of a template.", required=True),
            Prop("properties", dict, "Its properties."),
            Prop("metadata", dict, "Its metadata.", support=Support(version="5.0.0")))),
        Prop("removal_policies", list, "Which members go first; others take their places, as far as the count asks for it.", default=[], update=True,
             support=Support(version="2015.1"), item=Prop("*", dict, schema=(
                 Prop("resource_list", list, "Names or references of members.", default=[]),))),
        Prop("removal_policies_mode", str, "Whether the members named now join the list of those removed before, or take its place.",
             default="append", update=True, constraints=(AllowedValues(("append", "update")),), support=Support(version="10.0.0")),
    )
    attributes = (
        Attr(REFS, list, "What get_resource gives of each member.", item=REFERENCE),
        Attr(REFS_MAP, dict, "The same, by the members' names.", support=Support(version="7.0.0"), item=REFERENCE),
        Attr(ATTRIBUTES, dict, "A map of the members' names to the attribute named next in the path.", support=Support(version="2014.2")),
        Attr(REMOVED, list, "Names of members that were removed.", support=Support(version="7.0.0"), item=Prop("*", str)),
    )
    update_policies = (
        Prop("rolling_update", dict, "How a new definition reaches the members; without it, all change at once.",
             schema=(LEAST, SIZE, PAUSE), support=Support(version="5.0.0")),
        Prop("batch_create", dict, "How many members are made at a time; without it, all.", schema=(SIZE, PAUSE), support=Support(version="5.0.0")),
    )
    support = Support(version="2014.1")

    def names(self, subject: Subject) -> list[str]:
        return list(islice(numbers(subject.data.get("removed", ())), subject.properties.get("count", 1)))

    def times(self, properties: Values) -> int:
        wanted = properties.get("count")
        return wanted if isinstance(wanted, int) else 1

    def sample(self, properties: Values, most: int = 1) -> Mapping[str, Any] | None:
        """So many members, as far as they are known before the run."""
        made = properties.get("resource_def")
        if properties.get("count") == 0:
            return None
        known = isinstance(made, Mapping) and isinstance(made.get("type"), str) and isinstance(properties.get("index_var"), str | None) \
            and isinstance(made.get("properties"), Mapping | None)
        return template({name: member(name, properties) for name in islice(numbers(named(properties)), most)}) if known else None

    def create(self, subject: Subject) -> Sequence[Step]:
        policy, wanted = subject.update_policy.get("batch_create"), subject.properties.get("count", 1)
        if policy is None or not wanted:
            return [Spawn("CREATE", {"remove": True}), Await("CREATE")]
        most = setting(policy, SIZE)
        spawns = [Spawn("UPDATE", {"most": size + most}) if size else Spawn("CREATE", {"most": most, "remove": True}) for size in range(0, wanted, most)]
        return steps(spawns, setting(policy, PAUSE))

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        policy, new = subject.update_policy.get("rolling_update"), subject.properties
        rolls = old.get("resource_def") != new.get("resource_def") or subject.data.get(UNDER_WAY)
        if policy is None or not rolls or not subject.physical_id:
            return [Spawn("UPDATE", {"remove": True}), Await("UPDATE")]
        rolling = {"most": setting(policy, SIZE), "least": setting(policy, LEAST)}
        turns = len(list(batches(old.get("count", 1), new.get("count", 1), **rolling)))
        spawns = [Spawn("UPDATE", {"rolling": rolling} | ({} if turn else {"remove": True})) for turn in range(turns - 1)]
        return steps([*spawns, Spawn("UPDATE", {} if spawns else {"remove": True})], setting(policy, PAUSE))

    def child(self, subject: Subject, present: Present, **args: Any) -> Child:
        """remove: look at the removal policies first. most: no more members than so many. rolling: one batch towards the end."""
        removed = set(subject.data.get("removed", ()))
        if args.get("remove"):
            removed = removal(subject.properties, removed, None if subject.physical_id is None else present)
        free = numbers(removed)
        wanted = {name: member(name, subject.properties) for name in islice(free, subject.properties.get("count", 1))}
        if "most" in args:
            wanted = dict(islice(wanted.items(), args["most"]))
        if "rolling" in args:
            there = {name: made for name, made in present.resources.items() if name not in removed | present.failed}
            wanted = membership(there, wanted, ((name, member(name, subject.properties)) for name in free), **args["rolling"])
        data: dict[str, Any] = {"removed": sorted(removed)} if removed or "removed" in subject.data else {}
        if "rolling" in args or UNDER_WAY in subject.data:
            data[UNDER_WAY] = "rolling" in args
        return Child(template(wanted), data=data)

    def attribute(self, subject: Subject, name: str) -> Any:
        return list(subject.data.get("removed", ())) if name == REMOVED else super().attribute(subject, name)

    def asked(self, path: tuple[Any, ...]) -> tuple[Any, ...]:
        return () if path[0] == REMOVED else super().asked(path)


def numbers(removed: Collection[str]) -> Iterator[str]:
    """Names for members, in order, without end."""
    return (str(number) for number in count() if str(number) not in removed)


def member(name: str, properties: Values) -> dict[str, Any]:
    """The definition of one member. Properties that are null are not given; the index stands in properties only."""
    made, index = properties["resource_def"], properties.get("index_var") or INDEX
    given = {key: numbered(value, index, name) for key, value in (made.get("properties") or {}).items() if value is not None}
    return {"type": made["type"]} | ({"properties": given} if given else {}) | ({"metadata": metadata} if (metadata := made.get("metadata")) else {})


def numbered(value: Any, index: str, name: str) -> Any:
    """The value with the member's name in place of the index variable in every string; keys stay."""
    if isinstance(value, str):
        return value.replace(index, name)
    if isinstance(value, Mapping):
        return {key: numbered(part, index, name) for key, part in value.items()}
    return [numbered(part, index, name) for part in value] if isinstance(value, list | tuple) else value


def named(properties: Values) -> list[str]:
    """What removal policies name, as far as it is known."""
    policies = [policy for policy in each(properties.get("removal_policies")) if isinstance(policy, Mapping)]
    return [str(one) for policy in policies for one in each(policy.get("resource_list")) if isinstance(one, str | int)]


def each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def removal(properties: Values, removed: set[str], present: Present | None) -> set[str]:
    """Who is removed, now that the removal policies have had their say. What they name and is no member is let pass; but before there
    are members (present None) any name may be kept from use."""
    listed = named(properties)
    if present is None:
        return removed | set(listed)
    by_reference = {str(reference): name for name, reference in present.references.items()}
    meant = {one if one in present.resources or one in removed else by_reference.get(one, "") for one in listed} - {""}
    return meant if properties.get("removal_policies_mode") == "update" else removed | meant


def setting(policy: Mapping[str, Any], prop: Prop) -> Any:
    """A number of an update policy, or its default."""
    value = policy.get(prop.name)
    return prop.type(prop.default if value is None else value)


def steps(spawns: Sequence[Spawn], pause: float) -> list[Step]:
    """Each batch, waited for, with a pause before the next."""
    made: list[Step] = []
    for number, spawn in enumerate(spawns):
        made += [Pause(pause)] if number and pause else []
        made += [spawn, Await(spawn.action)]
    return made
