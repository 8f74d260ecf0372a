"""Templates as resource types."""

from collections.abc import Mapping
from typing import Any

from isotherm.model.child import Child, Present
from isotherm.model.schema import is_template
from isotherm.model.subject import Subject
from isotherm.types.nested import NestedType

OWN_REFERENCE = "OS::stack_id"          # the output by which a template says what get_resource gives


class TemplateResource(NestedType):
    """A stack made from a template file: its parameters are the properties, its outputs the attributes."""

    def __init__(self, name: str):
        self.name = name                # type: ignore[misc]  # each file is a type

    def succeeds(self, type_name: str) -> bool:
        """A stack can be brought from any template to any other."""
        return is_template(type_name)

    def child(self, subject: Subject, present: Present, **args: Any) -> Child:
        return Child(subject.type, subject.properties)

    def kept(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        return {"reference": outputs[OWN_REFERENCE]} if OWN_REFERENCE in outputs else {}

    def reference(self, subject: Subject) -> Any:
        """The ARN of the child, unless its template says otherwise."""
        if subject.physical_id is None:
            return subject.name
        arn = f"arn:openstack:heat::{subject.project_id}:stacks/{subject.physical_name}/{subject.physical_id}"
        return subject.data.get("reference", arn)
