"""All resource types by name: those of this tree, in one visible list, and those of installed plug-ins."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TypeVar

from isotherm.model.schema import Prop, TypeSchema, is_template
from isotherm.types.base import ResourceType
from isotherm.types.heat.template import TemplateResource

MODULES = (
    "isotherm.types.cinder.volume",
    "isotherm.types.cinder.volume_attachment",
    "isotherm.types.heat.multipart_mime",
    "isotherm.types.heat.none",
    "isotherm.types.heat.random_string",
    "isotherm.types.heat.resource_chain",
    "isotherm.types.heat.resource_group",
    "isotherm.types.heat.software_component",
    "isotherm.types.heat.software_config",
    "isotherm.types.heat.test_resource",
    "isotherm.types.heat.value",
    "isotherm.types.neutron.floating_ip",
    "isotherm.types.neutron.floating_ip_association",
    "isotherm.types.neutron.net",
    "isotherm.types.neutron.port",
    "isotherm.types.neutron.router",
    "isotherm.types.neutron.router_gateway",
    "isotherm.types.neutron.router_interface",
    "isotherm.types.neutron.security_group",
    "isotherm.types.neutron.security_group_rule",
    "isotherm.types.neutron.subnet",
    "isotherm.types.nova.flavor",
    "isotherm.types.nova.keypair",
    "isotherm.types.nova.server",
    "isotherm.types.nova.server_group",
)

T = TypeVar("T", bound=type[ResourceType])

_TYPES: dict[str, ResourceType] = {}


def register(name: str) -> Callable[[T], T]:
    """Class decorator: the class is the resource type `name`."""
    def add(cls: T) -> T:
        cls.name = name
        cls.properties = tuple(with_older_names(prop, cls.renamed) for prop in cls.properties)
        _TYPES[name] = cls()
        return cls
    return add


def with_older_names(prop: Prop, renamed: Sequence[tuple[str, str]]) -> Prop:
    """The property, knowing the deprecated ones that stand in for it."""
    older = tuple(old for old, new in renamed if new == prop.name)
    return replace(prop, older=older) if older else prop


class Registry:
    """The known types; a `Catalog` for the template language."""

    def __init__(self, types: dict[str, ResourceType]):
        self._types = types

    def get(self, name: str) -> ResourceType | None:
        """The type of that name; of a template's file name, the type that any template is."""
        known = self._types.get(name)
        return TemplateResource(name) if known is None and is_template(name) else known

    def schema(self, name: str) -> TypeSchema | None:
        return self._types.get(name)

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._types))


@cache
def registry() -> Registry:
    """Every type of this tree and of the entry-point group `isotherm.types` (each point names a module to import)."""
    for module in MODULES:
        import_module(module)
    for point in entry_points(group="isotherm.types"):
        point.load()
    return Registry(dict(_TYPES))
