"""OS::Heat::ResourceChain"""

from collections.abc import Mapping
from typing import Any

from isotherm.model.child import Child, Present
from isotherm.model.schema import Attr, Prop, Support
from isotherm.model.subject import Subject
from isotherm.model.unknown import Unknown
from isotherm.types.base import Values
from isotherm.types.heat.members import ATTRIBUTES, REFERENCE, REFS, Members, template
from isotherm.types.registry import register


@register("OS::Heat::ResourceChain")
class ResourceChain(Members):
    """Resources of different types with the same properties, made one after the other."""

    properties = (
        Prop("resources", list, "The types, in order.", required=True, update=True),
        Prop("concurrent", bool, "Whether they are made all at once instead.", default=False),
        Prop("resource_properties", dict, "Properties that each of them is given."),
    )
    attributes = (
        Attr(REFS, list, "What get_resource gives of each member.", item=REFERENCE),
        Attr(ATTRIBUTES, dict, "A map of the members' names, which count from 0, to the attribute named next in the path."),
    )
    support = Support(version="6.0.0")

    def names(self, subject: Subject) -> list[str]:
        return [str(number) for number in range(len(subject.properties.get("resources") or ()))]

    def sample(self, properties: Values, most: int = 1) -> Mapping[str, Any] | None:
        """All members as far as they are known before the run, for each is of another type."""
        types = properties.get("resources")
        return template(members(properties)) if isinstance(types, list | tuple) and not any(isinstance(one, Unknown) for one in types) else None

    def child(self, subject: Subject, present: Present, **args: Any) -> Child:
        return Child(template(members(subject.properties)))


def members(properties: Values) -> dict[str, Any]:
    """The definitions, each after the one before it unless they are concurrent."""
    given, chained = properties.get("resource_properties"), properties.get("concurrent") is not True
    return {str(number): {"type": type_name}
            | ({"properties": given} if given is not None else {})
            | ({"depends_on": [str(number - 1)]} if chained and number else {})
            for number, type_name in enumerate(properties.get("resources") or ())}
