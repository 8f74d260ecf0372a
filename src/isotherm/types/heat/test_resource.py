"""OS::Heat::TestResource"""

from collections.abc import Sequence
from typing import Any

from isotherm.model.schema import Attr, Custom, Prop, Support
from isotherm.model.step import Keep, Pause, Run, Step
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values
from isotherm.types.registry import register


@register("OS::Heat::TestResource")
class TestResource(ResourceType):
    """A rehearsal: takes as long as it is told to, fails when told to, and touches no cloud."""

    __test__ = False        # not a test class, whatever its name says to pytest

    properties = (
        Prop("value", str, "What the attribute `output` gives.", default="test_string", update=True),
        Prop("fail", bool, "Whether creating and updating it fails, after the wait.", default=False, update=True),
        Prop("update_replace", bool, "When changed to true, the update replaces the resource.", default=False, update=True),
        Prop("update_replace_value", str, "A value whose change replaces the resource.", support=Support(version="7.0.0")),
        Prop("wait_secs", float, "How many seconds each action takes.", default=0, update=True),
        Prop("action_wait_secs", dict, "Seconds for one action, in place of `wait_secs`.", update=True, schema=(
            Prop("create", float, "Seconds a create takes.", update=True),
            Prop("update", float, "Seconds an update takes.", update=True),
            Prop("delete", float, "Seconds a delete takes.", update=True))),
        Prop("client_name", str, "A service to talk to meanwhile; accepted so that templates made for Heat's tests still work.",
             default="", update=True),
        Prop("entity_name", str, "A kind of object to read from that service; accepted likewise.", default="", update=True),
        Prop("constraint_prop_secs", float, "How many seconds checking this property takes.", default=0, update=True,
             constraints=(Custom("test_constr"),), support=Support(version="6.0.0")),
        Prop("attr_wait_secs", float, "How many seconds reading the attribute takes.", default=0, update=True,
             support=Support(version="6.0.0")),
    )
    attributes = (Attr("output", None, "The property `value`, as of the last create or update.", cached=False),)
    support = Support(version="5.0.0")

    def create(self, subject: Subject) -> Sequence[Step]:
        return [Keep(subject.physical_name, self.kept(subject)), *self.effort(subject, "create")]

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        return [Keep(data=self.kept(subject)), *self.effort(subject, "update")]

    def delete(self, subject: Subject) -> Sequence[Step]:
        return pause(self.seconds(subject, "delete"))

    def replaces(self, old: Values, new: Values) -> list[str]:
        changed = [] if old.get("update_replace") == new.get("update_replace") else ["update_replace"]
        return super().replaces(old, new) + (changed if new.get("update_replace") else [])

    def attribute(self, subject: Subject, name: str) -> Any:
        return subject.data.get("value") if name == "output" else super().attribute(subject, name)

    def reads(self, names: set[str]) -> bool:
        return "output" in names

    def read(self, subject: Subject, names: frozenset[str] = frozenset()) -> Sequence[Step]:
        return pause(subject.properties.get("attr_wait_secs"))

    def kept(self, subject: Subject) -> dict[str, Any]:
        return {"value": subject.properties.get("value")}

    def effort(self, subject: Subject, action: str) -> list[Step]:
        return pause(self.seconds(subject, action)) + ([Run("fail", local=True)] if subject.properties.get("fail") else [])

    def seconds(self, subject: Subject, action: str) -> float:
        own = (subject.properties.get("action_wait_secs") or {}).get(action)
        return float((subject.properties.get("wait_secs") if own is None else own) or 0)

    def fail(self, subject: Subject, cloud: Any) -> None:
        """Run: the failure that was asked for."""
        raise ValueError(f"Test resource {subject.name} fails because its property `fail` is true")


def pause(seconds: float | None) -> list[Step]:
    return [Pause(float(seconds))] if seconds and seconds > 0 else []
