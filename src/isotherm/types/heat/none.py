"""OS::Heat::None"""

from collections.abc import Sequence
from typing import Any

from isotherm.model.schema import Support
from isotherm.model.step import Keep, Step
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values
from isotherm.types.registry import register


@register("OS::Heat::None")
class NoneResource(ResourceType):
    """Nothing: takes any property and has any attribute, always null. Map a type to it to leave that type out of a stack."""

    open = True
    support = Support(version="5.0.0")

    def create(self, subject: Subject) -> Sequence[Step]:
        return [Keep(subject.physical_name)]

    def replaces(self, old: Values, new: Values) -> list[str]:
        return []

    def attribute(self, subject: Subject, name: str) -> Any:
        return None
