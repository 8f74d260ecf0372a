"""OS::Heat::SoftwareComponent"""

from collections.abc import Mapping, Sequence
from typing import Any

from isotherm.model.problem import Place, Problem
from isotherm.model.schema import Length, Prop, Support
from isotherm.model.step import Publish
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.heat.config_io import INPUTS, OPTIONS, OUTPUTS, declared
from isotherm.types.heat.software_config import Config
from isotherm.types.registry import register

CONFIG = (
    Prop("actions", list, "Actions on the stack that the script is for, e.g. CREATE.", default=["CREATE", "UPDATE"], constraints=(Length(1),),
         item=Prop("*", str)),
    Prop("config", str, "The text of the script."),
    Prop("tool", str, "The tool that applies the script, e.g. `script`.", required=True),
)


@register("OS::Heat::SoftwareComponent")
class SoftwareComponent(Config):
    """A piece of software with scripts for the stages of its life, all of which share inputs and outputs."""

    properties = (
        Prop("configs", list, "Scripts, at most one for each action.", required=True, constraints=(Length(1),),
             item=Prop("*", dict, schema=CONFIG)),
        INPUTS, OUTPUTS, OPTIONS,
    )
    support = Support(version="2014.2")
    inferred = ("config",)

    def attribute_type(self, name: str, properties: Values) -> Prop:
        return Prop("config", list, item=Prop("*", dict, schema=CONFIG))

    def content(self, subject: Subject) -> list[dict[str, Any]]:
        return declared(subject.properties.get("configs"))

    def publish(self, subject: Subject) -> Publish:
        given = subject.properties
        return Publish("component", {"configs": self.content(subject)}, declared(given.get("inputs")), declared(given.get("outputs")),
                       given.get("options"))

    def validate(self, properties: Values) -> list[Problem]:
        return [*super().validate(properties), *_claimed_twice(properties.get("configs"))]


def _claimed_twice(configs: Any) -> list[Problem]:
    """Actions that more than one script is for."""
    first: dict[str, int] = {}
    problems = []
    for number, config in enumerate(configs if isinstance(configs, list | tuple) else ()):
        actions = config.get("actions") if isinstance(config, Mapping) else None
        for action in _known(["CREATE", "UPDATE"] if actions is None else actions):
            if first.setdefault(action, number) != number:
                problems.append(Problem("component-action-twice", f"the action {action} has a script already, in configs.{first[action]}.",
                                        Place(path=f"configs.{number}.actions"), hint="Give each action to one script only."))
    return problems


def _known(actions: Any) -> Sequence[str]:
    return [one for one in actions if isinstance(one, str)] if isinstance(actions, list | tuple) else []
