"""OS::Heat::{SoftwareConfig, StructuredConfig, CloudConfig}"""

from collections.abc import Sequence
from typing import Any, ClassVar

import yaml

from isotherm.model.problem import Problem
from isotherm.model.schema import Attr, Prop, Support
from isotherm.model.step import Publish, Step, Withdraw
from isotherm.model.structure import structure_of
from isotherm.model.subject import Subject
from isotherm.model.unknown import PLAIN
from isotherm.types.base import ResourceType, Values
from isotherm.types.heat.config_io import GROUP, INPUTS, OPTIONS, OUTPUTS, declared, unfit_defaults
from isotherm.types.registry import register


class Plain(yaml.SafeDumper):
    """Writes maps, lists and texts of any kind as what they are, each in full wherever it stands."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


Plain.add_multi_representer(dict, Plain.represent_dict)
Plain.add_multi_representer(list, Plain.represent_list)
Plain.add_multi_representer(str, Plain.represent_str)


class Config(ResourceType):
    """Something that only holds a software config. What it holds never changes: any change replaces it, and so its id."""

    publishes = True
    attributes: ClassVar[tuple[Attr, ...]] = (Attr("config", str, "What the config holds."),)

    def content(self, subject: Subject) -> Any:
        """What the config holds: text, or for tools that understand it a structure."""
        return subject.properties.get("config")

    def create(self, subject: Subject) -> Sequence[Step]:
        return [self.publish(subject)]

    def publish(self, subject: Subject) -> Publish:
        given = subject.properties
        return Publish(given.get("group", GROUP), self.content(subject), declared(given.get("inputs")), declared(given.get("outputs")),
                       given.get("options"))

    def delete(self, subject: Subject) -> Sequence[Step]:
        return [Withdraw()] if subject.physical_id else []

    def attribute(self, subject: Subject, name: str) -> Any:
        if name == "config":
            return self.content(subject)
        held = self.publish(subject)
        return {"id": subject.physical_id, "name": subject.physical_name, "group": held.group, "config": held.config,
                "inputs": held.inputs, "outputs": held.outputs, "options": held.options} if name == "show" else None

    def validate(self, properties: Values) -> list[Problem]:
        return list(unfit_defaults(properties.get("inputs")))


@register("OS::Heat::SoftwareConfig")
class SoftwareConfig(Config):
    """A text, such as a script, for servers to boot with or for deployments to apply."""

    properties = (
        Prop("group", str, "The tool that is to apply the configuration, e.g. `script`.", default=GROUP),
        Prop("config", str, "The text of the configuration."),
        OPTIONS, INPUTS, OUTPUTS,
    )
    support = Support(version="2014.1")


@register("OS::Heat::StructuredConfig")
class StructuredConfig(Config):
    """A configuration written as a map, for tools that take structured data."""

    properties = (
        Prop("group", str, "The tool that is to apply the configuration.", default=GROUP),
        Prop("config", dict, "The configuration."),
        OPTIONS, INPUTS, OUTPUTS,
    )
    support = Support(version="2014.1")
    inferred = ("config",)

    def attribute_type(self, name: str, properties: Values) -> Prop:
        return structure_of(properties["config"]) if "config" in properties else PLAIN[dict]


@register("OS::Heat::CloudConfig")
class CloudConfig(Config):
    """Settings for cloud-init, written as a map in the template and handed to servers as a cloud-config file."""

    properties = (Prop("cloud_config", dict, "The content of the cloud-config file."),)
    support = Support(version="2014.1")

    def content(self, subject: Subject) -> str:
        return "#cloud-config\n" + yaml.dump(subject.properties.get("cloud_config") or {}, Dumper=Plain, default_flow_style=False)
